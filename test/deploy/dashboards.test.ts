// Grafana's dashboards are those of the table, and hold together: links lead to entries of the runbook, metrics, labels and variables
// exist, panels do not lie on each other. Whether their queries give data a real Prometheus says, in test/sight.

import { describe, expect, test } from 'vitest';
import { METRICS } from '../../broker/src/metrics/table.ts';
import { METRICS as GATEWAY_METRICS } from '../../gateway/src/metrics/table.ts';
import { renderDashboards } from '../../scripts/dashboards/all.mjs';
import { asking, DASHBOARDS, type Panel, queryOf } from './support/dashboards.ts';
import { runbookEntries } from './support/rules.ts';

/** Of Grafana's list. */
const UNITS = ['none', 'short', 's', 'bytes', 'Bps', 'cps', 'reqps', 'percentunit'];
const TABLE: Readonly<Record<string, { readonly labels: readonly string[] }>> = {
  ...METRICS,
  ...GATEWAY_METRICS,
};
const OF_THE_LIBRARY = /^millrace_(?:gateway_)?(?:process|nodejs)_\w+$/;
const OF_PROMETHEUS = ['instance', 'job', 'le', 'kind'];

test('the files are those of the table: npm run dashboards', () => {
  const files = new Map(DASHBOARDS.map(({ file, text }) => [file, text]));
  expect(files).toEqual(renderDashboards());
  expect([...files.keys()].toSorted()).toEqual([
    'broker.json',
    'gateway.json',
    'overview.json',
    'queues.json',
    'resume-builder.json',
    'topics.json',
  ]);
  expect(new Set(DASHBOARDS.map(({ uid }) => uid)).size).toBe(DASHBOARDS.length);
});

describe.each(DASHBOARDS)('$title', (dashboard) => {
  const panels = asking(dashboard);

  test('leads to the others and to the runbook', () => {
    expect(dashboard.tags).toContain('millrace');
    expect(dashboard.links.map(({ type, url }) => url ?? type)).toEqual([
      'dashboards',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's.
      '${runbook}',
    ]);
    const entries = runbookEntries();
    const named = panels.flatMap(({ links = [] }) => links.map(({ url }) => url.split('#')[1]));
    expect(named.length).toBeGreaterThan(1);
    expect(named.filter((name) => !entries.has(name ?? ''))).toEqual([]);
  });

  test('says of each panel what it shows, in a unit', () => {
    const poor = panels.filter(
      ({ description = '', fieldConfig, targets = [] }) =>
        !description.endsWith('.') ||
        !UNITS.includes(fieldConfig?.defaults.unit ?? '') ||
        targets.length === 0,
    );
    expect(poor.map(({ title }) => title)).toEqual([]);
  });

  test('asks for metrics, labels and variables that exist', () => {
    const variables = dashboard.templating.list.map(({ name }) => name);
    const unknown: string[] = [];
    for (const { expr } of panels.flatMap(({ targets = [] }) => targets)) {
      queryOf(expr, '1m');
      const picked = [...expr.matchAll(/"\$([a-z]+)"/g)].map(([, name = '']) => name);
      unknown.push(...picked.filter((name) => !variables.includes(name)));
      for (const [, name = '', labels = ''] of expr.matchAll(/(millrace_\w+)(?:\{([^}]*)\})?/g)) {
        const spec = TABLE[name.replace(/_(?:bucket|sum|count)$/, '')] ?? TABLE[name];
        if (spec === undefined && !OF_THE_LIBRARY.test(name)) unknown.push(name);
        const known = [...OF_PROMETHEUS, ...(spec?.labels ?? [])];
        const asked = [...labels.matchAll(/(\w+)(?:=~|!=|!~|=)"/g)].map(([, label = '']) => label);
        unknown.push(...asked.filter((label) => !known.includes(label)).map((l) => `${name} ${l}`));
      }
    }
    expect(unknown).toEqual([]);
  });

  test('lays its panels side by side', () => {
    const all = dashboard.panels;
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const covering = all.flatMap((a, at) => all.slice(at + 1).filter((b) => overlap(a, b)));
    expect(covering.map(({ title }) => title)).toEqual([]);
    expect(all.filter(({ gridPos: { x, w } }) => x + w > 24).map(({ title }) => title)).toEqual([]);
  });
});

function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
