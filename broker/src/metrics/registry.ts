// How each metric of the broker is read when somebody scrapes. It records nothing.

import {
  countValues,
  createRegistry,
  histogramValues,
  type MetricReaders,
  type MetricsRegistry,
  type MetricValue,
} from '@millrace/options';
import { MESSAGE_STATES, type MessageState } from '@millrace/protocol';
import type { ProcessWatch } from '../health/process-watch.ts';
import type { NetMetrics, RequestMetrics } from './request-metrics.ts';
import type { ShardMetrics, ShardSample, ShareGroupSample } from './shard-metrics.ts';
import { METRICS } from './table.ts';

/** Where the values come from. */
export interface MetricSources {
  readonly version: string;
  readonly requests: RequestMetrics;
  readonly net: NetMetrics;
  readonly shard: ShardMetrics;
  readonly watch: ProcessWatch;
  readonly isReady: () => boolean;
  /** Undefined until the shard has recovered. */
  readonly sample: () => ShardSample | undefined;
  /** Text to add to what is scraped: of what runs beside the broker. */
  readonly more?: (() => Promise<string>) | undefined;
}

/** The sources, and the one sample of this scrape. */
interface Scrape extends MetricSources {
  readonly seen: ShardSample | undefined;
}

/** Share groups that a scrape names; the rest come as one. */
const GROUPS_NAMED_MAX = 200;
/** No group can have this name: parentheses are not allowed in names. */
const OTHERS = '(others)';

const one = (value: number | undefined): readonly MetricValue[] =>
  value === undefined ? [] : [{ value }];

const READERS: MetricReaders<typeof METRICS, Scrape> = {
  millrace_build_info: ({ version }) => [{ value: 1, labels: { version, node: process.version } }],
  millrace_ready: ({ isReady }) => one(isReady() ? 1 : 0),
  millrace_event_loop_held_up_total: ({ watch }) => one(watch.heldUpTotal),
  millrace_heap_high: ({ watch }) => one(Number(watch.isHeapHigh)),
  millrace_requests_total: ({ requests }) => readRequests(requests),
  millrace_request_duration_seconds: ({ requests }) =>
    [...requests.byApi].flatMap(([api, { duration }]) =>
      duration.count === 0
        ? []
        : histogramValues('millrace_request_duration_seconds', duration, { api }),
    ),
  millrace_requests_in_flight: ({ requests }) => one(requests.inFlight),
  millrace_connections: ({ net }) => one(net.connections),
  millrace_connections_accepted_total: ({ net }) => one(net.accepted),
  millrace_connections_ended_total: ({ net }) => countValues(net.ended, 'reason'),
  millrace_throttled_replies_total: ({ net }) => one(net.throttled),
  millrace_received_bytes_total: ({ net }) => one(net.receivedBytes),
  millrace_sent_bytes_total: ({ net }) => one(net.sentBytes),
  millrace_unsent_reply_bytes: ({ net }) => one(net.unsentBytes),
  millrace_request_bytes: ({ net }) => one(net.requestBytes),
  millrace_commit_duration_seconds: ({ shard }) =>
    histogramValues('millrace_commit_duration_seconds', shard.commitSeconds),
  millrace_commit_rows: ({ shard }) => histogramValues('millrace_commit_rows', shard.commitRows),
  millrace_commit_bytes: ({ shard }) => histogramValues('millrace_commit_bytes', shard.commitBytes),
  millrace_commits_aborted_total: ({ shard }) => one(shard.commitsAborted),
  millrace_commit_queue_full: ({ seen }) =>
    one(seen === undefined ? undefined : Number(seen.isCommitQueueFull)),
  millrace_appended_records_total: ({ shard }) => one(shard.appendedRecords),
  millrace_appended_bytes_total: ({ shard }) => one(shard.appendedBytes),
  millrace_leased_messages_total: ({ shard }) => one(shard.leasedMessages),
  millrace_acknowledged_messages_total: ({ shard }) => countValues(shard.acknowledged, 'kind'),
  millrace_damaged_batches_total: ({ shard }) => one(shard.damagedBatches),
  millrace_quarantined_batches: ({ seen }) => one(seen?.quarantinedBatches),
  millrace_dead_letters_total: ({ shard }) => one(shard.deadLetters),
  millrace_compaction_passes_total: ({ shard }) => one(shard.compactionPasses),
  millrace_compaction_removed_records_total: ({ shard }) => one(shard.compactedRecords),
  millrace_topics: ({ seen }) => one(seen?.topics),
  millrace_partitions: ({ seen }) => one(seen?.partitions),
  millrace_groups: ({ seen }) =>
    seen === undefined
      ? []
      : [
          { value: seen.consumerGroups, labels: { kind: 'consumer' } },
          { value: seen.shareGroups.length, labels: { kind: 'share' } },
        ],
  millrace_share_group_messages: ({ seen }) => readShareGroups(seen?.shareGroups ?? []),
  millrace_store_file_bytes: ({ seen }) => one(seen?.storeFileBytes),
  millrace_store_free_bytes: ({ seen }) => one(seen?.storeFreeBytes),
};

export function createBrokerRegistry(sources: MetricSources): MetricsRegistry {
  return createRegistry({
    table: METRICS,
    readers: READERS,
    look: () => ({ ...sources, seen: sources.sample() }),
    prefix: 'millrace_',
    more: sources.more,
  });
}

function readRequests(requests: RequestMetrics): MetricValue[] {
  const values: MetricValue[] = [];
  for (const [api, metrics] of [...requests.byApi, ['(unknown)', requests.unknown] as const]) {
    if (metrics.ok > 0) values.push({ value: metrics.ok, labels: { api, outcome: 'ok' } });
    for (const [outcome, value] of metrics.errors) values.push({ value, labels: { api, outcome } });
  }
  return values;
}

function unresolved({ messages }: ShareGroupSample): number {
  const { fresh = 0, ready = 0, scheduled = 0, leased = 0 } = messages;
  return fresh + ready + scheduled + leased;
}

function readShareGroups(groups: readonly ShareGroupSample[]): MetricValue[] {
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
