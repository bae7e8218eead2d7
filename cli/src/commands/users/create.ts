// `users create`.

import { argument, command, flag } from '../../command.ts';
import { usage } from '../../errors/cli-error.ts';
import { errorCodeOf } from '../../errors/error-code.ts';
import { formatText } from '../../output/format.ts';
import { NEW_PASSWORD_FILE, newPassword } from './new-password.ts';
import { hasQuotas, QUOTAS, quotasOf } from './user-quotas.ts';

export const create = command({
  name: 'create',
  about: 'create a user, with a password unless --no-password is given',
  details:
    'The password does not leave this program: the broker gets what it can check it with.\n' +
    'A user without a password logs in with tokens, or with a certificate that bears its name.',
  inputs: {
    user: argument('<user>', 'name of the user'),
    newPasswordFile: NEW_PASSWORD_FILE,
    password: flag('--no-password', 'it has no password'),
    superuser: flag('--superuser', 'it may do everything, whatever the rules say'),
    ...QUOTAS,
    ifNotExists: flag('--if-not-exists', 'succeed where the user exists; it is left as it is'),
  },
  examples: [
    { line: 'broker-cli users create alice', about: 'asks for the password' },
    { line: 'broker-cli users create shop --no-password', about: 'for a program, with tokens' },
    {
      line: 'broker-cli users create batch --new-password-file batch.password --quota-produce 10MiB',
      about: 'in a script, and bounded',
    },
  ],
  async run(context, values) {
    const { user, newPasswordFile, superuser, ifNotExists } = values;
    if (!values.password && newPasswordFile !== undefined) {
      throw usage('--no-password and --new-password-file exclude each other');
    }
    const { security } = (await context.client()).admin;
    const password = values.password
      ? await newPassword(context, user, newPasswordFile)
      : undefined;
    const quotas = hasQuotas(values) ? quotasOf(values) : undefined;
    const name = formatText(user);
    try {
      const options = { signal: context.signal };
      await security.createUser({ user, password, superuser, quotas }, options);
      await context.output.done({ user, created: true }, `Created user ${name}.`);
    } catch (error) {
      if (!ifNotExists || errorCodeOf(error) !== 'USER_EXISTS') throw error;
      await context.output.done({ user, created: false }, `User ${name} exists.`);
    }
  },
});
