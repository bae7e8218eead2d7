// `acls check`.

import { argument, command } from '../../command.ts';
import { EXIT } from '../../errors/exit-codes.ts';
import { formatText } from '../../output/format.ts';
import { checkName, NAME, parseOperation, RESOURCE, ruleText } from './rule-inputs.ts';

const MYSELF = '-';

export const check = command({
  name: 'check',
  about: 'tell whether a user may do something, and which rule says so',
  details: 'Exit code 0 where it may, 8 where it may not.',
  inputs: {
    user: argument('<user>', 'name of the user; -: who this program logs in as'),
    operation: argument('<operation>', 'what would be done, such as read', parseOperation),
    resource: RESOURCE,
    name: NAME,
  },
  examples: [
    { line: 'broker-cli acls check shop write topic orders', about: 'may it produce?' },
    { line: 'broker-cli acls check - describe cluster', about: 'may I?' },
  ],
  async run(context, { user, operation, resource, name: given }) {
    const name = checkName(resource, given);
    const { security } = (await context.client()).admin;
    const asked = user === MYSELF ? undefined : user;
    const items = [{ operation, resource, name }];
    const reply = await security.checkAccess(items, asked, { signal: context.signal });
    const { allowed = false, rule = null } = reply.answers[0] ?? {};
    const who = formatText(reply.user ?? 'Anybody');
    const what = `${operation} ${resource}${name === '' ? '' : ` ${formatText(name)}`}`;
    const document = { user: reply.user, operation, resource, name, allowed, rule };
    await context.output.done(
      document,
      `${who} may ${allowed ? '' : 'not '}${what}: ${reasonText(allowed, reply.superuser, rule)}.`,
    );
    return allowed ? EXIT.ok : EXIT.denied;
  },
});

function reasonText(
  allowed: boolean,
  superuser: boolean,
  rule: Parameters<typeof ruleText>[0] | null,
): string {
  if (superuser) return 'it is a superuser';
  if (rule !== null) return ruleText(rule);
  return allowed ? 'the broker asks nobody' : 'no rule allows it';
}
