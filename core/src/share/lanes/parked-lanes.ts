// Takes parked messages out of their lanes for a receive, each lane from its front. What was taken is leased at the
// end, in one go, so that a lane can be asked more than once.

import { assert } from '../../assert.ts';
import { type LeasingReady, movesOf } from '../lease-ready.ts';
import { type Run, runLength, runOf } from '../run.ts';
import type { Move } from '../share-draft.ts';
import type { LaneDraft } from './lane-draft.ts';

/** Rows of a lane read at a time. */
const ROWS_AT_ONCE = 32;

interface Front {
  /** Rows before this offset were read. */
  next: number;
  /** The run that the lane goes on with, where a part of it was taken. */
  current: Run | undefined;
  isOver: boolean;
  /** Something was passed over that is about to go. */
  hasGone: boolean;
  /** Messages that left the lane: given, or gone in its stead. */
  taken: number;
}

export class ParkedLanes {
  readonly #leasing: LeasingReady;
  readonly #lanes: LaneDraft;
  readonly #fronts = new Map<number, Front>();
  /** fifo: lanes that have nothing before what is leased of them, with where what waits of them begins. */
  readonly behind = new Map<number, number>();
  /** By first offset: the run, and what becomes of its parts. */
  readonly #taken = new Map<number, { readonly run: Run; readonly moves: Move[] }>();

  constructor(leasing: LeasingReady, lanes: LaneDraft) {
    this.#leasing = leasing;
    this.#lanes = lanes;
  }

  /** Parked messages of the lane that were not taken yet. */
  leftOf(lane: number): number {
    return this.#lanes.rowOf(lane)[0] - (this.#fronts.get(lane)?.taken ?? 0);
  }

  /** Leases at most so many messages from the front of the lane; gives how many. */
  take(lane: number, messagesMax: number): number {
    const { budget, scan } = this.#leasing;
    const front = this.#frontOf(lane);
    let given = 0;
    const isDone = () => front.isOver || budget.isSpent || given >= messagesMax || scan.left <= 0;
    while (!isDone()) {
      const { current } = front;
      const rows = current === undefined ? this.#read(lane, front, messagesMax) : [current];
      if (rows.length === 0) front.isOver = true;
      for (const run of rows) {
        if (isDone()) break;
        given += this.#takeRun(lane, front, run, messagesMax - given);
      }
    }
    return given;
  }

  /** Writes what was taken. */
  finish(): void {
    const { draft } = this.#leasing.ending;
    for (const { run, moves } of this.#taken.values()) {
      if (moves.length > 0) draft.carve(run, moves);
    }
  }

  #frontOf(lane: number): Front {
    let front = this.#fronts.get(lane);
    if (front === undefined) {
      // Rows of what a purge took are there until they are swept.
      const next = this.#leasing.ending.scope.share.purgedTo;
      front = { next, current: undefined, isOver: false, hasGone: false, taken: 0 };
      this.#fronts.set(lane, front);
    }
    return front;
  }

  /** The next runs of the lane that wait. */
  #read(lane: number, front: Front, messagesMax: number): Run[] {
    const { ending, scan } = this.#leasing;
    const { groupId, topicId, partition } = ending.scope.key;
    const prefix = [groupId, topicId, partition, lane] as const;
    const limit = Math.min(ROWS_AT_ONCE, messagesMax);
    const query = { prefix, from: [...prefix, front.next], limit, keysOnly: true };
    const runs: Run[] = [];
    for (const [[, , , , first]] of ending.view.range('waitLanes', query)) {
      const row = ending.view.get('waiting', [groupId, topicId, partition, first]);
      assert(row !== undefined, 'a lane leads to a run that waits');
      runs.push(runOf(first, row));
    }
    scan.left -= Math.max(runs.length, 1);
    return runs;
  }

  /** Gives how many messages were leased. */
  #takeRun(lane: number, front: Front, run: Run, messagesMax: number): number {
    const { low } = this.#leasing.ending.scope;
    front.current = undefined;
    front.next = run.last + 1;
    if (run.last < low) {
      front.hasGone = true;
      return 0;
    }
    if (run.first > this.#lanes.table.firstActiveOf(lane)) {
      front.isOver = true;
      if (front.taken === 0 && !front.hasGone) this.behind.set(lane, run.first);
      return 0;
    }
    if (run.state === 'scheduled') {
      front.isOver = true;
      if (front.taken === 0 && !front.hasGone) this.#lanes.hold(lane, run.first);
      return 0;
    }
    const before = this.#taken.get(run.first)?.moves ?? [];
    const from = Math.max(before.at(-1)?.last ?? -1, low - 1, run.first - 1) + 1;
    const range = { first: from, last: Math.min(run.last, from + messagesMax - 1) };
    const moves = movesOf(this.#leasing, run, range);
    this.#taken.set(run.first, { run, moves: [...before, ...moves] });
    let given = 0;
    for (const move of moves) {
      front.taken += runLength(move);
      if (move.to === 'leased') given += runLength(move);
    }
    // What the store has lost is passed over: whoever looks for the record finds out.
    const reached = moves.at(-1)?.last ?? (this.#leasing.budget.isSpent ? from - 1 : run.last);
    if (reached < run.last) front.current = run;
    return given;
  }
}
