// `users list`.

import type { User } from '@millrace/client';
import { command, variadic } from '../../command.ts';
import { formatCountOf, formatText, formatTime } from '../../output/format.ts';
import { table } from '../../output/table.ts';
import { quotasText } from './user-quotas.ts';

export const list = command({
  name: 'list',
  about: 'list users with what they log in by',
  inputs: { users: variadic('[users...]', 'names of users (default all)') },
  examples: [
    { line: 'broker-cli users list', about: 'as a table' },
    { line: 'broker-cli users list alice --json', about: 'all about one, for a program' },
  ],
  async run(context, { users: names }) {
    const { security } = (await context.client()).admin;
    const asked = names.length === 0 ? undefined : names;
    const users = await security.listUsers(asked, { signal: context.signal });
    await context.output.answer({ users }, async () =>
      table(
        context.output,
        [
          { head: 'USER', cell: ({ user }) => formatText(user) },
          { head: 'LOGS IN BY', cell: loginText },
          { head: 'IS', cell: stateText },
          { head: 'QUOTAS', cell: ({ quotas }) => quotasText(quotas) },
          { head: 'CREATED', cell: ({ createdAtMs }) => formatTime(createdAtMs) },
        ],
        users,
        'No users. `broker-cli users create NAME` creates one.',
      ),
    );
  },
});

function loginText({ hasPassword, tokens, accessKeys }: User): string {
  const parts = [
    hasPassword ? 'password' : '',
    tokens.length > 0 ? formatCountOf(tokens.length, 'token') : '',
    accessKeys.length > 0 ? formatCountOf(accessKeys.length, 'access key') : '',
  ];
  return parts.filter((part) => part !== '').join(', ') || '-';
}

function stateText({ superuser, disabled }: User): string {
  const parts = [disabled ? 'disabled' : '', superuser ? 'superuser' : ''];
  return parts.filter((part) => part !== '').join(', ') || '-';
}
