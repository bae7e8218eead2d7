// Takes parked messages out of their lanes for a receive, each lane from its front. What was taken is leased at the
// end, in one go, so that a lane can be asked more than once.

import { assert } from '../../assert.ts';
import type { View } from '../../decision.ts';
import type { BatchCursor } from '../batch-cursor.ts';
import { type Run, runLength, runOf } from '../run.ts';
import type { Move, ShareDraft } from '../share-draft.ts';
import type { ShareKey } from '../share-scope.ts';
import { type Budget, type Stretch, takeStretches } from '../take-stretches.ts';
import type { LaneDraft } from './lane-draft.ts';

/** Rows of a lane read at a time. */
const ROWS_AT_ONCE = 32;

export interface ParkedOptions {
  readonly key: ShareKey;
  readonly view: View;
  readonly draft: ShareDraft;
  readonly lanes: LaneDraft;
  readonly cursor: BatchCursor;
  readonly budget: Budget;
  /** Below this nothing is given. */
  readonly low: number;
  /** At most so many rows are read. */
  readonly rowsMax: number;
  readonly lease: (stretch: Stretch, before: Run) => Run;
}

interface Front {
  /** Rows before this offset were read. */
  next: number;
  /** The run that the lane goes on with, where a part of it was taken. */
  current: Run | undefined;
  isOver: boolean;
  /** Something was passed over that is about to go. */
  hasGone: boolean;
  taken: number;
}

export class ParkedLanes {
  readonly #options: ParkedOptions;
  readonly #fronts = new Map<number, Front>();
  /** By first offset: the run, and what becomes of its parts. */
  readonly #taken = new Map<number, { readonly run: Run; readonly moves: Move[] }>();
  #rows = 0;

  constructor(options: ParkedOptions) {
    this.#options = options;
  }

  /** As many rows were read as may be: go on another time. */
  get isTired(): boolean {
    return this.#rows >= this.#options.rowsMax;
  }

  /** The lane has no more to give to this receive. */
  isOver(lane: number): boolean {
    return this.#fronts.get(lane)?.isOver ?? false;
  }

  /** Parked messages of the lane that were not taken yet. */
  leftOf(lane: number): number {
    return this.#options.lanes.rowOf(lane)[0] - (this.#fronts.get(lane)?.taken ?? 0);
  }

  /** Takes at most so many messages from the front of the lane; gives how many. */
  take(lane: number, messagesMax: number): number {
    const { budget } = this.#options;
    const front = this.#frontOf(lane);
    const before = front.taken;
    const isDone = () =>
      front.isOver || budget.isSpent || front.taken - before >= messagesMax || this.isTired;
    while (!isDone()) {
      const { current } = front;
      const rows = current === undefined ? this.#read(lane, front, messagesMax) : [current];
      if (rows.length === 0) front.isOver = true;
      for (const run of rows) {
        if (isDone() && current === undefined) break;
        this.#takeRun(lane, front, run, messagesMax - (front.taken - before));
      }
    }
    return front.taken - before;
  }

  /** Leases what was taken. */
  finish(): void {
    for (const { run, moves } of this.#taken.values()) {
      if (moves.length > 0) this.#options.draft.carve(run, moves);
    }
  }

  #frontOf(lane: number): Front {
    let front = this.#fronts.get(lane);
    if (front === undefined) {
      front = { next: 0, current: undefined, isOver: false, hasGone: false, taken: 0 };
      this.#fronts.set(lane, front);
    }
    return front;
  }

  /** The next runs of the lane that wait. */
  #read(lane: number, front: Front, messagesMax: number): Run[] {
    const { key, view } = this.#options;
    const { groupId, topicId, partition } = key;
    const prefix = [groupId, topicId, partition, lane] as const;
    const limit = Math.min(ROWS_AT_ONCE, messagesMax);
    const query = { prefix, from: [...prefix, front.next], limit, keysOnly: true };
    const runs: Run[] = [];
    for (const [[, , , , first]] of view.range('waitLanes', query)) {
      const row = view.get('waiting', [groupId, topicId, partition, first]);
      assert(row !== undefined, 'a lane leads to a run that waits');
      runs.push(runOf(first, row));
    }
    this.#rows += Math.max(runs.length, 1);
    return runs;
  }

  #takeRun(lane: number, front: Front, run: Run, messagesMax: number): void {
    const { draft, cursor, budget, low, lanes, lease } = this.#options;
    front.current = undefined;
    front.next = run.last + 1;
    if (run.last < low) {
      front.hasGone = true;
      return;
    }
    if (run.state === 'scheduled') {
      front.isOver = true;
      if (front.taken === 0 && !front.hasGone) lanes.hold(lane, run.first);
      return;
    }
    const moves = this.#movesOf(run);
    const from = Math.max(moves.at(-1)?.last ?? -1, low - 1, run.first - 1) + 1;
    const end = Math.min(run.last + 1, from + messagesMax);
    const taken = takeStretches(cursor, from, end, budget);
    const error = taken.stretches.length === 0 ? null : draft.errorOf(run);
    for (const stretch of taken.stretches) {
      const next = lease(stretch, run);
      const { first, last } = next;
      moves.push({ first, last, to: 'leased', next, error });
      front.taken += runLength(next);
    }
    // What the store has lost is passed over: whoever looks for the record finds out.
    const isStuck = taken.stretches.length === 0 && !budget.isSpent;
    if (taken.end <= run.last && !isStuck) front.current = run;
  }

  #movesOf(run: Run): Move[] {
    let taken = this.#taken.get(run.first);
    if (taken === undefined) {
      taken = { run, moves: [] };
      this.#taken.set(run.first, taken);
    }
    return taken.moves;
  }
}
