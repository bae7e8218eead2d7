// `users delete`.

import { command, flag, variadic } from '../../command.ts';
import { confirm, YES } from '../../confirm.ts';
import { errorCodeOf } from '../../errors/error-code.ts';
import { formatCountOf, formatText } from '../../output/format.ts';

export const remove = command({
  name: 'delete',
  about: 'delete users with their tokens, access keys and rules, and end their connections',
  inputs: {
    users: variadic('<users...>', 'names of users'),
    yes: YES,
    ifExists: flag('--if-exists', 'succeed where a user does not exist'),
  },
  examples: [
    { line: 'broker-cli users delete alice', about: 'asks first' },
    { line: 'broker-cli users delete alice --yes --if-exists', about: 'in a script' },
  ],
  async run(context, { users, yes, ifExists }) {
    const { security } = (await context.client()).admin;
    const options = { signal: context.signal };
    const found: string[] = [];
    for (const user of new Set(users)) {
      try {
        await security.listUsers([user], options);
        found.push(user);
      } catch (error) {
        if (!ifExists || errorCodeOf(error) !== 'UNKNOWN_USER') throw error;
      }
    }
    if (found.length > 0) {
      const names = found.map((user) => formatText(user)).join(', ');
      await confirm(context, yes, `delete user${found.length > 1 ? 's' : ''} ${names}`);
    }
    const deleted: object[] = [];
    const sentences: string[] = [];
    for (const user of found) {
      const { tokens, accessKeys, rules } = await security.deleteUser(user, options);
      deleted.push({ user, tokens, accessKeys, rules });
      const went = [
        formatCountOf(tokens, 'token'),
        formatCountOf(accessKeys, 'access key'),
        formatCountOf(rules, 'rule'),
      ];
      sentences.push(`Deleted user ${formatText(user)} with ${went.join(', ')}.`);
    }
    const sentence = sentences.length === 0 ? 'Nothing to delete.' : sentences.join('\n');
    await context.output.done({ deleted }, sentence);
  },
});
