// `queue delete`.

import { argument, command, flag } from '../../command.ts';
import { confirm, YES } from '../../confirm.ts';
import { errorCodeOf } from '../../errors/error-code.ts';
import { formatCountOf, formatText } from '../../output/format.ts';
import { unresolved } from './queue-figures.ts';

export const remove = command({
  name: 'delete',
  about: 'delete a queue; its topics and their records stay',
  inputs: {
    queue: argument('<queue>', 'name of the queue'),
    yes: YES,
    ifExists: flag('--if-exists', 'succeed where the queue does not exist'),
  },
  examples: [{ line: 'broker-cli queue delete jobs', about: 'asks first' }],
  async run(context, { queue, yes, ifExists }) {
    const { admin } = await context.client();
    const options = { signal: context.signal };
    const name = formatText(queue);
    try {
      const { totals } = await admin.counters(queue, options);
      const left = formatCountOf(unresolved(totals), 'unresolved message');
      await confirm(context, yes, `delete queue ${name} with ${left}`);
      await admin.deleteShareGroup(queue, options);
    } catch (error) {
      if (!ifExists || errorCodeOf(error) !== 'UNKNOWN_GROUP') throw error;
      await context.output.done({ deleted: [] }, 'Nothing to delete.');
      return;
    }
    await context.output.done({ deleted: [queue] }, `Deleted queue ${name}; its topics stay.`);
  },
});
