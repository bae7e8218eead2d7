// CheckAccess: what a user may do and which rule says so, as `authorize` decides. Reads memory alone.

import type { RequestOf, ResponseInput } from '@millrace/protocol';
import { accept, type Decision, type View } from '../decision.ts';
import type { AclRow } from '../security-rows.ts';
import type { ShardState } from '../shard-state.ts';
import { unknownUser } from './check-user.ts';
import { ALLOWED, ITSELF } from './operation-sets.ts';
import { EVERYBODY, type Security } from './security.ts';

type Item = RequestOf<'CheckAccess'>['items'][number];
type Reply = ResponseInput<'CheckAccess'>;

export interface CheckAccessCommand {
  readonly user: string;
  /** Somebody who is logged in asks about itself: it may be built in. */
  readonly isSelf: boolean;
  readonly items: readonly Item[];
}

export function checkAccess(
  { security }: ShardState,
  _view: View,
  { user, isSelf, items }: CheckAccessCommand,
): Decision<Reply> {
  if (!isSelf && security.userByName(user) === undefined) return unknownUser(user);
  const superuser = security.isSuperuser(user);
  const answers = items.map((item) => {
    const allowed = security.authorize(user, item.operation, item.resource, item.name);
    return { allowed, rule: superuser ? null : decidingRule(security, user, item, allowed) };
  });
  return accept({ user, superuser, answers });
}

/** The user's own rules come before those for everybody. Null: there is none, and so it may not. */
function decidingRule(
  security: Security,
  user: string,
  { operation, resource, name }: Item,
  allowed: boolean,
): AclRow | null {
  if (security.userByName(user)?.disabled !== false) return null;
  const needed = ITSELF[operation];
  const rules = [user, EVERYBODY].flatMap(
    (each) => security.rulesOf(each)?.rulesFor(resource, name) ?? [],
  );
  const isDeciding = allowed
    ? (rule: AclRow) => rule.effect === 'allow' && (ALLOWED[rule.operation] & needed) !== 0
    : (rule: AclRow) => rule.effect === 'deny' && (ITSELF[rule.operation] & needed) !== 0;
  return rules.find(isDeciding) ?? null;
}
