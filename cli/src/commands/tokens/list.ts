// `tokens list`.

import { command, variadic } from '../../command.ts';
import { expiryText } from '../../input/expiry.ts';
import { formatText, formatTime } from '../../output/format.ts';
import { table } from '../../output/table.ts';

export const list = command({
  name: 'list',
  about: 'list tokens, without what is secret',
  inputs: { users: variadic('[users...]', 'of these users (default all)') },
  examples: [{ line: 'broker-cli tokens list shop', about: 'of one user' }],
  async run(context, { users: names }) {
    const { security } = (await context.client()).admin;
    const asked = names.length === 0 ? undefined : names;
    const users = await security.listUsers(asked, { signal: context.signal });
    const tokens = users.flatMap(({ user, tokens: theirs }) =>
      theirs.map((token) => ({ user, ...token })),
    );
    await context.output.answer({ tokens }, async () =>
      table(
        context.output,
        [
          { head: 'USER', cell: ({ user }) => formatText(user) },
          { head: 'TOKEN ID', cell: ({ tokenId }) => formatText(tokenId) },
          { head: 'LABEL', cell: ({ label }) => formatText(label ?? '-', 40) },
          { head: 'CREATED', cell: ({ createdAtMs }) => formatTime(createdAtMs) },
          { head: 'EXPIRES', cell: ({ expiresAtMs }) => expiryText(expiresAtMs) },
        ],
        tokens,
        'No tokens. `broker-cli tokens create USER` creates one.',
      ),
    );
  },
});
