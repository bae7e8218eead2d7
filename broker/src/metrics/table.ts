// Every metric of the broker, once: names, labels and meaning. The registry and docs/reference/metrics.md derive from
// this table. Values come from recorders that cost a few additions, and are put together only when somebody asks.

import { type MetricTable, renderMetricRows } from '@millrace/options';

/** Seconds, from a sync reply to a long poll. */
const SECONDS = [
  0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 20,
];
const COUNTS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];
const BYTES = [256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216];

/** What is told by name is bounded: each has a line. */
const QUEUES =
  'The 200 queues with most unresolved messages by name, the others together as `(others)`.';
const TOPICS = 'The 200 topics with most stored bytes by name, the others together as `(others)`.';

export const METRICS = {
  millrace_build_info: {
    type: 'gauge',
    labels: ['version', 'node'],
    about: 'Always 1; its labels say what runs.',
  },
  millrace_ready: {
    type: 'gauge',
    labels: [],
    about:
      '1 while /readyz says so: after recovery, before shutdown, with room on the disk, commits that stand and an event loop that comes round.',
  },
  millrace_event_loop_held_up_total: {
    type: 'counter',
    labels: [],
    about: 'How often the event loop was held up for longer than --event-loop-warning.',
  },
  millrace_heap_high: {
    type: 'gauge',
    labels: [],
    about: '1 while more of the heap is in use than --heap-warning.',
  },

  millrace_requests_total: {
    type: 'counter',
    labels: ['api', 'outcome'],
    about: 'Requests answered, by API and outcome: `ok` or the name of the error.',
  },
  millrace_request_duration_seconds: {
    type: 'histogram',
    labels: ['api'],
    buckets: SECONDS,
    about:
      'From a request read to its reply encoded, the time it waited for data or the disk included.',
  },
  millrace_requests_in_flight: {
    type: 'gauge',
    labels: [],
    about: 'Requests whose reply is not ready, long polls included.',
  },

  millrace_connections: { type: 'gauge', labels: [], about: 'Open connections.' },
  millrace_connections_accepted_total: {
    type: 'counter',
    labels: [],
    about: 'Connections accepted.',
  },
  millrace_connections_ended_total: {
    type: 'counter',
    labels: ['reason'],
    about:
      'Connections ended, by reason: `client` closed it, `refused` (too many), `no_hello`, `login` (it failed, or what it stood on is gone), `handshake` (TLS failed), `malformed`, `slow_frame` (takes too long over a request), `idle`, `stalled` (takes no replies), `flooded` (asks for far more than it takes), `shutdown`.',
  },
  millrace_throttled_replies_total: {
    type: 'counter',
    labels: [],
    about:
      'Replies after which a connection was read no further for a while: its user was beyond its quotas.',
  },
  millrace_received_bytes_total: {
    type: 'counter',
    labels: [],
    about: 'Bytes read from clients.',
  },
  millrace_sent_bytes_total: {
    type: 'counter',
    labels: [],
    about: 'Bytes that clients took.',
  },
  millrace_unsent_reply_bytes: {
    type: 'gauge',
    labels: [],
    about: 'Replies that clients have not taken yet.',
  },

  millrace_request_bytes: {
    type: 'gauge',
    labels: [],
    about:
      'Memory of requests: frames that have begun, requests that wait to be started, and those that wait for their reply.',
  },

  millrace_commit_duration_seconds: {
    type: 'histogram',
    labels: [],
    buckets: SECONDS,
    about: 'From handing a commit to the store to its flush.',
  },
  millrace_commit_rows: {
    type: 'histogram',
    labels: [],
    buckets: COUNTS,
    about: 'Rows of a commit.',
  },
  millrace_commit_bytes: {
    type: 'histogram',
    labels: [],
    buckets: BYTES,
    about: 'Bytes of a commit.',
  },
  millrace_commits_aborted_total: {
    type: 'counter',
    labels: [],
    about: 'Commits of which nothing was applied; their callers were told to retry.',
  },
  millrace_commit_queue_full: {
    type: 'gauge',
    labels: [],
    about: '1 while so much waits for the next commit that no requests are read.',
  },

  millrace_appended_records_total: {
    type: 'counter',
    labels: [],
    about: 'Records that producers appended; dead-letter copies are counted apart.',
  },
  millrace_appended_bytes_total: {
    type: 'counter',
    labels: [],
    about: 'Bytes of batches that producers appended.',
  },
  millrace_fetched_records_total: {
    type: 'counter',
    labels: [],
    about: 'Records of batches that were fetched.',
  },
  millrace_fetched_bytes_total: {
    type: 'counter',
    labels: [],
    about: 'Bytes of batches that were fetched.',
  },
  millrace_leased_messages_total: {
    type: 'counter',
    labels: [],
    about: 'Messages given to members of share groups, every delivery counted.',
  },
  millrace_acknowledged_messages_total: {
    type: 'counter',
    labels: ['kind'],
    about: 'Messages that members spoke about with effect, by kind of acknowledgement.',
  },
  millrace_damaged_batches_total: {
    type: 'counter',
    labels: [],
    about:
      'Batches whose stored bytes were not what was written; each was set aside. The disk is failing.',
  },
  millrace_quarantined_batches: {
    type: 'gauge',
    labels: [],
    about: 'Damaged batches that were set aside and that retention has not removed yet.',
  },
  millrace_schedules_failing: {
    type: 'gauge',
    labels: [],
    about:
      'Schedules whose last tick came to nothing, for instance since their topic was deleted; not those that are paused.',
  },
  millrace_dead_letters_total: {
    type: 'counter',
    labels: [],
    about: 'Messages moved from a share group to its dead-letter topic.',
  },
  millrace_compaction_passes_total: {
    type: 'counter',
    labels: [],
    about: 'Passes of compaction over a partition that came to their end.',
  },
  millrace_compaction_removed_records_total: {
    type: 'counter',
    labels: [],
    about:
      'Records that compaction removed: a newer one of their key is there, or their time was over.',
  },

  millrace_queue_messages_sent_total: {
    type: 'counter',
    labels: ['queue'],
    about: `Messages that came to a queue (a share group), whatever became of them. ${QUEUES}`,
  },
  millrace_queue_messages_received_total: {
    type: 'counter',
    labels: ['queue'],
    about: `Messages that members of a queue were given, every delivery counted. ${QUEUES}`,
  },
  millrace_queue_messages_deleted_total: {
    type: 'counter',
    labels: ['queue'],
    about: `Messages of a queue that were finished: accepted by a member, redriven or replaced. ${QUEUES}`,
  },
  millrace_queue_messages_dead_lettered_total: {
    type: 'counter',
    labels: ['queue'],
    about: `Messages of a queue that were copied to its dead-letter topic. ${QUEUES}`,
  },
  millrace_queue_messages_visible: {
    type: 'gauge',
    labels: ['queue'],
    about: `Messages of a queue that nobody works on and that wait for no time: fresh, ready, parked and blocked ones. ${QUEUES}`,
  },
  millrace_queue_messages_not_visible: {
    type: 'gauge',
    labels: ['queue'],
    about: `Messages of a queue that are leased. ${QUEUES}`,
  },
  millrace_queue_messages_delayed: {
    type: 'gauge',
    labels: ['queue'],
    about: `Messages of a queue that wait for a time. ${QUEUES}`,
  },
  millrace_queue_oldest_message_age_seconds: {
    type: 'gauge',
    labels: ['queue'],
    about: `How long ago the oldest message of a queue that is not resolved was appended; 0: there is none. Of more than 500 queues and partitions with new oldest messages at a time, those beyond are guessed until the next scrape. ${QUEUES}`,
  },

  millrace_consumer_group_lag_records: {
    type: 'gauge',
    labels: ['group', 'topic'],
    about:
      'Records of a topic that a consumer group has not committed. The 500 pairs that are furthest behind by name, the others together as `(others)`.',
  },
  millrace_consumer_group_members: {
    type: 'gauge',
    labels: ['group'],
    about:
      'Members of a consumer group. The 200 groups with most of them by name, the others together as `(others)`.',
  },
  millrace_topic_appended_records_total: {
    type: 'counter',
    labels: ['topic'],
    about: `Records appended to a topic, by whomever: dead letters and schedules count. ${TOPICS}`,
  },
  millrace_topic_appended_bytes_total: {
    type: 'counter',
    labels: ['topic'],
    about: `Bytes of batches appended to a topic, as they are stored. ${TOPICS}`,
  },
  millrace_topic_stored_bytes: {
    type: 'gauge',
    labels: ['topic'],
    about: `Stored bytes of the batches of a topic. ${TOPICS}`,
  },

  millrace_topics: { type: 'gauge', labels: [], about: 'Topics.' },
  millrace_partitions: { type: 'gauge', labels: [], about: 'Partitions of all topics.' },
  millrace_groups: { type: 'gauge', labels: ['kind'], about: 'Groups, by kind.' },
  millrace_share_group_messages: {
    type: 'gauge',
    labels: ['group', 'state'],
    about:
      'Messages of a share group by state: its depth. The 200 groups with most unresolved messages by name, the others together as `(others)`.',
  },
  millrace_store_file_bytes: {
    type: 'gauge',
    labels: [],
    about: 'Size of the data file, with its journal.',
  },
  millrace_store_journal_bytes: { type: 'gauge', labels: [], about: 'Size of the journal alone.' },
  millrace_store_reserve_bytes: {
    type: 'gauge',
    labels: [],
    about: 'Producing stops when less than this can still be written.',
  },
  millrace_store_free_bytes: {
    type: 'gauge',
    labels: [],
    about:
      'Bytes that can still be written: free on the disk, plus pages the data file can use again.',
  },
  millrace_store_reusable_bytes: {
    type: 'gauge',
    labels: [],
    about: 'Pages of the data file that hold nothing: what it writes again before it gets larger.',
  },
} as const satisfies MetricTable;

/** The broker's metrics as a table in Markdown. */
export function renderBrokerMetrics(): string {
  return renderMetricRows(METRICS);
}
