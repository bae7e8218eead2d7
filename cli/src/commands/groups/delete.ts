// `groups delete`.

import { command, flag, variadic } from '../../command.ts';
import { confirm, YES } from '../../confirm.ts';
import { errorCodeOf } from '../../errors/error-code.ts';
import { formatText } from '../../output/format.ts';

export const remove = command({
  name: 'delete',
  about: 'delete consumer groups without members, and their offsets',
  inputs: {
    groups: variadic('<groups...>', 'names of groups'),
    yes: YES,
    ifExists: flag('--if-exists', 'succeed where a group does not exist'),
  },
  examples: [
    { line: 'broker-cli groups delete reports', about: 'asks first' },
    { line: 'broker-cli groups delete old-1 old-2 --yes --if-exists', about: 'in a script' },
  ],
  async run(context, { groups, yes, ifExists }) {
    const names = [...new Set(groups)];
    const texts = names.map((name) => formatText(name)).join(', ');
    const what = names.length === 1 ? `group ${texts} and its` : `groups ${texts} and their`;
    await confirm(context, yes, `delete ${what} offsets`);
    const { admin } = await context.client();
    const deleted: string[] = [];
    try {
      for (const group of names) {
        try {
          await admin.deleteGroup(group, { signal: context.signal });
          deleted.push(group);
        } catch (error) {
          if (!ifExists || errorCodeOf(error) !== 'UNKNOWN_GROUP') throw error;
        }
      }
    } catch (error) {
      if (deleted.length > 0) context.output.warn(`deleted before that: ${deleted.join(', ')}`);
      throw error;
    }
    const sentence =
      deleted.length === 0
        ? 'Nothing to delete.'
        : deleted.map((name) => `Deleted group ${formatText(name)}.`).join('\n');
    await context.output.done({ deleted }, sentence);
  },
});
