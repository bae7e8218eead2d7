// The dashboard of topics and consumer groups: what is appended, how much is kept, and who is how far behind.

import { GROUP_VARIABLE, INSTANCE_VARIABLE, TOPIC_VARIABLE } from './variables.mjs';

const R = '[$__rate_interval]';
const T = '$I, topic=~"$topic"';
const G = '$I, group=~"$group"';

/** @type {import('./panels.mjs').DashboardRow} */
export const topics = {
  uid: 'millrace-topics',
  title: 'Millrace / Topics and groups',
  about: 'What is appended to topics, how much they keep, and how far behind consumer groups are.',
  variables: [INSTANCE_VARIABLE, TOPIC_VARIABLE, GROUP_VARIABLE],
  rows: [
    {
      title: 'Topics',
      panels: [
        {
          title: 'Topics',
          about: 'Of the brokers that are picked.',
          kind: 'number',
          unit: 'none',
          queries: [['sum(millrace_topics{$I})']],
        },
        {
          title: 'Partitions',
          about: 'Of all topics.',
          kind: 'number',
          unit: 'none',
          queries: [['sum(millrace_partitions{$I})']],
        },
        {
          title: 'Appended',
          about: 'Records a second, to the topics that are picked.',
          kind: 'number',
          unit: 'cps',
          queries: [[`sum(rate(millrace_topic_appended_records_total{${T}}${R}))`]],
        },
        {
          title: 'Kept',
          about: 'Bytes that the topics that are picked take.',
          kind: 'number',
          unit: 'bytes',
          queries: [[`sum(millrace_topic_stored_bytes{${T}})`]],
          entry: 'disk-nearly-full',
        },
        {
          title: 'Read',
          about: 'Records a second, by consumers of all topics.',
          kind: 'number',
          unit: 'cps',
          queries: [[`sum(rate(millrace_fetched_records_total{$I}${R}))`]],
        },
        {
          title: 'Compacted away',
          about: 'Records a second that compaction removed.',
          kind: 'number',
          unit: 'cps',
          queries: [[`sum(rate(millrace_compaction_removed_records_total{$I}${R}))`]],
        },
        {
          title: 'Records appended',
          about: 'By topic; dead letters and scheduled messages count, too.',
          unit: 'cps',
          queries: [
            [`sum by (topic) (rate(millrace_topic_appended_records_total{${T}}${R}))`, '{{topic}}'],
          ],
        },
        {
          title: 'Bytes appended',
          about: 'By topic, as they are stored.',
          unit: 'Bps',
          queries: [
            [`sum by (topic) (rate(millrace_topic_appended_bytes_total{${T}}${R}))`, '{{topic}}'],
          ],
        },
        {
          title: 'Bytes kept',
          about: 'What retention and compaction have left.',
          unit: 'bytes',
          isStacked: true,
          queries: [[`sum by (topic) (millrace_topic_stored_bytes{${T}})`, '{{topic}}']],
          entry: 'disk-nearly-full',
        },
        {
          title: 'Bytes of a record',
          about: 'On average, compressed where batches are.',
          unit: 'bytes',
          queries: [
            [
              `sum by (topic) (rate(millrace_topic_appended_bytes_total{${T}}${R})) / (sum by (topic) (rate(millrace_topic_appended_records_total{${T}}${R})) > 0)`,
              '{{topic}}',
            ],
          ],
        },
      ],
    },
    {
      title: 'Consumer groups',
      panels: [
        {
          title: 'Lag by group',
          about: 'Records between what a group has committed and the end of its topics.',
          unit: 'short',
          queries: [
            [
              `sum by (group) (millrace_consumer_group_lag_records{${G}, topic=~"$topic"})`,
              '{{group}}',
            ],
          ],
          levels: [[10_000, 'red']],
          entry: 'consumer-group-falls-behind',
        },
        {
          title: 'Lag by group and topic',
          about: 'Where it lies.',
          unit: 'short',
          queries: [
            [
              `sum by (group, topic) (millrace_consumer_group_lag_records{${G}, topic=~"$topic"})`,
              '{{group}} on {{topic}}',
            ],
          ],
          entry: 'consumer-group-falls-behind',
        },
        {
          title: 'Members',
          about: 'Of each group. More than partitions: some have nothing to do.',
          unit: 'none',
          queries: [[`sum by (group) (millrace_consumer_group_members{${G}})`, '{{group}}']],
        },
        {
          title: 'Groups',
          about: 'Consumer groups read a log, share groups are queues.',
          unit: 'none',
          queries: [['sum by (kind) (millrace_groups{$I})', '{{kind}}']],
        },
      ],
    },
  ],
};
