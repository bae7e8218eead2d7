// The dashboard of queues: what waits, how fast it goes, and what fails.

import { INSTANCE_VARIABLE, QUEUE_VARIABLE } from './variables.mjs';

const R = '[$__rate_interval]';
const Q = '$I, queue=~"$queue"';
const G = '$I, group=~"$queue"';

/** @type {import('./panels.mjs').DashboardRow} */
export const queues = {
  uid: 'millrace-queues',
  title: 'Millrace / Queues',
  about:
    'What waits in each queue, how fast it goes, and what fails. (others): queues beyond the 200 largest.',
  variables: [INSTANCE_VARIABLE, QUEUE_VARIABLE],
  rows: [
    {
      title: 'All picked',
      panels: [
        {
          title: 'Visible',
          about: 'Messages that a worker could take now.',
          kind: 'number',
          unit: 'short',
          queries: [[`sum(millrace_queue_messages_visible{${Q}})`]],
          levels: [[100, 'yellow']],
          entry: 'queue-deep',
        },
        {
          title: 'Not visible',
          about: 'Messages that are leased by workers.',
          kind: 'number',
          unit: 'short',
          queries: [[`sum(millrace_queue_messages_not_visible{${Q}})`]],
        },
        {
          title: 'Delayed',
          about: 'Messages that wait for their time.',
          kind: 'number',
          unit: 'short',
          queries: [[`sum(millrace_queue_messages_delayed{${Q}})`]],
        },
        {
          title: 'Oldest',
          about: 'Age of the oldest message that is not finished.',
          kind: 'number',
          unit: 's',
          queries: [[`max(millrace_queue_oldest_message_age_seconds{${Q}})`]],
          levels: [
            [300, 'yellow'],
            [900, 'red'],
          ],
          entry: 'queue-oldest-message',
        },
        {
          title: 'Time to empty',
          about: 'At the rate of the last minutes, were nothing to come.',
          kind: 'number',
          unit: 's',
          queries: [
            [
              `sum(millrace_queue_messages_visible{${Q}}) / (sum(rate(millrace_queue_messages_deleted_total{${Q}}${R})) > 0)`,
            ],
          ],
          entry: 'queue-falls-behind',
        },
        {
          title: 'Blocked',
          about: 'Messages that failed as often as they may, and whose key waits for a person.',
          kind: 'number',
          unit: 'short',
          queries: [[`sum(millrace_share_group_messages{${G}, state="blocked"})`]],
          levels: [[1, 'red']],
          entry: 'keys-blocked',
        },
      ],
    },
    {
      title: 'Depth',
      panels: [
        {
          title: 'Visible',
          about: 'The line is where the alert looks.',
          unit: 'short',
          queries: [[`sum by (queue) (millrace_queue_messages_visible{${Q}})`, '{{queue}}']],
          levels: [[100, 'red']],
          entry: 'queue-deep',
        },
        {
          title: 'Age of the oldest',
          about: 'Since it was sent; a delay counts, too.',
          unit: 's',
          queries: [
            [`max by (queue) (millrace_queue_oldest_message_age_seconds{${Q}})`, '{{queue}}'],
          ],
          levels: [[900, 'red']],
          entry: 'queue-oldest-message',
        },
        {
          title: 'Not visible',
          about: 'Leased by workers. Nothing here while much is visible: there are no workers.',
          unit: 'short',
          queries: [[`sum by (queue) (millrace_queue_messages_not_visible{${Q}})`, '{{queue}}']],
          entry: 'queue-without-workers',
        },
        {
          title: 'Delayed',
          about: 'Wait for their time: a delay, or the pause after a failure.',
          unit: 'short',
          queries: [[`sum by (queue) (millrace_queue_messages_delayed{${Q}})`, '{{queue}}']],
        },
      ],
    },
    {
      title: 'Rates',
      panels: [
        {
          title: 'Sent',
          about: 'Messages that came to the queue.',
          unit: 'cps',
          queries: [
            [`sum by (queue) (rate(millrace_queue_messages_sent_total{${Q}}${R}))`, '{{queue}}'],
          ],
        },
        {
          title: 'Deleted',
          about: 'Messages that workers finished.',
          unit: 'cps',
          queries: [
            [`sum by (queue) (rate(millrace_queue_messages_deleted_total{${Q}}${R}))`, '{{queue}}'],
          ],
        },
        {
          title: 'Received',
          about: 'Messages given to workers, every delivery counted.',
          unit: 'cps',
          queries: [
            [
              `sum by (queue) (rate(millrace_queue_messages_received_total{${Q}}${R}))`,
              '{{queue}}',
            ],
          ],
        },
        {
          title: 'Deliveries of a finished message',
          about: 'One, where nothing fails and no lease runs out.',
          unit: 'none',
          queries: [
            [
              `sum by (queue) (rate(millrace_queue_messages_received_total{${Q}}${R})) / (sum by (queue) (rate(millrace_queue_messages_deleted_total{${Q}}${R})) > 0)`,
              '{{queue}}',
            ],
          ],
          levels: [[2, 'orange']],
        },
      ],
    },
    {
      title: 'What fails',
      panels: [
        {
          title: 'Dead-lettered',
          about: 'Messages copied to the dead-letter topic.',
          unit: 'cps',
          queries: [
            [
              `sum by (queue) (rate(millrace_queue_messages_dead_lettered_total{${Q}}${R}))`,
              '{{queue}}',
            ],
          ],
          entry: 'dead-letters-growing',
        },
        {
          title: 'Waiting by state',
          about:
            'Fresh: never delivered. Ready: comes again. Parked: behind another one of its key. Blocked: its key waits for a person.',
          unit: 'short',
          isStacked: true,
          queries: [
            [
              `sum by (state) (millrace_share_group_messages{${G}, state!~"acknowledged|dead"})`,
              '{{state}}',
            ],
          ],
          entry: 'keys-blocked',
        },
        {
          title: 'Queues',
          about: 'A row for each.',
          kind: 'table',
          unit: 'none',
          columns: ['visible', 'not visible', 'delayed', 'oldest, seconds', 'dead'],
          queries: [
            [`sum by (queue) (millrace_queue_messages_visible{${Q}})`],
            [`sum by (queue) (millrace_queue_messages_not_visible{${Q}})`],
            [`sum by (queue) (millrace_queue_messages_delayed{${Q}})`],
            [`max by (queue) (millrace_queue_oldest_message_age_seconds{${Q}})`],
            [
              `sum by (queue) (label_replace(millrace_share_group_messages{${G}, state="dead"}, "queue", "$1", "group", "(.*)"))`,
            ],
          ],
        },
      ],
    },
  ],
};
