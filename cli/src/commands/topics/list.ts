// `topics list`.

import { command } from '../../command.ts';
import {
  formatCount,
  formatDuration,
  formatSize,
  formatText,
  formatTime,
} from '../../output/format.ts';
import { table } from '../../output/table.ts';
import { recordsText, topicFigures } from './topic-figures.ts';

export const list = command({
  name: 'list',
  about: 'list all topics with their sizes',
  inputs: {},
  examples: [
    { line: 'broker-cli topics list', about: 'as a table' },
    { line: "broker-cli topics list --json | jq -r '.topics[].name'", about: 'names only' },
  ],
  async run(context) {
    const { admin } = await context.client();
    const described = await admin.describeTopics(undefined, { signal: context.signal });
    const topics = described.map((topic) => ({
      name: topic.name,
      topicId: topic.topicId,
      partitions: topic.partitions.length,
      ...topicFigures(topic),
      retentionMs: topic.config?.retentionMs ?? null,
      createdAtMs: topic.createdAtMs,
    }));
    const spans = described.map((topic) => recordsText(topic, topicFigures(topic).records));
    await context.output.answer({ topics }, async () =>
      table(
        context.output,
        [
          { head: 'TOPIC', cell: ({ name }) => formatText(name) },
          { head: 'PARTITIONS', align: 'right', cell: ({ partitions }) => formatCount(partitions) },
          { head: 'RECORDS', align: 'right', cell: ({ span }) => span },
          { head: 'SIZE', align: 'right', cell: ({ bytes }) => formatSize(bytes) },
          {
            head: 'RETENTION',
            align: 'right',
            cell: ({ retentionMs }) => (retentionMs === null ? '' : formatDuration(retentionMs)),
          },
          { head: 'CREATED', cell: ({ createdAtMs }) => formatTime(createdAtMs) },
        ],
        topics.map((topic, i) => ({ ...topic, span: spans[i] ?? '' })),
        'No topics. `broker-cli topics create NAME` creates one.',
      ),
    );
  },
});
