// CreateUser: a user with nothing but its name, and perhaps a password. It may do nothing yet, unless it is a superuser.

import { LIMITS, type RequestOf } from '@millrace/protocol';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import { put } from '../rows.ts';
import type { UserQuotas } from '../security-rows.ts';
import type { ShardState } from '../shard-state.ts';
import { checkUserName, checkVerifier, keptVerifier } from './check-user.ts';

type Empty = { readonly [name: string]: never };

const NO_QUOTAS: UserQuotas = {
  produceBytesPerSecond: null,
  fetchBytesPerSecond: null,
  requestsPerSecond: null,
};

export function decideCreateUser(
  { security }: ShardState,
  _view: View,
  { user, password, superuser, quotas }: RequestOf<'CreateUser'>,
  { nowMs }: Context,
): Decision<Empty> {
  const refusal = checkUserName(user) ?? checkVerifier(password);
  if (refusal !== undefined) return refusal;
  if (security.userByName(user) !== undefined) {
    return refuse('USER_EXISTS', `A user named ${user} exists.`, { field: 'user' });
  }
  if (security.userCount >= LIMITS.usersMax) {
    const limit = `${LIMITS.usersMax} users`;
    return refuse('LIMIT_EXCEEDED', `The broker holds at most ${limit}.`, { field: 'user', limit });
  }
  const row = {
    createdAtMs: nowMs,
    superuser,
    disabled: false,
    password: password && keptVerifier(password),
    quotas: quotas ?? NO_QUOTAS,
  };
  return accept({}, [put('users', [user], row)]);
}
