// CreateToken: keeps the hash of a token that was made elsewhere.

import { LIMITS, type RequestOf } from '@millrace/protocol';
import { assert } from '../assert.ts';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import { put, remove } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import type { CredentialRow } from './credentials.ts';
import { planCredential } from './plan-credential.ts';
import type { Security } from './security.ts';

type Empty = { readonly [name: string]: never };

export type CreateTokenCommand = RequestOf<'CreateToken'> & {
  /** Never used before. */
  readonly tokenId: string;
  readonly hash: Uint8Array;
  /** Made for somebody who has logged in at a gateway, by that gateway's right alone. */
  readonly isDelegated?: boolean;
};

export function decideCreateToken(
  { security }: ShardState,
  _view: View,
  command: CreateTokenCommand,
  { nowMs }: Context,
): Decision<Empty> {
  const { tokenId, user, hash, label, expiresAtMs } = command;
  assert(security.tokenById(tokenId) === undefined, 'ids of tokens are random');
  if (command.isDelegated === true && lastsTooLong(expiresAtMs, nowMs)) {
    const limit = `${LIMITS.delegatedTokenMsMax} ms`;
    const message = `A token that a gateway makes lasts ${limit} at most.`;
    return refuse('INVALID_REQUEST', message, { field: 'expiresAtMs', limit });
  }
  const replaced = command.isDelegated === true ? replacedBy(command, security) : [];
  const plan = planCredential(security, security.tokens, command, nowMs, replaced);
  if (plan.error) return plan;
  const row = { user, hash, label, createdAtMs: nowMs, expiresAtMs };
  const outdated = plan.outdated.map((id) => remove('tokens', [id]));
  return accept({}, [...outdated, put('tokens', [tokenId], row)]);
}

/** Whoever logs in again and again uses up nobody's room, and is never kept out by logins that are forgotten. */
function replacedBy({ user, label }: CreateTokenCommand, { tokens }: Security): string[] {
  const alike = tokens.of(user).filter(([, row]) => row.label === label && isShort(row));
  const left = LIMITS.delegatedTokensPerUserMax - 1;
  return alike.slice(0, Math.max(0, alike.length - left)).map(([id]) => id);
}

/** As one that a gateway may make. */
function isShort({ createdAtMs, expiresAtMs }: CredentialRow): boolean {
  return !lastsTooLong(expiresAtMs, createdAtMs);
}

function lastsTooLong(expiresAtMs: number | null, nowMs: number): boolean {
  return expiresAtMs === null || expiresAtMs > nowMs + LIMITS.delegatedTokenMsMax;
}
