// `keys list`.

import { command, variadic } from '../../command.ts';
import { expiryText } from '../../input/expiry.ts';
import { formatText, formatTime } from '../../output/format.ts';
import { table } from '../../output/table.ts';

export const list = command({
  name: 'list',
  about: 'list access keys, without their secrets',
  inputs: { users: variadic('[users...]', 'of these users (default all)') },
  examples: [{ line: 'broker-cli keys list shop', about: 'of one user' }],
  async run(context, { users: names }) {
    const { security } = (await context.client()).admin;
    const asked = names.length === 0 ? undefined : names;
    const users = await security.listUsers(asked, { signal: context.signal });
    const accessKeys = users.flatMap(({ user, accessKeys: theirs }) =>
      theirs.map((key) => ({ user, ...key })),
    );
    await context.output.answer({ accessKeys }, async () =>
      table(
        context.output,
        [
          { head: 'USER', cell: ({ user }) => formatText(user) },
          { head: 'ACCESS KEY ID', cell: ({ accessKeyId }) => formatText(accessKeyId) },
          { head: 'LABEL', cell: ({ label }) => formatText(label ?? '-', 40) },
          { head: 'CREATED', cell: ({ createdAtMs }) => formatTime(createdAtMs) },
          { head: 'EXPIRES', cell: ({ expiresAtMs }) => expiryText(expiresAtMs) },
        ],
        accessKeys,
        'No access keys. `broker-cli keys create USER` creates one.',
      ),
    );
  },
});
