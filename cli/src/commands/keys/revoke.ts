// `keys revoke`.

import { command, variadic } from '../../command.ts';
import { confirm, YES } from '../../confirm.ts';
import { formatText } from '../../output/format.ts';

export const revoke = command({
  name: 'revoke',
  about: 'delete access keys',
  inputs: {
    keys: variadic('<key-ids...>', 'ids of access keys, as `keys list` shows them'),
    yes: YES,
  },
  examples: [
    { line: 'broker-cli keys revoke MRK7F3A9C', about: 'asks first' },
    { line: 'broker-cli keys revoke MRK7F3A9C --yes', about: 'in a script' },
  ],
  async run(context, { keys, yes }) {
    const ids = [...new Set(keys)];
    const names = ids.map((id) => formatText(id)).join(', ');
    await confirm(context, yes, `revoke access key${ids.length > 1 ? 's' : ''} ${names}`);
    const { security } = (await context.client()).admin;
    const revoked: { accessKeyId: string; user: string }[] = [];
    for (const accessKeyId of ids) {
      const { user } = await security.revokeAccessKey(accessKeyId, { signal: context.signal });
      revoked.push({ accessKeyId, user });
    }
    const sentences = revoked.map(
      ({ accessKeyId, user }) =>
        `Revoked access key ${formatText(accessKeyId)} of ${formatText(user)}.`,
    );
    await context.output.done({ revoked }, sentences.join('\n'));
  },
});
