// `groups delete`.

import { argument, command, flag } from '../../command.ts';
import { confirm, YES } from '../../confirm.ts';
import { errorCodeOf } from '../../errors/error-code.ts';
import { formatText } from '../../output/format.ts';

export const remove = command({
  name: 'delete',
  about: 'delete a consumer group without members, and its offsets',
  inputs: {
    group: argument('<group>', 'name of the group'),
    yes: YES,
    ifExists: flag('--if-exists', 'succeed where the group does not exist'),
  },
  examples: [{ line: 'broker-cli groups delete reports', about: 'asks first' }],
  async run(context, { group, yes, ifExists }) {
    await confirm(context, yes, `delete group ${formatText(group)} and its offsets`);
    const { admin } = await context.client();
    try {
      await admin.deleteGroup(group, { signal: context.signal });
    } catch (error) {
      if (!ifExists || errorCodeOf(error) !== 'UNKNOWN_GROUP') throw error;
      await context.output.done({ deleted: [] }, 'Nothing to delete.');
      return;
    }
    await context.output.done({ deleted: [group] }, `Deleted group ${formatText(group)}.`);
  },
});
