// Receive from one share partition: leases messages to a member, those that came back first, then fresh ones.
// Waiting, and the order of topics and partitions, are the caller's.

import { LIMITS, MillraceError } from '@millrace/protocol';
import { assert } from '../assert.ts';
import { attempt } from '../attempt.ts';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import { BatchCursor } from './batch-cursor.ts';
import { DeadLetters } from './dead-letters.ts';
import { leaseByLane } from './lanes/lease-by-lane.ts';
import { type LeasingReady, leaseReady } from './lease-ready.ts';
import { RecordSources } from './record-source.ts';
import type { Run } from './run.ts';
import { ShareDraft } from './share-draft.ts';
import { findShare, type ShareKey, type ShareScope } from './share-scope.ts';
import { takeFresh } from './take-fresh.ts';
import { Budget, type Stretch } from './take-stretches.ts';

export interface ReceiveCommand extends ShareKey {
  readonly memberId: string;
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** False: the first message has to fit too. Absent or true: it comes whatever its size. */
  readonly firstWhole?: boolean | undefined;
  /** Null: as the group says. */
  readonly visibilityTimeoutMs: number | null;
  /** Of the turn, where it has more receives than this one: then no batch is decompressed twice. */
  readonly sources?: RecordSources | undefined;
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
  /** There may be messages to give that this decision had no time to get to. */
  readonly more: boolean;
  /** As many messages are leased as the group allows: there may be others to give. */
  readonly isLimited: boolean;
  /** Messages copied to a dead-letter topic. */
  readonly deadLettered: number;
}

interface Receiving {
  readonly draft: ShareDraft;
  readonly memberId: string;
  readonly nowMs: number;
  readonly deadlineMs: number;
  readonly leases: Lease[];
}

const NOTHING = { leases: [], bytes: 0, more: false, isLimited: false, deadLettered: 0 };

/**
 * Writes nothing where nothing can be leased and nothing has to go. Refused with UNSUPPORTED_CODEC where the order of
 * messages is in records that this process cannot read. [L-130]
 */
export function decideReceive(
  state: ShardState,
  view: View,
  command: ReceiveCommand,
  ctx: Context,
): Decision<ReceiveReply> {
  const scope = findShare(state, command);
  if (scope.error !== undefined) return scope;
  const { maxMessages, maxBytes, memberId, topicId, partition } = command;
  const { config } = scope.group;
  const visibilityMs = command.visibilityTimeoutMs ?? config.visibilityTimeoutMs;
  assert(visibilityMs >= 0 && visibilityMs <= LIMITS.visibilityTimeoutMsMax);
  const room = roomOf(scope);
  if (room <= 0) return accept({ ...NOTHING, isLimited: true });
  if (scope.share.isRestoring) return accept(NOTHING);
  const draft = new ShareDraft(scope.key, scope.share, view);
  const letters = new DeadLetters(state, view, ctx, command.sources ?? new RecordSources());
  const leases: Lease[] = [];
  const deadlineMs = ctx.nowMs + visibilityMs;
  const receiving: Receiving = { draft, memberId, nowMs: ctx.nowMs, deadlineMs, leases };
  const leasing = {
    ending: { scope, draft, letters, view, ctx },
    scan: { left: LIMITS.receiveScanMax },
    batches: new BatchCursor(
      view,
      topicId,
      partition,
      scope.log.durableEnd,
      scope.share.batchHints,
    ),
    budget: new Budget(Math.min(maxMessages, room), maxBytes, command.firstWhole !== false),
    leases,
    lease: (stretch: Stretch) => draft.takeFresh(leasedRun(receiving, stretch, undefined)),
    leasedRun: (stretch: Stretch, before: Run) => leasedRun(receiving, stretch, before),
  };
  const { lanes } = draft;
  const more =
    lanes === undefined
      ? leaseAll(leasing)
      : attempt(() => leaseByLane(leasing, lanes, state.shares.laneCache));
  if (more instanceof MillraceError) return { error: more };
  const copies = letters.finish();
  const reply = {
    leases,
    bytes: leasing.budget.bytesTaken,
    more,
    isLimited: false,
    deadLettered: letters.count,
  };
  return accept(reply, [...draft.finish(), ...copies.writes], [...draft.wake(), ...copies.wake]);
}

function leaseAll(leasing: LeasingReady): boolean {
  const moreReady = leaseReady(leasing);
  const moreFresh = !leasing.budget.isSpent && takeFresh(leasing);
  return moreReady || moreFresh;
}

/** How many messages more may be leased. [L-51] */
function roomOf({ group, share }: ShareScope): number {
  const { maxInFlight } = group.config;
  return maxInFlight === 0 ? Number.POSITIVE_INFINITY : maxInFlight - share.count('leased');
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
    lanes: stretch.lanes ?? null,
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
