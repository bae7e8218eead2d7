// `topics describe`.

import type { TopicDescription } from '@millrace/client';
import { command, variadic } from '../../command.ts';
import { formatCount, formatSize, formatText, formatTime } from '../../output/format.ts';
import type { Output } from '../../output/output.ts';
import { properties, table } from '../../output/table.ts';
import { recordsText, topicFigures } from './topic-figures.ts';
import { configLines } from './topic-settings.ts';

export const describe = command({
  name: 'describe',
  about: 'show settings, partitions and offsets of topics',
  inputs: { topics: variadic('<topics...>', 'names of topics') },
  examples: [{ line: 'broker-cli topics describe flights', about: 'settings and partitions' }],
  async run(context, { topics: names }) {
    const { admin } = await context.client();
    const described = await admin.describeTopics(names, { signal: context.signal });
    const topics = described.map((topic) => ({ ...topic, ...topicFigures(topic) }));
    await context.output.answer({ topics }, async () => {
      const texts = await Promise.all(topics.map((topic) => describeOne(context.output, topic)));
      return texts.join('\n\n');
    });
  },
});

async function describeOne(output: Output, topic: TopicDescription): Promise<string> {
  const { records, bytes } = topicFigures(topic);
  const annotations = Object.entries(topic.annotations).map(
    ([name, value]) => [`annotation ${formatText(name)}`, formatText(value, 200)] as const,
  );
  const about = await properties(output, [
    ['topic', formatText(topic.name)],
    ['id', String(topic.topicId)],
    ['created', formatTime(topic.createdAtMs)],
    ['records', recordsText(topic, records)],
    ['size', formatSize(bytes)],
    ...(topic.config === null ? [] : configLines(topic.config)),
    ...annotations,
  ]);
  const partitions = await table(
    output,
    [
      { head: 'PARTITION', align: 'right', cell: (each) => String(each.partition) },
      { head: 'START', align: 'right', cell: (each) => formatCount(each.startOffset) },
      { head: 'END', align: 'right', cell: (each) => formatCount(each.endOffset) },
      {
        head: 'RECORDS',
        align: 'right',
        cell: (each) => recordsText(topic, each.endOffset - each.startOffset),
      },
      { head: 'SEGMENTS', align: 'right', cell: (each) => formatCount(each.segments) },
      { head: 'SIZE', align: 'right', cell: (each) => formatSize(each.bytes) },
    ],
    topic.partitions,
    'No partitions.',
  );
  return `${about}\n\n${partitions}`;
}
