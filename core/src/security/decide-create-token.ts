// CreateToken: keeps the hash of a token that was made elsewhere.

import type { RequestOf } from '@millrace/protocol';
import { assert } from '../assert.ts';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import { put, remove } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { planCredential } from './plan-credential.ts';

type Empty = { readonly [name: string]: never };

export type CreateTokenCommand = RequestOf<'CreateToken'> & {
  /** Never used before. */
  readonly tokenId: string;
  readonly hash: Uint8Array;
};

export function decideCreateToken(
  { security }: ShardState,
  _view: View,
  command: CreateTokenCommand,
  { nowMs }: Context,
): Decision<Empty> {
  const { tokenId, user, hash, label, expiresAtMs } = command;
  assert(security.tokenById(tokenId) === undefined, 'ids of tokens are random');
  const plan = planCredential(security, security.tokens, command, nowMs);
  if (plan.error) return plan;
  const row = { user, hash, label, createdAtMs: nowMs, expiresAtMs };
  const outdated = plan.outdated.map((id) => remove('tokens', [id]));
  return accept({}, [...outdated, put('tokens', [tokenId], row)]);
}
