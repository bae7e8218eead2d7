// `users alter`.

import { argument, command, flag } from '../../command.ts';
import { usage } from '../../errors/cli-error.ts';
import { isOn, onOff } from '../../input/switch.ts';
import { formatText } from '../../output/format.ts';
import { hasQuotas, QUOTAS, quotasOf } from './user-quotas.ts';

export const alter = command({
  name: 'alter',
  about: 'change a user: disable it, take its password, give it other quotas',
  details: 'Connections that stand on what is taken away end at once.',
  inputs: {
    user: argument('<user>', 'name of the user'),
    disabled: onOff('--disabled <state>', 'whether it may not log in'),
    superuser: onOff('--superuser <state>', 'whether it may do everything'),
    removePassword: flag('--remove-password', 'it has no password any more'),
    ...QUOTAS,
  },
  examples: [
    { line: 'broker-cli users alter alice --disabled on', about: 'keep it out, and keep it' },
    { line: 'broker-cli users alter batch --quota-produce default', about: "the broker's quota" },
  ],
  async run(context, values) {
    const { user, removePassword } = values;
    const disabled = isOn(values.disabled);
    const superuser = isOn(values.superuser);
    const isNothing = disabled === undefined && superuser === undefined && !removePassword;
    if (isNothing && !hasQuotas(values)) throw usage('say what is to change; --help shows it');
    const { security } = (await context.client()).admin;
    const options = { signal: context.signal };
    const [before] = await security.listUsers([user], options);
    const quotas = hasQuotas(values) ? quotasOf(values, before?.quotas) : undefined;
    const password = removePassword ? null : undefined;
    await security.alterUser({ user, disabled, superuser, password, quotas }, options);
    await context.output.done({ user, changed: true }, `Changed user ${formatText(user)}.`);
  },
});
