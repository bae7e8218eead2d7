// The dashboard that people look at first.

import { INSTANCE_VARIABLE } from './variables.mjs';

const R = '[$__rate_interval]';

/** @type {import('./panels.mjs').DashboardRow} */
export const overview = {
  uid: 'millrace-overview',
  title: 'Millrace / Overview',
  about: 'Is it well, how much goes through it, and what waits.',
  variables: [INSTANCE_VARIABLE],
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Brokers ready',
          about: 'Of those that answer.',
          kind: 'number',
          unit: 'none',
          queries: [['sum(millrace_ready{$I})']],
          entry: 'broker-not-ready',
        },
        {
          title: 'Alerts',
          about: 'That are firing now.',
          kind: 'number',
          unit: 'none',
          queries: [['count(ALERTS{alertname=~"Millrace.*", alertstate="firing"}) or vector(0)']],
          levels: [[1, 'red']],
        },
        {
          title: 'Waiting',
          about: 'Messages of all queues that a worker could take now.',
          kind: 'number',
          unit: 'short',
          queries: [['sum(millrace_queue_messages_visible{$I})']],
          entry: 'queue-deep',
        },
        {
          title: 'With workers',
          about: 'Messages that are leased.',
          kind: 'number',
          unit: 'short',
          queries: [['sum(millrace_queue_messages_not_visible{$I})']],
        },
        {
          title: 'Oldest message',
          about: 'Age of the oldest message that is not finished, of any queue.',
          kind: 'number',
          unit: 's',
          queries: [['max(millrace_queue_oldest_message_age_seconds{$I})']],
          levels: [
            [300, 'yellow'],
            [900, 'red'],
          ],
          entry: 'queue-oldest-message',
        },
        {
          title: 'Dead letters in 1 h',
          about: 'Messages that were rejected, or failed as often as they may.',
          kind: 'number',
          unit: 'short',
          queries: [['sum(increase(millrace_dead_letters_total{$I}[1h]))']],
          levels: [[1, 'orange']],
          entry: 'dead-letters',
        },
        {
          title: 'Delayed',
          about: 'Messages that wait for their time: a delay, or the pause after a failure.',
          kind: 'number',
          unit: 'short',
          queries: [['sum(millrace_queue_messages_delayed{$I})']],
        },
        {
          title: 'Consumer lag',
          about: 'Records that consumer groups have not read yet.',
          kind: 'number',
          unit: 'short',
          queries: [['sum(millrace_consumer_group_lag_records{$I})']],
          entry: 'consumer-group-falls-behind',
        },
        {
          title: 'Damaged batches',
          about: 'Set aside, and not yet gone by retention. The disk is failing.',
          kind: 'number',
          unit: 'none',
          queries: [['sum(millrace_quarantined_batches{$I})']],
          levels: [[1, 'red']],
          entry: 'damaged-batch',
        },
        {
          title: 'Commit p99',
          about: 'From handing a commit to the store to its flush.',
          kind: 'number',
          unit: 's',
          queries: [
            [
              `histogram_quantile(0.99, sum by (le) (rate(millrace_commit_duration_seconds_bucket{$I}${R})))`,
            ],
          ],
          levels: [[0.25, 'red']],
          entry: 'commits-slow',
        },
        {
          title: 'Free on the disk',
          about: 'What can still be written.',
          kind: 'number',
          unit: 'bytes',
          queries: [['min(millrace_store_free_bytes{$I})']],
          entry: 'disk-nearly-full',
        },
        {
          title: 'HTTP errors',
          about: 'Share of the HTTP requests that were answered with 5xx.',
          kind: 'number',
          unit: 'percentunit',
          queries: [
            [
              `(sum(rate(millrace_http_requests_total{$I, status=~"5.."}${R})) or vector(0)) / sum(rate(millrace_http_requests_total{$I}${R}))`,
            ],
          ],
          levels: [[0.01, 'red']],
          entry: 'http-errors',
        },
      ],
    },
    {
      title: 'Flow',
      panels: [
        {
          title: 'Records and messages',
          about:
            'Appended by producers, read by consumers, given to workers, and finished by them.',
          unit: 'cps',
          queries: [
            [`sum(rate(millrace_appended_records_total{$I}${R}))`, 'appended'],
            [`sum(rate(millrace_fetched_records_total{$I}${R}))`, 'read'],
            [`sum(rate(millrace_leased_messages_total{$I}${R}))`, 'given to workers'],
            [
              `sum by (kind) (rate(millrace_acknowledged_messages_total{$I}${R}))`,
              'acknowledged: {{kind}}',
            ],
          ],
        },
        {
          title: 'Bytes',
          about: 'Batches appended, and all that went over connections.',
          unit: 'Bps',
          queries: [
            [`sum(rate(millrace_appended_bytes_total{$I}${R}))`, 'appended'],
            [`sum(rate(millrace_received_bytes_total{$I}${R}))`, 'received'],
            [`sum(rate(millrace_sent_bytes_total{$I}${R}))`, 'sent'],
          ],
        },
        {
          title: 'Messages by state',
          about: 'Of all queues, without those that are finished or dead.',
          unit: 'short',
          isStacked: true,
          queries: [
            [
              'sum by (state) (millrace_share_group_messages{$I, state!~"acknowledged|dead"})',
              '{{state}}',
            ],
          ],
          entry: 'queue-falls-behind',
        },
        {
          title: 'Requests by duration',
          about: 'From a request read to its reply encoded; waiting for messages counts.',
          unit: 's',
          queries: [
            [
              `histogram_quantile(0.5, sum by (le) (rate(millrace_request_duration_seconds_bucket{$I}${R})))`,
              'p50',
            ],
            [
              `histogram_quantile(0.99, sum by (le) (rate(millrace_request_duration_seconds_bucket{$I}${R})))`,
              'p99',
            ],
          ],
        },
      ],
    },
    {
      title: 'Alerts',
      panels: [
        {
          title: 'Alerts that fire or are about to',
          about: 'Each has an entry of the same name in the runbook.',
          kind: 'table',
          unit: 'none',
          columns: ['alerts'],
          queries: [
            [
              'max by (alertname, alertstate, severity, instance, queue, group) (ALERTS{alertname=~"Millrace.*"})',
            ],
          ],
        },
      ],
    },
  ],
};
