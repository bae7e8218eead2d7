// `queue describe`.

import { argument, command } from '../../command.ts';
import { formatDuration, formatText, formatTime } from '../../output/format.ts';
import { properties, table } from '../../output/table.ts';
import { backoffText, deliveriesText } from './queue-settings.ts';

export const describe = command({
  name: 'describe',
  about: 'show settings and topics of a queue',
  inputs: { queue: argument('<queue>', 'name of the queue') },
  examples: [{ line: 'broker-cli queue describe jobs', about: 'settings and topics' }],
  async run(context, { queue }) {
    const { admin } = await context.client();
    const { group, ...rest } = await admin.describeShareGroup(queue, { signal: context.signal });
    const { config, topics, groupId, createdAtMs } = rest;
    await context.output.answer({ queue: group, ...rest }, async () => {
      const about = await properties(context.output, [
        ['queue', formatText(group)],
        ['id', String(groupId)],
        ['created', formatTime(createdAtMs)],
        ['visibility', formatDuration(config.visibilityTimeoutMs)],
        ['deliveries', deliveriesText(config)],
        ['backoff', backoffText(config)],
        ['dead messages', config.onExhausted === 'dlq' ? 'to the dead-letter topic' : 'dropped'],
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
  if (startAt === -2) return 'earliest';
  return startAt === -1 ? 'latest' : formatTime(startAt);
}
