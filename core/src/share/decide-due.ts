// What time brings, in slices: leases whose deadline has passed end as failed attempts, scheduled messages become
// ready. The shard's one timer submits it; nothing expires by being looked at.

import { LIMITS } from '@millrace/protocol';
import { assert } from '../assert.ts';
import { accept, type Context, type Decision, type View, type Wake } from '../decision.ts';
import type { Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { DeadLetters } from './dead-letters.ts';
import { endAttempt } from './end-attempt.ts';
import { RecordSources } from './record-source.ts';
import type { Run } from './run.ts';
import { ShareDraft } from './share-draft.ts';
import type { DueRun, SharePartitions } from './share-partitions.ts';
import { findShare, type ShareScope } from './share-scope.ts';

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
  /** Messages copied to a dead-letter topic. */
  readonly deadLettered: number;
  /** Something is due that this slice had no room for. */
  readonly more: boolean;
}

/** When `decideDue` will next have something to do; undefined: not before something is leased or scheduled. */
export function nextDueMs(shares: SharePartitions, graceUntilMs: number): number | undefined {
  const leaseEnd = shares.leaseEnds.firstTime();
  const scheduleEnd = shares.scheduleEnds.firstTime();
  if (leaseEnd === undefined) return scheduleEnd;
  const graced = Math.max(leaseEnd, graceUntilMs);
  return scheduleEnd === undefined ? graced : Math.min(graced, scheduleEnd);
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
  const scheduled = shares.due(shares.scheduleEnds, ctx.nowMs, runsMax + 1);
  const leases =
    ctx.nowMs < graceUntilMs ? [] : shares.due(shares.leaseEnds, ctx.nowMs, runsMax + 1);
  const due = [...scheduled, ...leases].toSorted(byTime);
  const sources = new RecordSources();
  const letters = new DeadLetters(state, view, ctx, sources);
  const touched = new Map<DueRun['share'], Share>();
  const counts = { scheduled: 0, leased: 0, parked: 0, blocked: 0 };
  let runs = 0;
  for (const { share, run } of due) {
    if (runs === runsMax || letters.bytes >= LIMITS.batchBytesMax || sources.isFull) break;
    const found = touched.get(share) ?? open(state, view, share);
    touched.set(share, found);
    endWait(found, run, letters, ctx);
    assert(run.state !== 'ready', 'what is ready waits for nothing');
    counts[run.state] += run.last - run.first + 1;
    runs += 1;
  }
  const writes: Write[] = [];
  const ready = new Map<string, Wake>();
  for (const { draft } of touched.values()) {
    for (const write of draft.finish()) writes.push(write);
    for (const wake of draft.wake()) ready.set(`${draft.key.groupId}/${draft.key.topicId}`, wake);
  }
  const copies = letters.finish();
  for (const write of copies.writes) writes.push(write);
  const wake = [...ready.values(), ...copies.wake];
  const { leased: expired, scheduled: readied } = counts;
  const more = runs < due.length;
  return accept({ expired, readied, deadLettered: letters.count, more }, writes, wake);
}

function open(state: ShardState, view: View, share: DueRun['share']): Share {
  const scope = findShare(state, share);
  assert(scope.error === undefined, 'runs go from memory with their group and topic');
  return { scope, draft: new ShareDraft(scope.key, scope.share, view) };
}

/** The end of a lease by time is a failure like any other. [L-20] */
function endWait({ scope, draft }: Share, run: Run, letters: DeadLetters, ctx: Context): void {
  const { first, last } = run;
  if (run.state === 'scheduled') {
    const next: Run = { ...run, state: 'ready', untilMs: 0 };
    draft.carve(run, [{ first, last, to: 'ready', next, error: draft.errorOf(run) }]);
    return;
  }
  const error = `lease expired; held by ${run.memberId}`;
  const ending = { scope, draft, letters, ctx };
  draft.carve(run, endAttempt(ending, { run, first, last, error, pauseMs: null }));
}

function byTime(a: DueRun, b: DueRun): number {
  return (
    a.run.untilMs - b.run.untilMs ||
    a.share.groupId - b.share.groupId ||
    a.share.topicId - b.share.topicId ||
    a.share.partition - b.share.partition ||
    a.run.first - b.run.first
  );
}
