// How each metric of the broker is read when somebody scrapes. It records nothing.

import {
  countValues,
  createRegistry,
  histogramValues,
  type MetricReaders,
  type MetricsRegistry,
  type MetricValue,
} from '@millrace/options';
import { MESSAGE_STATES } from '@millrace/protocol';
import type { ProcessWatch } from '../health/process-watch.ts';
import type { NetMetrics, RequestMetrics } from './request-metrics.ts';
import type { QueueCounter, QueueSample } from './sample-queues.ts';
import type { NamedSamples } from './sample-shard.ts';
import type { TopicSample } from './sample-topics.ts';
import type { ShardMetrics, ShardSample } from './shard-metrics.ts';
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
  readonly named: () => NamedSamples | undefined;
  /** Text to add to what is scraped: of what runs beside the broker. */
  readonly more?: (() => Promise<string>) | undefined;
}

/** The sources, and the samples of this scrape. */
interface Scrape extends MetricSources, NamedSamples {
  readonly seen: ShardSample | undefined;
}

const NOTHING: NamedSamples = { queues: [], topics: [], lags: [], members: [] };

const one = (value: number | undefined): readonly MetricValue[] =>
  value === undefined ? [] : [{ value }];

const ofQueues =
  (read: (queue: QueueSample) => number) =>
  ({ queues }: NamedSamples): readonly MetricValue[] =>
    queues.map((queue) => ({ value: read(queue), labels: { queue: queue.name } }));

const ofTopics =
  (read: (topic: TopicSample) => number) =>
  ({ topics }: NamedSamples): readonly MetricValue[] =>
    topics.map((topic) => ({ value: read(topic), labels: { topic: topic.name } }));

const counterOf = (name: QueueCounter) => ofQueues(({ counters }) => counters[name]);

const QUEUE_READERS = {
  millrace_queue_messages_sent_total: counterOf('sent'),
  millrace_queue_messages_received_total: counterOf('received'),
  millrace_queue_messages_deleted_total: counterOf('deleted'),
  millrace_queue_messages_dead_lettered_total: counterOf('deadLettered'),
  millrace_queue_messages_visible: ofQueues(({ messages }) => {
    const { fresh, ready, parked, blocked } = messages;
    return fresh + ready + parked + blocked;
  }),
  millrace_queue_messages_not_visible: ofQueues(({ messages }) => messages.leased),
  millrace_queue_messages_delayed: ofQueues(({ messages }) => messages.scheduled),
  millrace_queue_oldest_message_age_seconds: ofQueues(({ oldestAgeMs }) => oldestAgeMs / 1_000),
};

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
  millrace_fetched_records_total: ({ shard }) => one(shard.fetchedRecords),
  millrace_fetched_bytes_total: ({ shard }) => one(shard.fetchedBytes),
  millrace_leased_messages_total: ({ shard }) => one(shard.leasedMessages),
  millrace_acknowledged_messages_total: ({ shard }) => countValues(shard.acknowledged, 'kind'),
  millrace_damaged_batches_total: ({ shard }) => one(shard.damagedBatches),
  millrace_quarantined_batches: ({ seen }) => one(seen?.quarantinedBatches),
  millrace_schedules_failing: ({ seen }) => one(seen?.schedulesFailing),
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
          { value: seen.shareGroups, labels: { kind: 'share' } },
        ],
  millrace_share_group_messages: ({ queues }) => readShareGroups(queues),
  ...QUEUE_READERS,
  millrace_consumer_group_lag_records: ({ lags }) =>
    lags.map(({ group, topic, lag }) => ({ value: lag, labels: { group, topic } })),
  millrace_consumer_group_members: ({ members }) =>
    members.map(({ group, members: value }) => ({ value, labels: { group } })),
  millrace_topic_appended_records_total: ofTopics(({ counters }) => counters.records),
  millrace_topic_appended_bytes_total: ofTopics(({ counters }) => counters.bytes),
  millrace_topic_stored_bytes: ofTopics(({ storedBytes }) => storedBytes),
  millrace_store_file_bytes: ({ seen }) => one(seen?.storeFileBytes),
  millrace_store_journal_bytes: ({ seen }) => one(seen?.storeJournalBytes),
  millrace_store_reserve_bytes: ({ seen }) => one(seen?.storeReserveBytes),
  millrace_store_free_bytes: ({ seen }) => one(seen?.storeFreeBytes),
  millrace_store_reusable_bytes: ({ seen }) => one(seen?.storeReusableBytes),
};

export function createBrokerRegistry(sources: MetricSources): MetricsRegistry {
  return createRegistry({
    table: METRICS,
    readers: READERS,
    look: () => ({ ...sources, seen: sources.sample(), ...(sources.named() ?? NOTHING) }),
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

function readShareGroups(queues: readonly QueueSample[]): MetricValue[] {
  return queues.flatMap(({ name: group, messages }) =>
    MESSAGE_STATES.map((state) => ({ value: messages[state], labels: { group, state } })),
  );
}
