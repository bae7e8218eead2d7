// The prom-client registry: each row of the metrics table is a metric that is read when somebody scrapes, so that
// recording costs nothing but additions. A row without a reader does not compile.

import { MESSAGE_STATES, type MessageState } from '@millrace/protocol';
import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import type { Histogram } from './histogram.ts';
import type { NetMetrics, RequestMetrics } from './request-metrics.ts';
import type { ShardMetrics, ShardSample, ShareGroupSample } from './shard-metrics.ts';
import { METRIC_NAMES, type MetricName, metricSpec } from './table.ts';

/** Where the values come from. */
export interface MetricSources {
  readonly version: string;
  readonly requests: RequestMetrics;
  readonly net: NetMetrics;
  readonly shard: ShardMetrics;
  readonly isReady: () => boolean;
  /** Undefined until the shard has recovered. */
  readonly sample: () => ShardSample | undefined;
  /** Text to add to what is scraped: of what runs beside the broker. */
  readonly more?: (() => Promise<string>) | undefined;
}

interface Value {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string | number>>;
  /** Where it differs from the metric's own: `…_bucket`. */
  readonly metricName?: string;
}
type Reader = (sources: MetricSources, sample: ShardSample | undefined) => readonly Value[];

/** Share groups that a scrape names; the rest come as one. */
const GROUPS_NAMED_MAX = 200;
/** No group can have this name: parentheses are not allowed in names. */
const OTHERS = '(others)';

const one = (value: number | undefined): readonly Value[] =>
  value === undefined ? [] : [{ value }];

const READERS: { readonly [N in MetricName]: Reader } = {
  millrace_build_info: ({ version }) => [{ value: 1, labels: { version, node: process.version } }],
  millrace_ready: ({ isReady }) => one(isReady() ? 1 : 0),
  millrace_requests_total: ({ requests }) => readRequests(requests),
  millrace_request_duration_seconds: ({ requests }) =>
    [...requests.byApi].flatMap(([api, { duration }]) =>
      duration.count === 0
        ? []
        : readHistogram('millrace_request_duration_seconds', duration, { api }),
    ),
  millrace_requests_in_flight: ({ requests }) => one(requests.inFlight),
  millrace_connections: ({ net }) => one(net.connections),
  millrace_connections_accepted_total: ({ net }) => one(net.accepted),
  millrace_connections_ended_total: ({ net }) => readCounts(net.ended, 'reason'),
  millrace_received_bytes_total: ({ net }) => one(net.receivedBytes),
  millrace_sent_bytes_total: ({ net }) => one(net.sentBytes),
  millrace_unsent_reply_bytes: ({ net }) => one(net.unsentBytes),
  millrace_commit_duration_seconds: ({ shard }) =>
    readHistogram('millrace_commit_duration_seconds', shard.commitSeconds),
  millrace_commit_rows: ({ shard }) => readHistogram('millrace_commit_rows', shard.commitRows),
  millrace_commit_bytes: ({ shard }) => readHistogram('millrace_commit_bytes', shard.commitBytes),
  millrace_commits_aborted_total: ({ shard }) => one(shard.commitsAborted),
  millrace_commit_queue_full: (_, sample) =>
    one(sample === undefined ? undefined : Number(sample.isCommitQueueFull)),
  millrace_appended_records_total: ({ shard }) => one(shard.appendedRecords),
  millrace_appended_bytes_total: ({ shard }) => one(shard.appendedBytes),
  millrace_leased_messages_total: ({ shard }) => one(shard.leasedMessages),
  millrace_acknowledged_messages_total: ({ shard }) => readCounts(shard.acknowledged, 'kind'),
  millrace_dead_letters_total: ({ shard }) => one(shard.deadLetters),
  millrace_compaction_passes_total: ({ shard }) => one(shard.compactionPasses),
  millrace_compaction_removed_records_total: ({ shard }) => one(shard.compactedRecords),
  millrace_topics: (_, sample) => one(sample?.topics),
  millrace_partitions: (_, sample) => one(sample?.partitions),
  millrace_groups: (_, sample) =>
    sample === undefined
      ? []
      : [
          { value: sample.consumerGroups, labels: { kind: 'consumer' } },
          { value: sample.shareGroups.length, labels: { kind: 'share' } },
        ],
  millrace_share_group_messages: (_, sample) => readShareGroups(sample?.shareGroups ?? []),
  millrace_store_file_bytes: (_, sample) => one(sample?.storeFileBytes),
  millrace_store_free_bytes: (_, sample) => one(sample?.storeFreeBytes),
};

export interface MetricsRegistry {
  readonly contentType: string;
  /** The metrics in the Prometheus text format. Scrapes that overlap share one answer. */
  scrape(): Promise<string>;
}

export function createRegistry(sources: MetricSources): MetricsRegistry {
  const registry = new Registry();
  let sample: ShardSample | undefined;
  for (const name of METRIC_NAMES) {
    const { type, labels, about } = metricSpec(name);
    const read = async () => ({
      name,
      help: about,
      type,
      aggregator: 'sum',
      values: READERS[name](sources, sample).map((value) => ({ labels: {}, ...value })),
    });
    // The registry asks a metric for its name and its values, nothing else.
    const metric = {
      name,
      help: about,
      type,
      labelNames: labels,
      get: read,
      reset: () => undefined,
    };
    registry.registerMetric(metric as unknown as Metric);
  }
  collectDefaultMetrics({
    register: registry,
    prefix: 'millrace_',
    eventLoopMonitoringPrecision: 20,
  });
  let running: Promise<string> | undefined;
  const scrape = async () => {
    running ??= (async () => {
      sample = sources.sample();
      const more = sources.more?.();
      return (await registry.metrics()) + ((await more) ?? '');
    })().finally(() => {
      running = undefined;
    });
    return running;
  };
  return { contentType: registry.contentType, scrape };
}

function readRequests(requests: RequestMetrics): Value[] {
  const values: Value[] = [];
  for (const [api, metrics] of [...requests.byApi, ['(unknown)', requests.unknown] as const]) {
    if (metrics.ok > 0) values.push({ value: metrics.ok, labels: { api, outcome: 'ok' } });
    for (const [outcome, value] of metrics.errors) values.push({ value, labels: { api, outcome } });
  }
  return values;
}

function readCounts(counts: ReadonlyMap<string, number>, label: string): Value[] {
  return [...counts].map(([name, value]) => ({ value, labels: { [label]: name } }));
}

function readHistogram(
  name: MetricName,
  histogram: Histogram,
  labels: Record<string, string> = {},
): Value[] {
  const values: Value[] = [];
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

function unresolved({ messages }: ShareGroupSample): number {
  const { fresh = 0, ready = 0, scheduled = 0, leased = 0 } = messages;
  return fresh + ready + scheduled + leased;
}

function readShareGroups(groups: readonly ShareGroupSample[]): Value[] {
  const sorted = groups.toSorted((a, b) => unresolved(b) - unresolved(a));
  const named = sorted.slice(0, GROUPS_NAMED_MAX);
  const rest = sorted.slice(GROUPS_NAMED_MAX);
  if (rest.length > 0) named.push({ group: OTHERS, messages: sumOf(rest) });
  return named.flatMap(({ group, messages }) =>
    MESSAGE_STATES.map((state) => ({ value: messages[state] ?? 0, labels: { group, state } })),
  );
}

function sumOf(groups: readonly ShareGroupSample[]): ShareGroupSample['messages'] {
  const sums: Partial<Record<MessageState, number>> = {};
  for (const { messages } of groups) {
    for (const state of MESSAGE_STATES) sums[state] = (sums[state] ?? 0) + (messages[state] ?? 0);
  }
  return sums;
}
