// What time brings, in slices: leases whose deadline has passed end as failed attempts, scheduled messages become
// ready. The shard's one timer submits it; nothing expires by being looked at.

import { assert } from '../assert.ts';
import { accept, type Context, type Decision, type View, type Wake } from '../decision.ts';
import { remove, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { DeadLetters } from './dead-letters.ts';
import { endAttempt } from './end-attempt.ts';
import { RecordSources } from './record-source.ts';
import { type Run, runLength, runOf } from './run.ts';
import { ShareDraft } from './share-draft.ts';
import type { DueRun, SharePartitions } from './share-partitions.ts';
import { findShare, type ShareKey, type ShareScope } from './share-scope.ts';

export interface DueCommand {
  /** At most this many runs. */
  readonly runsMax: number;
  /** No lease ends by time before this: members get a grace after a restart. [L-30] */
  readonly graceUntilMs: number;
}

export interface DueReply {
  /** Messages whose lease ended. */
  readonly expired: number;
  /** Messages whose scheduled time came. */
  readonly readied: number;
  /** Messages copied to a dead-letter topic: all, and by share group. */
  readonly deadLettered: number;
  readonly deadLetteredOf: ReadonlyMap<number, number>;
  /** Something is due that this slice had no room for. */
  readonly more: boolean;
}

/** When `decideDue` will next have something to do; undefined: not before something is leased or scheduled. */
export function nextDueMs(
  shares: SharePartitions,
  view: View,
  graceUntilMs: number,
): number | undefined {
  const leaseEnd = shares.leaseEnds.firstTime();
  const scheduleEnd = shares.firstWait.timeMs(view);
  if (leaseEnd === undefined) return scheduleEnd;
  const graced = Math.max(leaseEnd, graceUntilMs);
  return scheduleEnd === undefined ? graced : Math.min(graced, scheduleEnd);
}

/** Something that is due: a lease, or a row that says when a scheduled run becomes ready. */
interface Due {
  readonly key: ShareKey;
  readonly first: number;
  readonly untilMs: number;
  /** Undefined: to be read from the store. */
  readonly lease: Run | undefined;
}

interface Share {
  readonly scope: ShareScope;
  readonly draft: ShareDraft;
}

export function decideDue(
  state: ShardState,
  view: View,
  { runsMax, graceUntilMs }: DueCommand,
  ctx: Context,
): Decision<DueReply> {
  assert(runsMax > 0, 'a slice gets somewhere');
  const { shares } = state;
  const leases = ctx.nowMs < graceUntilMs ? [] : shares.dueLeases(ctx.nowMs, runsMax + 1);
  const waits = dueWaits(shares, view, ctx.nowMs, runsMax + 1);
  const due = [...waits, ...leases.map((lease) => asDue(lease))].toSorted(byTime);
  const letters = new DeadLetters(state, view, ctx, new RecordSources());
  const touched = new Map<string, Share | undefined>();
  const writes: Write[] = [];
  const counts = { expired: 0, readied: 0 };
  let runs = 0;
  for (const one of due) {
    if (runs === runsMax || letters.isFull) break;
    runs += 1;
    const { groupId, topicId, partition } = one.key;
    const name = `${groupId}/${topicId}/${partition}`;
    if (!touched.has(name)) touched.set(name, open(state, view, one.key));
    const share = touched.get(name);
    const messages = runLength(one.lease ?? { first: 0, last: -1 });
    if (one.lease === undefined) counts.readied += endDelay(share, view, one, writes);
    else if (share !== undefined) endLease(share, one.lease, letters, view, ctx);
    counts.expired += messages;
  }
  const ready = new Map<string, Wake>();
  for (const share of touched.values()) {
    if (share === undefined) continue;
    const { draft } = share;
    for (const write of draft.finish()) writes.push(write);
    for (const wake of draft.wake()) ready.set(`${draft.key.groupId}/${draft.key.topicId}`, wake);
  }
  const copies = letters.finish();
  for (const write of copies.writes) writes.push(write);
  const wake = [...ready.values(), ...copies.wake];
  const more = runs < due.length;
  const deaths = { deadLettered: letters.count, deadLetteredOf: letters.countOf };
  return accept({ ...counts, ...deaths, more }, writes, wake);
}

/** Rows of the time index whose time has come, the earliest first. */
function dueWaits(shares: SharePartitions, view: View, nowMs: number, limit: number): Due[] {
  const firstMs = shares.firstWait.timeMs(view);
  if (firstMs === undefined || firstMs > nowMs) return [];
  const due: Due[] = [];
  const query = { from: [firstMs], to: [nowMs + 1], limit, keysOnly: true };
  for (const [[untilMs, groupId, topicId, partition, first]] of view.range('waitTimes', query)) {
    due.push({ key: { groupId, topicId, partition }, first, untilMs, lease: undefined });
  }
  return due;
}

function asDue({ share, run }: DueRun): Due {
  return { key: share, first: run.first, untilMs: run.untilMs, lease: run };
}

/** Undefined where the group or its topic is gone. */
function open(state: ShardState, view: View, key: ShareKey): Share | undefined {
  const scope = findShare(state, key);
  if (scope.error !== undefined) return undefined;
  return { scope, draft: new ShareDraft(scope.key, scope.share, view) };
}

/**
 * The time of scheduled messages has come: they are ready. Those that the cursor has not reached stay where they are
 * until it does; and of those that are gone only the row in the index was left. Gives the number of ready ones. [L-44]
 */
function endDelay(share: Share | undefined, view: View, one: Due, writes: Write[]): number {
  const { groupId, topicId, partition } = one.key;
  const row = view.get('waiting', [groupId, topicId, partition, one.first]);
  const run = row === undefined ? undefined : runOf(one.first, row);
  const isThere = run?.state === 'scheduled' && run.untilMs === one.untilMs;
  const isReached = share !== undefined && isBetween(share, one.first);
  if (share === undefined || run === undefined || !isThere || !isReached) {
    writes.push(remove('waitTimes', [one.untilMs, groupId, topicId, partition, one.first]));
    return 0;
  }
  const { first, last } = run;
  const next: Run = { ...run, state: 'ready', untilMs: 0 };
  share.draft.carve(run, [{ first, last, to: 'ready', next, error: share.draft.errorOf(run) }]);
  return runLength(run);
}

/** Not purged, and the cursor has passed it. */
function isBetween({ scope, draft }: Share, offset: number): boolean {
  return offset >= scope.share.purgedTo && offset < draft.cursor;
}

/** Why an attempt failed whose lease ended by time. */
export function expiryError(memberId: string): string {
  return `lease expired; held by ${memberId}`;
}

/** The end of a lease by time is a failure like any other. [L-20] */
function endLease(
  { scope, draft }: Share,
  run: Run,
  letters: DeadLetters,
  view: View,
  ctx: Context,
): void {
  const { first, last } = run;
  const error = expiryError(run.memberId);
  const ending = { scope, draft, letters, view, ctx };
  if (scope.group.config.maxInFlight > 0) draft.wakeMembers();
  draft.carve(run, endAttempt(ending, { run, first, last, error, pauseMs: null }));
}

function byTime(a: Due, b: Due): number {
  return (
    a.untilMs - b.untilMs ||
    a.key.groupId - b.key.groupId ||
    a.key.topicId - b.key.topicId ||
    a.key.partition - b.key.partition ||
    a.first - b.first
  );
}
