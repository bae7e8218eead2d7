// `tokens revoke`.

import { command, variadic } from '../../command.ts';
import { confirm, YES } from '../../confirm.ts';
import { formatText } from '../../output/format.ts';

export const revoke = command({
  name: 'revoke',
  about: 'delete tokens, and end the connections that they opened',
  inputs: {
    tokens: variadic('<token-ids...>', 'ids of tokens, as `tokens list` shows them'),
    yes: YES,
  },
  examples: [
    { line: 'broker-cli tokens revoke 7f3a9c', about: 'asks first' },
    { line: 'broker-cli tokens revoke 7f3a9c --yes', about: 'in a script' },
  ],
  async run(context, { tokens, yes }) {
    const ids = [...new Set(tokens)];
    const names = ids.map((id) => formatText(id)).join(', ');
    await confirm(context, yes, `revoke token${ids.length > 1 ? 's' : ''} ${names}`);
    const { security } = (await context.client()).admin;
    const revoked: { tokenId: string; user: string }[] = [];
    for (const tokenId of ids) {
      const { user } = await security.revokeToken(tokenId, { signal: context.signal });
      revoked.push({ tokenId, user });
    }
    const sentences = revoked.map(
      ({ tokenId, user }) => `Revoked token ${formatText(tokenId)} of ${formatText(user)}.`,
    );
    await context.output.done({ revoked }, sentences.join('\n'));
  },
});
