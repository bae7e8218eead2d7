// `groups list`.

import { command } from '../../command.ts';
import { formatCount, formatText } from '../../output/format.ts';
import { table } from '../../output/table.ts';

export const list = command({
  name: 'list',
  about: 'list groups of both kinds',
  details: 'Kind consumer: members share partitions. Kind share: a queue, see `broker-cli queue`.',
  inputs: {},
  examples: [{ line: 'broker-cli groups list', about: 'as a table' }],
  async run(context) {
    const { admin } = await context.client();
    const groups = await admin.listGroups({ signal: context.signal });
    await context.output.answer({ groups }, async () =>
      table(
        context.output,
        [
          { head: 'GROUP', cell: ({ name }) => formatText(name) },
          { head: 'KIND', cell: ({ kind }) => kind },
          { head: 'MEMBERS', align: 'right', cell: ({ members }) => formatCount(members) },
        ],
        groups,
        'No groups. `broker-cli consume TOPIC --group NAME` makes a consumer group.',
      ),
    );
  },
});
