// `acls list`.

import { argument, command } from '../../command.ts';
import { formatText } from '../../output/format.ts';
import { table } from '../../output/table.ts';
import { nameText } from './rule-inputs.ts';

export const list = command({
  name: 'list',
  about: 'list access rules',
  details: 'Of one user: those that name it. Rules of every user (*) hold for it too.',
  inputs: { user: argument('[user]', "of this user, or of '*' (default all)") },
  examples: [{ line: 'broker-cli acls list shop', about: 'of one user' }],
  async run(context, { user }) {
    const { security } = (await context.client()).admin;
    const rules = await security.listAcls(user, { signal: context.signal });
    await context.output.answer({ rules }, async () =>
      table(
        context.output,
        [
          { head: 'USER', cell: (rule) => formatText(rule.user) },
          { head: 'EFFECT', cell: ({ effect }) => effect },
          { head: 'OPERATION', cell: ({ operation }) => operation },
          { head: 'RESOURCE', cell: ({ resource }) => resource },
          { head: 'NAME', cell: nameText },
        ],
        rules,
        'No rules. `broker-cli acls add` adds one.',
      ),
    );
  },
});
