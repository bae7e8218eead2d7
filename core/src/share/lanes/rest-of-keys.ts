// In groups with ordering by key: when a message goes back without being resolved, the messages of its key after it
// that are still leased go back too, or they would be worked on before it. One decision about one share partition.

import { givenBack } from '../give-back.ts';
import { laneAt, type Run } from '../run.ts';
import type { Move } from '../share-draft.ts';
import type { SharePartition } from '../share-partition.ts';
import { NO_LANE } from './lane-number.ts';
import type { LaneTable } from './lane-table.ts';

interface Changed {
  readonly run: Run;
  readonly moves: Move[];
}

type EndAttempt = (first: number, last: number) => readonly Move[];

export class RestOfKeys {
  readonly #share: SharePartition;
  readonly #lanes: LaneTable;
  readonly #errorOf: (run: Run) => string | null;
  /** Lane -> the first message of it that went back. */
  readonly #failed = new Map<number, number>();
  /** Leased runs by first offset, with what becomes of them. */
  readonly #changed = new Map<number, Changed>();

  constructor(share: SharePartition, lanes: LaneTable, errorOf: (run: Run) => string | null) {
    this.#share = share;
    this.#lanes = lanes;
    this.#errorOf = errorOf;
  }

  /** Moves of parts of a leased run, in offset order; each run once. */
  add(run: Run, moves: readonly Move[]): void {
    this.#changed.set(run.first, { run, moves: [...moves] });
    for (const move of moves) this.#note(run, move);
  }

  /**
   * Ends the attempts of a part of a leased run, message after message: one that follows a failed one of its key
   * was not at fault and goes back. [L-63]
   */
  inOrder(run: Run, first: number, last: number, end: EndAttempt): Move[] {
    const moves: Move[] = [];
    const met = new Set<number>();
    let from = first;
    const endUntil = (to: number): void => {
      if (from < to) {
        for (const move of end(from, to - 1)) {
          this.#note(run, move);
          moves.push(move);
        }
      }
      from = to;
      met.clear();
    };
    for (let at = first; at <= last; at += 1) {
      const lane = laneAt(run, at);
      if (lane === NO_LANE) continue;
      if (met.has(lane)) endUntil(at);
      if (this.#follows(lane, at)) {
        endUntil(at);
        moves.push(givenBack(run, at, at, this.#errorOf(run)));
        from = at + 1;
      } else {
        met.add(lane);
      }
    }
    endUntil(last + 1);
    return moves;
  }

  /** All that changes, the rest of keys included. */
  finish(): readonly Changed[] {
    if (this.#failed.size > 0) this.#giveBackRest();
    return [...this.#changed.values()];
  }

  #follows(lane: number, offset: number): boolean {
    const failed = this.#failed.get(lane);
    return failed !== undefined && failed < offset;
  }

  #note(run: Run, { first, last, to }: Move): void {
    if (to !== 'ready' && to !== 'parked' && to !== 'scheduled' && to !== 'blocked') return;
    for (let at = first; at <= last; at += 1) {
      const lane = laneAt(run, at);
      if (lane === NO_LANE) continue;
      this.#failed.set(lane, Math.min(this.#failed.get(lane) ?? at, at));
    }
  }

  /** Looks no further than some lane has messages. */
  #giveBackRest(): void {
    let next = Number.POSITIVE_INFINITY;
    let end = -1;
    for (const [lane, failed] of this.#failed) {
      const last = this.#lanes.lastActiveOf(lane);
      if (this.#lanes.activeOf(lane) < 2 || last <= failed) continue;
      next = Math.min(next, failed + 1);
      end = Math.max(end, last);
    }
    if (end < next) return;
    for (const run of this.#share.runsFrom(next)) {
      if (run.first > end) return;
      if (run.state === 'leased') this.#giveBackOf(run);
    }
  }

  #giveBackOf(run: Run): void {
    const changed = this.#changed.get(run.first);
    const moves: Move[] = [];
    let known = 0;
    for (let at = run.first; at <= run.last; at += 1) {
      const move = changed?.moves[known];
      if (move !== undefined && at >= move.first) {
        moves.push(move);
        at = move.last;
        known += 1;
      } else if (this.#follows(laneAt(run, at), at)) {
        moves.push(givenBack(run, at, at, this.#errorOf(run)));
      }
    }
    if (moves.length > 0) this.#changed.set(run.first, { run, moves });
  }
}
