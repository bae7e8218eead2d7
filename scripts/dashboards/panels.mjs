// How a row of a dashboard's table becomes Grafana's JSON: panels with unit, thresholds and the runbook's entry, laid out from left to
// right. It knows no metric.

/**
 * @typedef {{
 *   title: string,
 *   about: string,
 *   kind?: 'time' | 'number' | 'table',
 *   unit: string,
 *   queries: Array<[expr: string, legend?: string]>,
 *   levels?: Array<[number, 'green' | 'yellow' | 'orange' | 'red']>,
 *   entry?: string,
 *   wide?: number,
 *   isStacked?: boolean,
 *   columns?: string[],
 * }} PanelRow A panel. `wide` of 24; `columns` of a table, one a query; `levels` are colours from a value upwards, on green; `entry` is one of the runbook.
 *
 * @typedef {{ name: string, label: string, query: string }} VariableRow
 *
 * @typedef {{
 *   uid: string,
 *   title: string,
 *   about: string,
 *   variables: VariableRow[],
 *   rows: Array<{ title: string, panels: PanelRow[] }>,
 * }} DashboardRow
 */

/** As Grafana reads it. @param {string} name */
const variable = (name) => `\${${name}}`;

const SOURCE = { type: 'prometheus', uid: variable('datasource') };
/** Where people read the runbook; deploy/prometheus/prometheus.yml has the same. */
const RUNBOOK = 'https://millrace.example/docs/runbook.md';
const COLUMNS = 24;
const HEIGHTS = { number: 4, time: 8, table: 8 };
const WIDTHS = { number: 4, time: 12, table: 24 };
const SCHEMA_VERSION = 39;

/** In the tables `$I` stands for this: a panel shows the brokers that are picked. */
const INSTANCE = 'instance=~"$instance"';

/** @param {DashboardRow} row */
export function dashboardOf({ uid, title, about, variables, rows }) {
  return {
    uid,
    title,
    description: about,
    tags: ['millrace'],
    schemaVersion: SCHEMA_VERSION,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '10s',
    time: { from: 'now-1h', to: 'now' },
    timezone: '',
    annotations: { list: [] },
    links: [
      {
        type: 'dashboards',
        title: 'Millrace',
        tags: ['millrace'],
        asDropdown: true,
        keepTime: true,
      },
      { type: 'link', title: 'Runbook', url: variable('runbook'), targetBlank: true, icon: 'doc' },
    ],
    templating: { list: [sourceVariable(), runbookVariable(), ...variables.map(variableOf)] },
    panels: layOut(rows),
  };
}

function sourceVariable() {
  return { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' };
}

function runbookVariable() {
  return { name: 'runbook', type: 'constant', hide: 2, query: RUNBOOK };
}

/** @param {VariableRow} row */
function variableOf({ name, label, query }) {
  return {
    name,
    label,
    type: 'query',
    datasource: SOURCE,
    definition: query,
    query: { query, refId: name },
    // When the time range changes: queues come and go.
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: ['All'], value: ['$__all'] },
  };
}

/** @param {DashboardRow['rows']} rows */
function layOut(rows) {
  const panels = [];
  let id = 0;
  let y = 0;
  for (const { title, panels: members } of rows) {
    panels.push({
      id: ++id,
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
    });
    y += 1;
    let x = 0;
    let tallest = 0;
    for (const row of members) {
      const kind = row.kind ?? 'time';
      const w = row.wide ?? WIDTHS[kind];
      const h = HEIGHTS[kind];
      if (x + w > COLUMNS) {
        x = 0;
        y += tallest;
        tallest = 0;
      }
      panels.push({ ...panelOf(row, kind), id: ++id, gridPos: { x, y, w, h } });
      x += w;
      tallest = Math.max(tallest, h);
    }
    y += tallest;
  }
  return panels;
}

/** @param {PanelRow} row @param {'time' | 'number' | 'table'} kind */
function panelOf(row, kind) {
  const { title, about, queries, entry, columns } = row;
  return {
    type: { time: 'timeseries', number: 'stat', table: 'table' }[kind],
    title,
    description: about,
    datasource: SOURCE,
    targets: queries.map(([expr, legend], at) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + at),
      datasource: SOURCE,
      expr: expr.replaceAll('$I', INSTANCE),
      ...(legend === undefined ? {} : { legendFormat: legend }),
      ...(kind === 'table' ? { instant: true, format: 'table' } : {}),
    })),
    fieldConfig: { defaults: fieldsOf(row, kind), overrides: [] },
    options: OPTIONS[kind],
    ...(kind === 'table' ? { transformations: sideBySide(columns) } : {}),
    links:
      entry === undefined
        ? []
        : [
            {
              title: `Runbook: ${entry}`,
              url: `${variable('runbook')}#${entry}`,
              targetBlank: true,
            },
          ],
  };
}

const OPTIONS = {
  number: {
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    colorMode: 'value',
    graphMode: 'area',
    textMode: 'auto',
  },
  time: {
    legend: { displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  table: { showHeader: true, cellHeight: 'sm' },
};

/** The answers side by side, a row for each thing that has a name. @param {string[]} columns */
function sideBySide(columns = []) {
  const names = columns.map((name, at) => [
    columns.length === 1 ? 'Value' : `Value #${String.fromCharCode('A'.charCodeAt(0) + at)}`,
    name,
  ]);
  return [
    { id: 'merge', options: {} },
    {
      id: 'organize',
      options: { excludeByName: { Time: true }, renameByName: Object.fromEntries(names) },
    },
  ];
}

/** @param {PanelRow} row @param {'time' | 'number' | 'table'} kind */
function fieldsOf({ unit, levels = [], isStacked = false }, kind) {
  const thresholds = {
    mode: 'absolute',
    steps: [{ color: 'green', value: null }, ...levels.map(([value, color]) => ({ color, value }))],
  };
  if (kind !== 'time') return { unit, thresholds };
  const custom = {
    drawStyle: 'line',
    lineWidth: 1,
    fillOpacity: isStacked ? 30 : 10,
    showPoints: 'never',
    stacking: { mode: isStacked ? 'normal' : 'none', group: 'A' },
    thresholdsStyle: { mode: levels.length > 0 ? 'line' : 'off' },
  };
  return { unit, min: 0, thresholds, color: { mode: 'palette-classic' }, custom };
}
