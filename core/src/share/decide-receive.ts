// Receive from one share partition: leases messages to a member, those that came back first, then fresh ones.
// Waiting, and the order of topics and partitions, are the caller's.

import { LIMITS } from '@millrace/protocol';
import { assert } from '../assert.ts';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import { BatchCursor } from './batch-cursor.ts';
import type { Run } from './run.ts';
import { type Move, ShareDraft } from './share-draft.ts';
import { findShare, type ShareKey, type ShareScope } from './share-scope.ts';
import { Budget, type Stretch, takeStretches } from './take-stretches.ts';

export interface ReceiveCommand extends ShareKey {
  readonly memberId: string;
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** False: the first message has to fit too. Absent or true: it comes whatever its size. */
  readonly firstWhole?: boolean | undefined;
  /** Null: as the group says. */
  readonly visibilityTimeoutMs: number | null;
}

/** Consecutive messages under one token. */
export interface Lease {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly token: number;
  readonly deliveries: number;
  readonly deadlineMs: number;
  readonly firstDeliveredAtMs: number;
  /** They hold the messages; where they hold others too, those are not part of the lease. */
  readonly batches: readonly Uint8Array[];
}

export interface ReceiveReply {
  readonly leases: readonly Lease[];
  /** What the leases took of `maxBytes`. */
  readonly bytes: number;
}

interface Receiving {
  readonly scope: ShareScope;
  readonly draft: ShareDraft;
  readonly cursor: BatchCursor;
  readonly budget: Budget;
  readonly memberId: string;
  readonly nowMs: number;
  readonly deadlineMs: number;
  readonly leases: Lease[];
}

/** Writes nothing where nothing can be leased. */
export function decideReceive(
  state: ShardState,
  view: View,
  command: ReceiveCommand,
  ctx: Context,
): Decision<ReceiveReply> {
  const scope = findShare(state, command);
  if (scope.error !== undefined) return scope;
  const { maxMessages, maxBytes, memberId, topicId, partition } = command;
  const visibilityMs = command.visibilityTimeoutMs ?? scope.group.config.visibilityTimeoutMs;
  assert(visibilityMs >= 0 && visibilityMs <= LIMITS.visibilityTimeoutMsMax);
  const receiving: Receiving = {
    scope,
    draft: new ShareDraft(scope.key, scope.share, view),
    cursor: new BatchCursor(view, topicId, partition, scope.log.durableEnd),
    budget: new Budget(maxMessages, maxBytes, command.firstWhole !== false),
    memberId,
    nowMs: ctx.nowMs,
    deadlineMs: ctx.nowMs + visibilityMs,
    leases: [],
  };
  leaseReady(receiving);
  leaseFresh(receiving);
  const { budget, draft, leases } = receiving;
  return accept({ leases, bytes: budget.bytesTaken }, draft.finish());
}

/** Messages that were delivered before, in the order of their offsets. [L-5] */
function leaseReady(receiving: Receiving): void {
  const { scope, draft, cursor, budget } = receiving;
  const { low } = scope;
  for (const run of scope.share.readyFrom(low)) {
    if (budget.isSpent) return;
    const from = Math.max(run.first, low);
    const { stretches } = takeStretches(cursor, from, run.last + 1, budget);
    const error = stretches.length === 0 ? null : draft.errorOf(run);
    const moves = stretches.map((stretch): Move => {
      const next = leasedRun(receiving, stretch, run);
      return { first: next.first, last: next.last, to: 'leased', next, error };
    });
    if (moves.length > 0) draft.carve(run, moves);
  }
}

/** Messages at the cursor and after it, never at or after the durable end. [L-6] */
function leaseFresh(receiving: Receiving): void {
  const { scope, draft, cursor, budget } = receiving;
  const { low, log } = scope;
  if (budget.isSpent) return;
  if (draft.cursor < low) draft.removeFresh(low);
  const { stretches, end } = takeStretches(cursor, draft.cursor, log.durableEnd, budget);
  for (const stretch of stretches) draft.takeFresh(leasedRun(receiving, stretch, undefined));
  draft.cursor = Math.max(draft.cursor, end);
}

/** The delivery counts from now on, whatever becomes of the member. [L-4] */
function leasedRun(receiving: Receiving, stretch: Stretch, before: Run | undefined): Run {
  const { draft, memberId, nowMs, deadlineMs } = receiving;
  const run: Run = {
    first: stretch.first,
    last: stretch.last,
    state: 'leased',
    deliveries: (before?.deliveries ?? 0) + 1,
    untilMs: deadlineMs,
    token: draft.takeToken(),
    memberId,
    leasedAtMs: nowMs,
    firstDeliveredAtMs: before?.firstDeliveredAtMs || nowMs,
    firstFailedAtMs: before?.firstFailedAtMs ?? 0,
    lanes: null,
  };
  receiving.leases.push({
    firstOffset: run.first,
    lastOffset: run.last,
    token: run.token,
    deliveries: run.deliveries,
    deadlineMs,
    firstDeliveredAtMs: run.firstDeliveredAtMs,
    batches: stretch.batches,
  });
  return run;
}
