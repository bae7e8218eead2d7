// `queue describe`.

import { argument, command } from '../../command.ts';
import { formatText, formatTime } from '../../output/format.ts';
import { properties, table } from '../../output/table.ts';
import { queueDocument, startOf } from './queue-document.ts';
import { settingLines } from './queue-settings.ts';

export const describe = command({
  name: 'describe',
  about: 'show settings and topics of a queue',
  inputs: { queue: argument('<queue>', 'name of the queue') },
  examples: [{ line: 'broker-cli queue describe jobs', about: 'settings and topics' }],
  async run(context, { queue }) {
    const { admin } = await context.client();
    const described = await admin.describeShareGroup(queue, { signal: context.signal });
    const { group, config, topics, groupId, createdAtMs } = described;
    await context.output.answer(queueDocument(described), async () => {
      const about = await properties(context.output, [
        ['queue', formatText(group)],
        ['id', String(groupId)],
        ['created', formatTime(createdAtMs)],
        ...settingLines(config),
      ]);
      const sources = await table(
        context.output,
        [
          { head: 'TOPIC', cell: ({ topic }) => formatText(topic) },
          { head: 'START', cell: ({ startAt }) => startText(startAt) },
          {
            head: 'DEAD LETTERS',
            cell: ({ deadLetterTopic }) => formatText(deadLetterTopic ?? '-'),
          },
        ],
        topics,
        'No topics.',
      );
      return `${about}\n\n${sources}`;
    });
  },
});

function startText(startAt: number): string {
  const start = startOf(startAt);
  return typeof start === 'string' ? start : formatTime(start);
}
