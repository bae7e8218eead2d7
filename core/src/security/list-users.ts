// ListUsers: users by name, a page at a time, with what they show themselves by; nothing of it is secret. Reads memory alone.

import type { RequestOf, ResponseInput } from '@millrace/protocol';
import { accept, type Decision, type View } from '../decision.ts';
import type { UserRow } from '../security-rows.ts';
import type { ShardState } from '../shard-state.ts';
import { unknownUser } from './check-user.ts';
import type { Security } from './security.ts';

type Reply = ResponseInput<'ListUsers'>;

export function listUsers(
  { security }: ShardState,
  _view: View,
  { users, after, limit }: RequestOf<'ListUsers'>,
): Decision<Reply> {
  for (const [at, name] of users?.entries() ?? []) {
    if (security.userByName(name) === undefined) return unknownUser(name, `users[${at}]`);
  }
  const names = users === null ? security.userNames() : [...new Set(users)].toSorted();
  const first = after === null ? 0 : firstAfter(names, after);
  const page = names.slice(first, first + limit);
  const listed = page.map((name) =>
    listedUser(security, name, security.userByName(name) as UserRow),
  );
  return accept({ users: listed, hasMore: names.length > first + limit });
}

function listedUser(security: Security, user: string, row: UserRow): Reply['users'][number] {
  const { createdAtMs, superuser, disabled, password, quotas } = row;
  const tokens = security.tokens.of(user).map(([tokenId, token]) => ({
    tokenId,
    label: token.label,
    createdAtMs: token.createdAtMs,
    expiresAtMs: token.expiresAtMs,
  }));
  const accessKeys = security.accessKeys.of(user).map(([accessKeyId, key]) => ({
    accessKeyId,
    label: key.label,
    createdAtMs: key.createdAtMs,
    expiresAtMs: key.expiresAtMs,
  }));
  const hasPassword = password !== null;
  return { user, createdAtMs, superuser, disabled, hasPassword, quotas, tokens, accessKeys };
}

/** Place of the first name after it. */
function firstAfter(names: readonly string[], after: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((names[middle] as string) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
