// A receive that names its attempt can be sent again after a lost reply: as long as all of its leases are live, they are
// told again, with their messages, and nothing is leased. It reads and writes nothing.

import { LIMITS } from '@millrace/protocol';
import { assert } from '../assert.ts';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import { checkKeyText } from '../expiries/check-key-text.ts';
import type { AttemptRow } from '../queue-rows.ts';
import type { ShardState } from '../shard-state.ts';
import { BatchCursor } from '../share/batch-cursor.ts';
import type { Lease } from '../share/decide-receive.ts';
import { findShare, type ShareKey, type ShareScope } from '../share/share-scope.ts';
import { Budget, takeStretches } from '../share/take-stretches.ts';

export interface RepeatCommand {
  readonly groupId: number;
  readonly memberId: string;
  readonly attemptId: string;
  /** As of the receive. */
  readonly maxBytes: number;
}

export type PlacedLease = Lease & Pick<ShareKey, 'topicId' | 'partition'>;

/** Null: the receive is to be carried out. Refused with INVALID_REQUEST. [L-104] */
export function repeatReceive(
  state: ShardState,
  view: View,
  { groupId, memberId, attemptId, maxBytes }: RepeatCommand,
  { nowMs }: Context,
): Decision<readonly PlacedLease[] | null> {
  const unfit = checkKeyText(attemptId, 'attemptId');
  if (unfit !== undefined) return unfit;
  const row = view.get('attempts', [groupId, attemptId]);
  if (row === undefined || row.expiresAtMs <= nowMs) return accept(null);
  const budget = new Budget(LIMITS.receiveMessagesMax, maxBytes, true);
  const leases: PlacedLease[] = [];
  for (const kept of row.leases) {
    const [topicId, partition] = kept;
    const scope = findShare(state, { groupId, topicId, partition });
    if (scope.error !== undefined) return accept(null);
    const lease = liveLease(scope, kept, memberId, nowMs);
    const batches = lease && batchesOf(scope, view, kept, budget);
    if (lease === undefined || batches === undefined) return accept(null);
    leases.push({ topicId, partition, ...lease, batches });
  }
  assert(leases.length > 0, 'an attempt that leased nothing is not kept');
  return accept(leases);
}

type KeptLease = AttemptRow['leases'][number];
type LiveLease = Omit<Lease, 'batches'>;

/** The lease as it stands; undefined where a part of it ended or was purged, or is another member's. */
function liveLease(
  { share }: ShareScope,
  [, , firstOffset, lastOffset, token]: KeptLease,
  memberId: string,
  nowMs: number,
): LiveLease | undefined {
  let lease: LiveLease | undefined;
  for (let next = firstOffset; next <= lastOffset; ) {
    const run = share.runFrom(next);
    if (run === undefined || run.first > next || run.state !== 'leased') return undefined;
    if (run.token !== token || run.memberId !== memberId || run.untilMs <= nowMs) return undefined;
    const { deliveries, firstDeliveredAtMs } = run;
    const deadlineMs = Math.min(run.untilMs, lease?.deadlineMs ?? run.untilMs);
    const place = { firstOffset, lastOffset, token };
    lease = { ...place, deliveries, deadlineMs, firstDeliveredAtMs };
    next = run.last + 1;
  }
  return lease;
}

/** The same bytes as before, where the budget is the same. Undefined where the log no longer holds all of it. */
function batchesOf(
  { log }: ShareScope,
  view: View,
  [topicId, partition, firstOffset, lastOffset]: KeptLease,
  budget: Budget,
): readonly Uint8Array[] | undefined {
  if (budget.isSpent) return undefined;
  const cursor = new BatchCursor(view, topicId, partition, log.durableEnd);
  const { stretches } = takeStretches(cursor, firstOffset, lastOffset + 1, budget);
  const [stretch] = stretches;
  const isWhole = stretch?.first === firstOffset && stretch.last === lastOffset;
  return isWhole ? stretch.batches : undefined;
}
