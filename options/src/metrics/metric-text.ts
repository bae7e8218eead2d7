// Families of metrics as Prometheus' text format, character for character as prom-client writes them, in one pass over their values.

import type { MetricSpec } from './metric-table.ts';

export type MetricLabels = Readonly<Record<string, string | number>>;

export interface MetricValue {
  readonly value: number;
  readonly labels?: MetricLabels;
  /** Where it differs from the metric's own: `…_bucket`. */
  readonly metricName?: string;
}

const TO_ESCAPE = /[\\\n"]/;

/** What does not change from scrape to scrape: its help and its type. */
export function familyHead(name: string, { about, type }: MetricSpec): string {
  return `# HELP ${name} ${escapeHelp(about)}\n# TYPE ${name} ${type}`;
}

/** The lines of the values, each with a line break before it. */
export function valueLines(name: string, values: readonly MetricValue[]): string {
  let text = '';
  for (const { value, labels, metricName = name } of values) {
    text += `\n${metricName}${labelText(labels)} ${numberText(value)}`;
  }
  return text;
}

function labelText(labels: MetricLabels | undefined): string {
  let text = '';
  for (const name in labels) {
    text += `${text === '' ? '' : ','}${name}="${escapeLabel(labels[name] ?? '')}"`;
  }
  return text === '' ? '' : `{${text}}`;
}

/** Few names have anything to escape. */
function escapeLabel(value: string | number): string | number {
  if (typeof value === 'number' || !TO_ESCAPE.test(value)) return value;
  return escapeHelp(value).replaceAll('"', '\\"');
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return `${value}`;
  if (Number.isNaN(value)) return 'Nan';
  return value < 0 ? '-Inf' : '+Inf';
}
