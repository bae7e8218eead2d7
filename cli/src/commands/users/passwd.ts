// `users passwd`.

import { argument, command } from '../../command.ts';
import { formatText } from '../../output/format.ts';
import { NEW_PASSWORD_FILE, newPassword } from './new-password.ts';

export const passwd = command({
  name: 'passwd',
  about: 'give a user another password',
  details: 'It does not leave this program. Connections opened with the old password end.',
  inputs: {
    user: argument('<user>', 'name of the user'),
    newPasswordFile: NEW_PASSWORD_FILE,
  },
  examples: [
    { line: 'broker-cli users passwd alice', about: 'asks for it, twice' },
    {
      line: 'broker-cli users passwd alice --new-password-file alice.password',
      about: 'in a script',
    },
  ],
  async run(context, { user, newPasswordFile }) {
    const { security } = (await context.client()).admin;
    const password = await newPassword(context, user, newPasswordFile);
    await security.alterUser({ user, password }, { signal: context.signal });
    const sentence = `User ${formatText(user)} has another password.`;
    await context.output.done({ user, changed: true }, sentence);
  },
});
