// Reads the runs of a share partition as one sequence by offset, whether memory holds them or only the store. It looks
// at the store only where something waits there, and for one offset only where memory has no run that covers it.

import type { View } from '../decision.ts';
import { type Run, runOf } from './run.ts';
import type { SharePartition } from './share-partition.ts';

/** Lives for one decision: what it reads is as it was when the decision began. */
export class ShareRuns {
  readonly #share: SharePartition;
  readonly #view: View;
  readonly #prefix: readonly [groupId: number, topicId: number, partition: number];

  constructor(share: SharePartition, view: View) {
    this.#share = share;
    this.#view = view;
    this.#prefix = [share.groupId, share.topicId, share.partition];
  }

  /** The first run that ends at or after the offset. */
  runFrom(offset: number): Run | undefined {
    const held = this.#share.runFrom(offset);
    if (!this.#share.hasWaiting) return held;
    if (held !== undefined && held.first <= offset) return held;
    const waiting = this.waitingFrom(offset, 1).next().value;
    if (waiting === undefined || held === undefined) return waiting ?? held;
    return waiting.first < held.first ? waiting : held;
  }

  /** Runs that end at or after the offset, in offset order. */
  *runsFrom(offset: number): Generator<Run, undefined> {
    const held = this.#share.runsFrom(offset);
    if (!this.#share.hasWaiting) {
      yield* held;
      return undefined;
    }
    const waits = this.waitingFrom(offset);
    let here = held.next().value;
    let there = waits.next().value;
    while (here !== undefined || there !== undefined) {
      if (there === undefined || (here !== undefined && here.first < there.first)) {
        yield here as Run;
        here = held.next().value;
      } else {
        yield there;
        there = waits.next().value;
      }
    }
    return undefined;
  }

  /** Scheduled and parked runs that end at or after the offset, in offset order, from the store. */
  *waitingFrom(offset: number, limit?: number): Generator<Run, undefined> {
    if (!this.#share.hasWaiting) return undefined;
    const prefix = this.#prefix;
    const { purgedTo } = this.#share;
    const from = [...prefix, Math.max(offset, purgedTo)];
    let left = limit ?? Number.POSITIVE_INFINITY;
    for (const [[, , , first], row] of this.#view.range('waiting', {
      prefix,
      from,
      reverse: true,
      limit: 1,
    })) {
      if (first === from[3] || first < purgedTo || row[0] < offset) break;
      yield runOf(first, row);
      left -= 1;
    }
    if (left <= 0) return undefined;
    for (const [[, , , first], row] of this.#view.range('waiting', { prefix, from, limit })) {
      yield runOf(first, row);
    }
    return undefined;
  }
}
