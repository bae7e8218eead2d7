// The dashboard of the example application: what its queues do, what is made, what fails. Names are those of
// examples/src/resume-builder/queues.ts.

import { INSTANCE_VARIABLE } from './variables.mjs';

const R = '[$__rate_interval]';
const Q = '$I, queue=~"resume-.*"';
const G = '$I, group=~"resume-.*"';

/** @type {import('./panels.mjs').DashboardRow} */
export const resumeBuilder = {
  uid: 'millrace-resume-builder',
  title: 'Millrace / Example: résumé builder',
  about: 'The example application: edits, PDFs, messages to people, and what could not be done.',
  variables: [INSTANCE_VARIABLE],
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Edits waiting',
          about:
            'Taken by the web, not yet applied; with those whose user has an earlier one in work.',
          kind: 'number',
          unit: 'short',
          wide: 6,
          queries: [['sum(millrace_queue_messages_visible{$I, queue="resume-edits"})']],
          levels: [[100, 'yellow']],
          entry: 'queue-deep',
        },
        {
          title: 'PDFs waiting',
          about: 'Requests that no worker has begun.',
          kind: 'number',
          unit: 'short',
          wide: 6,
          queries: [['sum(millrace_queue_messages_visible{$I, queue="resume-pdfs"})']],
          levels: [[100, 'yellow']],
          entry: 'queue-deep',
        },
        {
          title: 'Failures open',
          about: 'Dead letters that nobody has redriven or dropped.',
          kind: 'number',
          unit: 'short',
          wide: 6,
          queries: [['sum(millrace_queue_messages_visible{$I, queue="resume-dead"})']],
          levels: [[1, 'red']],
          entry: 'dead-letters',
        },
        {
          title: 'Dead letters not looked at',
          about:
            'What the dead-letter handler has not yet classified; more than none for long: it is down.',
          kind: 'number',
          unit: 'short',
          wide: 6,
          queries: [['sum(millrace_consumer_group_lag_records{$I, group="resume-dead-letters"})']],
          levels: [[1, 'yellow']],
        },
      ],
    },
    {
      title: 'Work',
      panels: [
        {
          title: 'Done',
          about:
            'Messages finished: edits applied, PDFs made or out of date, mails and chats sent.',
          unit: 'cps',
          queries: [
            [`sum by (queue) (rate(millrace_queue_messages_deleted_total{${Q}}${R}))`, '{{queue}}'],
          ],
        },
        {
          title: 'Age of the oldest',
          about: 'How long people wait, at worst. Dead letters wait for a person and count, too.',
          unit: 's',
          queries: [
            [`max by (queue) (millrace_queue_oldest_message_age_seconds{${Q}})`, '{{queue}}'],
          ],
          entry: 'queue-oldest-message',
        },
        {
          title: 'Written',
          about: 'Records appended: documents and PDFs are tables, events and edits logs.',
          unit: 'cps',
          queries: [
            [
              `sum by (topic) (rate(millrace_topic_appended_records_total{$I, topic=~"resume-.*"}${R}))`,
              '{{topic}}',
            ],
          ],
        },
        {
          title: 'Stored',
          about: 'Compaction keeps of each résumé the newest document and PDF.',
          unit: 'bytes',
          queries: [
            [`sum by (topic) (millrace_topic_stored_bytes{$I, topic=~"resume-.*"})`, '{{topic}}'],
          ],
        },
      ],
    },
    {
      title: 'What fails',
      panels: [
        {
          title: 'Tried again',
          about:
            'Deliveries beyond the first of a message: workers that crashed, templates with faults.',
          unit: 'cps',
          queries: [
            [
              `sum by (queue) (rate(millrace_queue_messages_received_total{${Q}}${R})) - sum by (queue) (rate(millrace_queue_messages_deleted_total{${Q}}${R}))`,
              '{{queue}}',
            ],
          ],
        },
        {
          title: 'Died',
          about: 'Messages that went to resume-dead.',
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
          title: 'Queues',
          about: 'Messages of each queue by state.',
          kind: 'table',
          unit: 'none',
          columns: ['messages'],
          queries: [[`sum by (group, state) (millrace_share_group_messages{${G}})`]],
        },
      ],
    },
  ],
};
