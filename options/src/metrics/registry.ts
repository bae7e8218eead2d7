// What a scrape answers: a table of metrics, each row of which is read when somebody scrapes, so that recording costs nothing but
// additions, and prom-client's metrics of the process and of Node.js. A row without a reader does not compile. prom-client is loaded by
// the first scrape, not by a start: a process that nobody scrapes does without its hundred files.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import type { Histogram } from './histogram.ts';
import type { MetricSpec, MetricTable } from './metric-table.ts';
import { familyHead, type MetricValue, valueLines } from './metric-text.ts';

/** How each metric of the table is read from what a scrape sees. */
export type MetricReaders<T extends MetricTable, S> = {
  readonly [N in keyof T]: (seen: S) => readonly MetricValue[];
};

export interface RegistrySources<T extends MetricTable, S> {
  readonly table: T;
  readonly readers: MetricReaders<T, S>;
  /** Called once a scrape. */
  readonly look: () => S;
  /** Of the metrics of the process and of Node.js: `millrace_`. */
  readonly prefix: string;
  /** Text to add to what is scraped: of what runs beside. */
  readonly more?: (() => Promise<string>) | undefined;
}

export interface MetricsRegistry {
  readonly contentType: string;
  /** The metrics in the Prometheus text format. Scrapes that overlap share one answer. */
  scrape(): Promise<string>;
}

const LAG_PRECISION_MS = 20;
/** What Registry.PROMETHEUS_CONTENT_TYPE is. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Gauges of the library whose names say that they are counters. What they count comes by type as well. */
const MISNAMED = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
];

export function createRegistry<T extends MetricTable, S>(
  sources: RegistrySources<T, S>,
): MetricsRegistry {
  const { look, more, prefix } = sources;
  const ownText = createTableText(sources);
  let filled: Promise<Registry> | undefined;
  let running: Promise<string> | undefined;
  const scrape = async () => {
    running ??= (async () => {
      filled ??= fillRegistry(prefix).catch((error: unknown) => {
        filled = undefined; // The next scrape tries again.
        throw error;
      });
      const registry = await filled;
      const seen = look();
      const added = more?.() ?? '';
      return `${ownText(seen)}${await registry.metrics()}${await added}`;
    })().finally(() => {
      running = undefined;
    });
    return running;
  };
  return { contentType: CONTENT_TYPE, scrape };
}

/** Each family with an empty line after it. prom-client's registry would take ten times as long for them. */
function createTableText<T extends MetricTable, S>({
  table,
  readers,
}: RegistrySources<T, S>): (seen: S) => string {
  const families = Object.entries<MetricSpec>(table).map(([name, spec]) => {
    return { name, head: familyHead(name, spec), read: readers[name as keyof T] };
  });
  return (seen) => {
    let text = '';
    for (const { name, head, read } of families) {
      text += `${head}${valueLines(name, read(seen))}\n\n`;
    }
    return text;
  };
}

/** The metrics of the process and of Node.js. */
async function fillRegistry(prefix: string): Promise<Registry> {
  const { default: prometheus } = await import('prom-client');
  const registry = new prometheus.Registry();
  prometheus.collectDefaultMetrics({
    register: registry,
    prefix,
    eventLoopMonitoringPrecision: LAG_PRECISION_MS,
  });
  for (const name of MISNAMED) registry.removeSingleMetric(`${prefix}${name}`);
  // The delay of the event loop is measured from now on: without a first measurement it would be told as none.
  await sleep(3 * LAG_PRECISION_MS);
  return registry;
}

/** A value for each name, which becomes the label. */
export function countValues(counts: ReadonlyMap<string, number>, label: string): MetricValue[] {
  return [...counts].map(([name, value]) => ({ value, labels: { [label]: name } }));
}

export function histogramValues(
  name: string,
  histogram: Histogram,
  labels: Readonly<Record<string, string>> = {},
): MetricValue[] {
  const values: MetricValue[] = [];
  let cumulative = 0;
  histogram.bounds.forEach((le, at) => {
    cumulative += histogram.counts[at] ?? 0;
    values.push({ value: cumulative, labels: { ...labels, le }, metricName: `${name}_bucket` });
  });
  values.push({
    value: histogram.count,
    labels: { ...labels, le: '+Inf' },
    metricName: `${name}_bucket`,
  });
  values.push({ value: histogram.sum, labels, metricName: `${name}_sum` });
  values.push({ value: histogram.count, labels, metricName: `${name}_count` });
  return values;
}
