// Keeps what a receive leased under the id of its attempt, in the commit of the leases, so that it can be repeated.

import { LIMITS } from '@millrace/protocol';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import { expiryEntry, removeExpiryEntry } from '../expiries/expiry-entry.ts';
import type { AttemptRow } from '../queue-rows.ts';
import { put, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import type { PlacedLease } from './repeat-receive.ts';

export interface KeepAttemptCommand {
  readonly groupId: number;
  readonly attemptId: string;
  /** At least one. */
  readonly leases: readonly Omit<PlacedLease, 'batches'>[];
}

/** An earlier attempt with the id is forgotten: it could not be repeated, or the id is another member's now. [L-104] */
export function decideKeepAttempt(
  _state: ShardState,
  view: View,
  { groupId, attemptId, leases }: KeepAttemptCommand,
  { nowMs }: Context,
): Decision<void> {
  const key = [groupId, attemptId] as const;
  const expiresAtMs = nowMs + LIMITS.attemptMs;
  const row: AttemptRow = {
    expiresAtMs,
    leases: leases.map(({ topicId, partition, firstOffset, lastOffset, token }) => {
      return [topicId, partition, firstOffset, lastOffset, token] as const;
    }),
  };
  const writes: Write[] = [];
  const before = view.get('attempts', key);
  if (before !== undefined) writes.push(removeExpiryEntry(before.expiresAtMs, 'attempts', key));
  writes.push(put('attempts', key, row), expiryEntry(expiresAtMs, 'attempts', key));
  return accept(undefined, writes);
}
