// DeleteUser: the user and all that is its own, in one commit: nobody who gets the name later inherits anything.

import type { RequestOf, ResponseInput } from '@millrace/protocol';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import { remove } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { unknownUser } from './check-user.ts';

export function decideDeleteUser(
  { security }: ShardState,
  _view: View,
  { user }: RequestOf<'DeleteUser'>,
  _ctx: Context,
): Decision<ResponseInput<'DeleteUser'>> {
  if (security.userByName(user) === undefined) return unknownUser(user);
  const tokens = security.tokens.of(user).map(([id]) => remove('tokens', [id]));
  const accessKeys = security.accessKeys.of(user).map(([id]) => remove('accessKeys', [id]));
  const rules = [...(security.rulesOf(user)?.entries() ?? [])].map(([id]) => remove('acls', [id]));
  const reply = {
    tokens: tokens.length,
    accessKeys: accessKeys.length,
    rules: rules.length,
  };
  return accept(reply, [...tokens, ...accessKeys, ...rules, remove('users', [user])]);
}
