// `queue list`.

import { command } from '../../command.ts';
import { formatDuration, formatText, formatTime } from '../../output/format.ts';
import { table } from '../../output/table.ts';
import { queueDocument } from './queue-document.ts';
import { deliveriesText } from './queue-settings.ts';

export const list = command({
  name: 'list',
  about: 'list all queues with their topics',
  inputs: {},
  examples: [{ line: 'broker-cli queue list', about: 'as a table' }],
  async run(context) {
    const { admin } = await context.client();
    const groups = await admin.listShareGroups({ signal: context.signal });
    const queues = groups.map(queueDocument);
    await context.output.answer({ queues }, async () =>
      table(
        context.output,
        [
          { head: 'QUEUE', cell: ({ queue }) => formatText(queue) },
          {
            head: 'TOPICS',
            cell: ({ topics }) => formatText(topics.map(({ topic }) => topic).join(', '), 60),
          },
          {
            head: 'VISIBILITY',
            align: 'right',
            cell: ({ config }) => formatDuration(config.visibilityTimeoutMs),
          },
          { head: 'DELIVERIES', align: 'right', cell: ({ config }) => deliveriesText(config) },
          {
            head: 'DEAD LETTERS',
            cell: ({ topics }) =>
              formatText(
                [...new Set(topics.map(({ deadLetterTopic }) => deadLetterTopic ?? '-'))].join(
                  ', ',
                ),
                60,
              ),
          },
          { head: 'CREATED', cell: ({ createdAtMs }) => formatTime(createdAtMs) },
        ],
        queues,
        'No queues. `broker-cli queue create NAME` creates one.',
      ),
    );
  },
});
