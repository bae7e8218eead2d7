// Moves the cursor of a share group on: fresh messages are given, as many as a budget allows, and those on the way that
// are not to be given now are put where they belong. How many may be passed over in one decision is bounded.

import { LIMITS } from '@millrace/protocol';
import { countAhead, nextAhead } from './ahead.ts';
import {
  type BatchCursor,
  bytesOf,
  indexFrom,
  offsetOf,
  type StoredBatch,
} from './batch-cursor.ts';
import type { Ending } from './end-attempt.ts';
import { bury } from './end-attempt.ts';
import { type FreshLanes, PARKED_RUN_MAX } from './lanes/fresh-lanes.ts';
import { LANE_BYTES, sameLane } from './lanes/lane-column.ts';
import type { Run } from './run.ts';
import { type Fate, fateOf, GIVEN, isPlainFrom, isSameFate, isSifted } from './sift.ts';
import { type Budget, type Stretch, takeStretches } from './take-stretches.ts';

/** Messages that wait each by itself are a few rows each: passing one over is as much work as looking at so many. */
export const RUN_COST = 8;

/** How much of the work that a decision may do is left. */
export interface Scan {
  /** Messages that may still be passed over. */
  left: number;
}

export interface Taking {
  readonly ending: Ending;
  readonly scan: Scan;
  readonly batches: BatchCursor;
  /** Undefined: nothing is given, the cursor stops before the first message that could be. */
  readonly budget: Budget | undefined;
  /** Leases messages at the cursor. */
  readonly lease: (stretch: Stretch) => void;
  /** In groups with lanes: who has to wait for a key or a tenant. */
  readonly freshLanes?: FreshLanes | undefined;
}

/** True: the work that a decision may do is done before there is nothing more to look at. */
export function takeFresh(taking: Taking): boolean {
  return new FreshWalk(taking).walk();
}

class FreshWalk {
  readonly #taking: Taking;
  readonly #pending: Stretch[] = [];
  #next: number;
  #hasMore = false;
  /** Some that were decided about are ready: what is ready is given first, by the next look. */
  #hasReady = false;
  #isOver = false;

  constructor(taking: Taking) {
    this.#taking = taking;
    this.#next = taking.ending.draft.cursor;
  }

  walk(): boolean {
    const { scope, draft, view } = this.#taking.ending;
    const { low } = scope;
    if (this.#next < low) {
      const { ahead } = scope.share;
      draft.removeFresh(
        low,
        'removed',
        ahead > 0 ? countAhead(view, scope.key, this.#next, low) : 0,
      );
      this.#next = low;
    }
    while (!this.#isDone()) this.#step();
    this.#flush();
    draft.cursor = Math.max(draft.cursor, this.#next);
    return this.#hasMore || this.#hasReady;
  }

  #isDone(): boolean {
    const { scan, budget, ending } = this.#taking;
    if (this.#isOver || budget?.isSpent === true) return true;
    if (this.#taking.freshLanes?.allotted?.left === 0) return true;
    if (this.#next >= ending.scope.log.durableEnd) return true;
    this.#hasMore = scan.left <= 0 || ending.letters.isFull;
    return this.#hasMore;
  }

  #step(): void {
    const { scope, view } = this.#taking.ending;
    let end = scope.log.durableEnd;
    if (scope.share.ahead > 0) {
      const ahead = nextAhead(view, scope.key, this.#next);
      if (ahead?.first === this.#next) {
        this.#flush();
        this.#pass(ahead.last, ahead.run);
        return;
      }
      end = Math.min(end, ahead?.first ?? end);
    }
    const hasLanes = this.#taking.freshLanes !== undefined;
    if (!hasLanes && isPlainFrom(scope, this.#next)) this.#give(end);
    else this.#stepInBatch(end);
  }

  #stepInBatch(end: number): void {
    const { batches, ending, freshLanes } = this.#taking;
    const batch = batches.at(this.#next);
    if (batch === undefined) this.#isOver = true;
    else if (batch.baseOffset >= end) this.#next = end;
    else if (freshLanes !== undefined || isSifted(ending.scope, batch)) this.#sift(batch, end);
    else this.#give(Math.min(batch.endOffset, end));
  }

  #give(end: number): void {
    const { batches, budget } = this.#taking;
    if (budget === undefined) {
      this.#stopAtRecord(end);
      return;
    }
    this.#next = takeStretches(batches, this.#next, end, budget, this.#pending).end;
    if (this.#next < end) this.#isOver = true;
  }

  /** Nothing is given: the cursor passes what has no record, and stays before the first that has one. */
  #stopAtRecord(end: number): void {
    const batch = this.#taking.batches.at(this.#next);
    if (batch === undefined) {
      this.#isOver = true;
    } else {
      const index = indexFrom(batch, this.#next);
      const next = index < batch.count ? offsetOf(batch, index) : batch.endOffset;
      this.#isOver = index < batch.count && next < end;
      if (!this.#isOver) this.#next = Math.min(next, end);
    }
  }

  /** The next record of the batch, and those that follow it and share its fate. */
  #sift(batch: StoredBatch, end: number): void {
    const { scan, budget, freshLanes } = this.#taking;
    const index = indexFrom(batch, this.#next);
    const to = indexFrom(batch, end);
    if (index >= to) {
      this.#next = Math.min(batch.endOffset, end);
      return;
    }
    const fate = this.#fateAt(batch, index);
    const isGiven = fate.to === 'given';
    const waitsByLane =
      fate.to === 'parked' || (fate.to === 'scheduled' && freshLanes !== undefined);
    const passed = waitsByLane ? Math.min(scan.left, PARKED_RUN_MAX) : scan.left;
    const room = isGiven ? (budget?.messagesLeft ?? 0) : passed;
    this.#note(fate, batch, index);
    let bytes = bytesOf(batch, index);
    let last = index;
    while (last + 1 < to && last - index + 1 < room && bytes < LIMITS.batchBytesMax) {
      if (offsetOf(batch, last + 1) !== offsetOf(batch, last) + 1) break;
      if (!isSameFate(fate, this.#fateAt(batch, last + 1))) break;
      last += 1;
      this.#note(fate, batch, last);
      bytes += bytesOf(batch, last);
    }
    if (isGiven && budget === undefined) {
      this.#isOver = true;
      return;
    }
    this.#next = offsetOf(batch, index);
    if (freshLanes?.isSplit === true) this.#flush();
    if (isGiven) this.#give(offsetOf(batch, last) + 1);
    else this.#withhold(fate, offsetOf(batch, last));
  }

  #fateAt(batch: StoredBatch, index: number): Fate {
    const { ending, freshLanes } = this.#taking;
    const { scope, ctx } = ending;
    const fate = isSifted(scope, batch) ? fateOf(scope, batch, index, ctx.nowMs) : GIVEN;
    if (freshLanes === undefined || fate.to !== 'given') return fate;
    const lane = freshLanes.laneOf(batch, index);
    if (freshLanes.isHeld(lane)) return { to: 'parked', lane };
    return freshLanes.isSplit ? { to: 'given', lane } : fate;
  }

  /** What is about to be given counts for its lane. */
  #note(fate: Fate, batch: StoredBatch, index: number): void {
    const { freshLanes } = this.#taking;
    if (fate.to === 'given') freshLanes?.give(freshLanes.laneOf(batch, index));
  }

  #withhold(fate: Fate, last: number): void {
    const { ending, scan, batches, freshLanes } = this.#taking;
    const { draft } = ending;
    const first = this.#next;
    this.#flush();
    const lanes = freshLanes?.column(batches, first, last) ?? null;
    if (fate.to === 'scheduled') {
      draft.takeFresh({ ...neverDelivered(first, last, fate.untilMs), lanes });
    } else if (fate.to === 'parked') {
      draft.takeFresh({ ...neverDelivered(first, last, 0), state: 'parked', lanes });
    } else if (fate.to === 'skipped') draft.resolveFresh({ first, last }, 'skipped');
    else {
      const run = neverDelivered(first, last, 0);
      bury(ending, run, { first, last }, 'expired', null);
      draft.resolveFresh({ first, last }, 'dead');
    }
    scan.left -= Math.max(last - first + 1, RUN_COST * lanesIn(lanes));
    this.#next = last + 1;
  }

  /** What an operator decided about: those whose time has come meanwhile are ready. */
  #pass(last: number, run: Run | undefined): void {
    const { ending, scan } = this.#taking;
    const { draft, ctx } = ending;
    if (run !== undefined && run.untilMs <= ctx.nowMs) {
      const next: Run = { ...run, state: 'ready', untilMs: 0 };
      draft.carve(run, [{ first: run.first, last: run.last, to: 'ready', next, error: null }]);
      this.#hasReady = true;
    }
    draft.passAhead({ first: this.#next, last });
    scan.left -= 1;
    this.#next = last + 1;
  }

  #flush(): void {
    for (const stretch of this.#pending.splice(0)) this.#taking.lease(stretch);
  }
}

/** How often the lane changes among neighbours: what waits is of one lane a row. */
function lanesIn(column: Uint8Array | null): number {
  if (column === null) return 1;
  let count = 0;
  for (let i = 0; i < column.length / LANE_BYTES; i += sameLane(column, i)) count += 1;
  return count;
}

/** A run of messages that nobody has had; `untilMs` 0: only to tell of them. */
export function neverDelivered(first: number, last: number, untilMs: number): Run {
  return {
    first,
    last,
    state: untilMs > 0 ? 'scheduled' : 'ready',
    deliveries: 0,
    untilMs,
    token: 0,
    memberId: '',
    leasedAtMs: 0,
    firstDeliveredAtMs: 0,
    firstFailedAtMs: 0,
    lanes: null,
  };
}
