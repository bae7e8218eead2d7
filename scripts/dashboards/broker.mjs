// The dashboard of brokers and their storage: requests, connections, commits, disk, memory, event loop.

import { INSTANCE_VARIABLE } from './variables.mjs';

const R = '[$__rate_interval]';

/** @param {number} share @param {string} metric @param {string} [by] */
const quantile = (share, metric, by = '') =>
  `histogram_quantile(${share}, sum by (${by}le) (rate(${metric}_bucket{$I}${R})))`;

/** @type {import('./panels.mjs').DashboardRow['rows'][number]} */
const REQUESTS = {
  title: 'Requests',
  panels: [
    {
      title: 'Requests',
      about: 'By API.',
      unit: 'reqps',
      queries: [[`sum by (api) (rate(millrace_requests_total{$I}${R}))`, '{{api}}']],
    },
    {
      title: 'Requests that failed',
      about:
        'By API and error. Many are answers, such as a name that is not there; INTERNAL never is.',
      unit: 'reqps',
      queries: [
        [
          `sum by (api, outcome) (rate(millrace_requests_total{$I, outcome!="ok"}${R}))`,
          '{{api}}: {{outcome}}',
        ],
      ],
      entry: 'requests-failing',
    },
    {
      title: 'Duration, p99',
      about: 'By API; waiting for messages counts.',
      unit: 's',
      queries: [[quantile(0.99, 'millrace_request_duration_seconds', 'api, '), '{{api}}']],
    },
    {
      title: 'On their way',
      about: 'Requests whose reply is not ready, and the memory they and unread replies take.',
      unit: 'short',
      queries: [
        ['sum(millrace_requests_in_flight{$I})', 'requests'],
        ['sum(millrace_request_bytes{$I})', 'bytes of requests'],
        ['sum(millrace_unsent_reply_bytes{$I})', 'bytes of replies'],
      ],
      entry: 'memory-high',
    },
    {
      title: 'Connections',
      about: 'Open, by broker.',
      unit: 'none',
      queries: [['sum by (instance) (millrace_connections{$I})', '{{instance}}']],
      entry: 'connections-refused',
    },
    {
      title: 'Connections ended',
      about: 'By reason; accepted ones beside them.',
      unit: 'cps',
      queries: [
        [`sum(rate(millrace_connections_accepted_total{$I}${R}))`, 'accepted'],
        [`sum by (reason) (rate(millrace_connections_ended_total{$I}${R}))`, '{{reason}}'],
      ],
      entry: 'clients-cut-off',
    },
    {
      title: 'Network',
      about: 'Bytes read from clients, and bytes that they took.',
      unit: 'Bps',
      queries: [
        [`sum(rate(millrace_received_bytes_total{$I}${R}))`, 'received'],
        [`sum(rate(millrace_sent_bytes_total{$I}${R}))`, 'sent'],
      ],
    },
    {
      title: 'Replies with a pause',
      about: 'Their users are beyond their quotas.',
      unit: 'cps',
      queries: [[`sum(rate(millrace_throttled_replies_total{$I}${R}))`, 'replies']],
      entry: 'clients-throttled',
    },
  ],
};

/** @type {import('./panels.mjs').DashboardRow['rows'][number]} */
const STORAGE = {
  title: 'Storage',
  panels: [
    {
      title: 'Commit duration',
      about:
        'From handing a commit to the store to its flush. The line is where the alert looks at p99.',
      unit: 's',
      queries: [
        [quantile(0.5, 'millrace_commit_duration_seconds'), 'p50'],
        [quantile(0.99, 'millrace_commit_duration_seconds'), 'p99'],
      ],
      levels: [[0.25, 'red']],
      entry: 'commits-slow',
    },
    {
      title: 'Commits',
      about: 'A second. Aborted: nothing of it was applied, and its callers try again.',
      unit: 'cps',
      queries: [
        [`sum(rate(millrace_commit_duration_seconds_count{$I}${R}))`, 'commits'],
        [`sum(rate(millrace_commits_aborted_total{$I}${R}))`, 'aborted'],
      ],
      entry: 'commits-aborted',
    },
    {
      title: 'Size of a commit',
      about: 'On average: the more a commit carries, the less a flush costs each.',
      unit: 'bytes',
      queries: [
        [
          `sum(rate(millrace_commit_bytes_sum{$I}${R})) / (sum(rate(millrace_commit_bytes_count{$I}${R})) > 0)`,
          'bytes',
        ],
      ],
    },
    {
      title: 'Commit queue full',
      about:
        'Share of the time in which no requests were read, since too much waited for the disk.',
      unit: 'percentunit',
      queries: [[`avg(avg_over_time(millrace_commit_queue_full{$I}${R}))`, 'full']],
      levels: [[0.5, 'red']],
      entry: 'commit-queue-full',
    },
    {
      title: 'Room',
      about: 'What can still be written; below the reserve producing is refused.',
      unit: 'bytes',
      queries: [
        ['sum by (instance) (millrace_store_free_bytes{$I})', '{{instance}} free'],
        ['sum by (instance) (millrace_store_reserve_bytes{$I})', '{{instance}} reserve'],
      ],
      entry: 'disk-nearly-full',
    },
    {
      title: 'Files',
      about: 'The data file does not get smaller; its free pages are used again.',
      unit: 'bytes',
      queries: [
        ['sum by (instance) (millrace_store_file_bytes{$I})', '{{instance}} data file'],
        ['sum by (instance) (millrace_store_reusable_bytes{$I})', '{{instance}} free pages in it'],
        ['sum by (instance) (millrace_store_journal_bytes{$I})', '{{instance}} journal'],
      ],
    },
    {
      title: 'Damaged batches',
      about:
        'Stored bytes that were not what was written. Anything above nothing is a disk that fails.',
      unit: 'none',
      queries: [
        ['sum(millrace_quarantined_batches{$I})', 'set aside'],
        ['sum(millrace_damaged_batches_total{$I})', 'found since the start'],
      ],
      levels: [[1, 'red']],
      entry: 'damaged-batch',
    },
    {
      title: 'Compaction',
      about: 'Passes that came to their end, and records they removed.',
      unit: 'cps',
      queries: [
        [`sum(rate(millrace_compaction_passes_total{$I}${R}))`, 'passes'],
        [`sum(rate(millrace_compaction_removed_records_total{$I}${R}))`, 'records removed'],
      ],
    },
  ],
};

/** @type {import('./panels.mjs').DashboardRow['rows'][number]} */
const PROCESS = {
  title: 'Process',
  panels: [
    {
      title: 'Event loop',
      about: 'Delay since the scrape before. All clients wait for it.',
      unit: 's',
      queries: [
        ['max by (instance) (millrace_nodejs_eventloop_lag_p99_seconds{$I})', '{{instance}} p99'],
        ['max by (instance) (millrace_nodejs_eventloop_lag_max_seconds{$I})', '{{instance}} max'],
      ],
      entry: 'event-loop-held-up',
    },
    {
      title: 'Processor',
      about: 'One is one core; the gateway beside the broker counts, too.',
      unit: 'none',
      queries: [
        [`sum by (instance) (rate(millrace_process_cpu_seconds_total{$I}${R}))`, '{{instance}}'],
      ],
    },
    {
      title: 'Memory',
      about:
        'Resident memory also counts pages of the data file, which the system takes back when it wants.',
      unit: 'bytes',
      queries: [
        ['sum by (instance) (millrace_process_resident_memory_bytes{$I})', '{{instance}} resident'],
        ['sum by (instance) (millrace_nodejs_heap_size_used_bytes{$I})', '{{instance}} heap'],
      ],
      entry: 'memory-high',
    },
    {
      title: 'Garbage collection',
      about: 'Share of the time, by kind.',
      unit: 'percentunit',
      queries: [
        [`sum by (kind) (rate(millrace_nodejs_gc_duration_seconds_sum{$I}${R}))`, '{{kind}}'],
      ],
      entry: 'event-loop-held-up',
    },
    {
      title: 'Open files',
      about: 'Of what the process may have open.',
      unit: 'percentunit',
      queries: [
        [
          'max by (instance) (millrace_process_open_fds{$I} / millrace_process_max_fds{$I})',
          '{{instance}}',
        ],
      ],
      levels: [[0.8, 'red']],
      entry: 'open-files-near-limit',
    },
    {
      title: 'Uptime',
      about: 'Falls to nothing at each start.',
      unit: 's',
      queries: [['time() - millrace_process_start_time_seconds{$I}', '{{instance}}']],
      entry: 'broker-restarts',
    },
  ],
};

/** @type {import('./panels.mjs').DashboardRow} */
export const broker = {
  uid: 'millrace-broker',
  title: 'Millrace / Broker and storage',
  about: 'Requests, connections, commits, disk, memory and event loop of each broker.',
  variables: [INSTANCE_VARIABLE],
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Ready',
          about: '1: it takes requests.',
          kind: 'number',
          unit: 'none',
          queries: [['millrace_ready{$I}', '{{instance}}']],
          entry: 'broker-not-ready',
        },
        {
          title: 'Version',
          about: 'What runs.',
          kind: 'table',
          wide: 12,
          unit: 'none',
          columns: ['brokers'],
          queries: [['count by (instance, version, node) (millrace_build_info{$I})']],
        },
        {
          title: 'Commits',
          about: 'A second.',
          kind: 'number',
          unit: 'cps',
          queries: [[`sum(rate(millrace_commit_duration_seconds_count{$I}${R}))`]],
        },
        {
          title: 'Open files',
          about: 'Of what the process may have open.',
          kind: 'number',
          unit: 'percentunit',
          queries: [['max(millrace_process_open_fds{$I} / millrace_process_max_fds{$I})']],
          levels: [[0.8, 'red']],
          entry: 'open-files-near-limit',
        },
      ],
    },
    REQUESTS,
    STORAGE,
    PROCESS,
  ],
};
