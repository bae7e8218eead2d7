// `acls add` and `acls remove`.

import type { AclRule } from '@millrace/client';
import { argument, command, flag, type ValuesOf } from '../../command.ts';
import type { Context } from '../../context.ts';
import { NAME, OPERATION_LIST, patternOf, RESOURCE, ruleText } from './rule-inputs.ts';

const INPUTS = {
  user: argument('<user>', "name of the user, or '*' for every user"),
  operations: OPERATION_LIST,
  resource: RESOURCE,
  name: NAME,
  deny: flag('--deny', 'the rule takes a right away; it wins over all that give one'),
};

export const add = command({
  name: 'add',
  about: 'add access rules',
  details:
    'Read, write, alter and delete include describe; all includes everything. What no rule allows is denied.\n' +
    'Rules that are there already stay.',
  inputs: INPUTS,
  examples: [
    { line: 'broker-cli acls add shop write topic orders', about: 'may produce to one topic' },
    { line: "broker-cli acls add shop read,describe group 'billing.*'", about: 'by prefix' },
    { line: 'broker-cli acls add shop all topic secret --deny', about: 'but not this' },
    { line: 'broker-cli acls add ops all cluster', about: 'may administer the broker' },
  ],
  async run(context, values) {
    await change(context, values, 'add');
  },
});

export const remove = command({
  name: 'remove',
  about: 'remove access rules, written as they were added',
  inputs: INPUTS,
  examples: [{ line: 'broker-cli acls remove shop write topic orders', about: 'no more' }],
  async run(context, values) {
    await change(context, values, 'remove');
  },
});

async function change(
  context: Context,
  { user, operations, resource, name, deny }: ValuesOf<typeof INPUTS>,
  how: 'add' | 'remove',
): Promise<void> {
  const place = { user, effect: deny ? 'deny' : 'allow', resource } as const;
  const pattern = patternOf(resource, name);
  const rules: AclRule[] = operations.map((operation) => ({ ...place, ...pattern, operation }));
  const { security } = (await context.client()).admin;
  const { added, removed } = await security.alterAcls({ [how]: rules }, { signal: context.signal });
  const changed = how === 'add' ? added : removed;
  const verb = how === 'add' ? 'Added' : 'Removed';
  const still = how === 'add' ? 'was there already' : 'was not there';
  const rest = rules.length - changed;
  const sentences = [
    changed === 0 ? 'Nothing to change.' : `${verb}: ${rules.map(ruleText).join('; ')}.`,
    rest > 0 && changed > 0 ? `${rest} of them ${still}.` : '',
  ];
  await context.output.done({ rules, added, removed }, sentences.join(' ').trim());
}
