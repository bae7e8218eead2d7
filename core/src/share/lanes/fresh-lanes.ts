// Whether a fresh message can be given in a group with lanes, or has to be parked: its key is held, its tenant noisy.

import { type BatchCursor, indexFrom, type StoredBatch } from '../batch-cursor.ts';
import type { ShareKey } from '../share-scope.ts';
import type { BatchLanes, LaneCache } from './lane-cache.ts';
import { laneColumn } from './lane-column.ts';
import type { LaneDraft } from './lane-draft.ts';
import { NO_LANE } from './lane-number.ts';
import { LoadAhead, TenantLoad } from './tenant-load.ts';

/** Fresh messages of one lane parked as one run: a run that is taken from again and again is written anew each time. */
export const PARKED_RUN_MAX = 128;

export interface FreshLanesOptions {
  readonly key: ShareKey;
  readonly cache: LaneCache;
  readonly lanes: LaneDraft;
  readonly load: LoadAhead;
  /** Parked messages of the lane that this decision has not taken. */
  readonly leftOf: (lane: number) => number;
}

/** How many fresh messages of which lanes a receive gives. */
export class Allotment {
  readonly #left = new Map<number, number>();
  /** Of all lanes. */
  left = 0;

  of(lane: number): number {
    return this.#left.get(lane) ?? 0;
  }

  add(lane: number, messages: number): void {
    this.#left.set(lane, this.of(lane) + messages);
    this.left += messages;
  }

  give(lane: number): void {
    this.#left.set(lane, this.of(lane) - 1);
    this.left -= 1;
  }
}

export class FreshLanes {
  readonly #options: FreshLanesOptions;
  /** Some message had to wait. */
  hasHeld = false;
  /** fifo: so many messages of each lane are given, and of no other; undefined: all that can be. */
  allotted: Allotment | undefined;
  /** fifo: neighbours of different lanes are leased apart, so that each lane's can be given together. */
  isSplit = false;
  #batch: StoredBatch | undefined;
  #lanes: BatchLanes | undefined;

  constructor(options: FreshLanesOptions) {
    this.#options = options;
  }

  laneOf(batch: StoredBatch, index: number): number {
    if (batch !== this.#batch || this.#lanes === undefined) {
      const { cache, lanes, key } = this.#options;
      this.#batch = batch;
      this.#lanes = cache.of(lanes.table.kind, key, batch);
    }
    return this.#lanes.at(batch, index);
  }

  /** The message of this lane has to wait. [L-61] [L-71] */
  isHeld(lane: number): boolean {
    const isHeld = this.#mustWait(lane) || this.allotted?.of(lane) === 0;
    if (isHeld) this.hasHeld = true;
    return isHeld;
  }

  #mustWait(lane: number): boolean {
    if (lane === NO_LANE) return false;
    const { lanes, load, leftOf } = this.#options;
    if (lanes.table.kind === 'tenant') return load.isNoisy(lane);
    if (!lanes.knows(lane)) return false;
    return lanes.table.activeOf(lane) > 0 || leftOf(lane) > 0 || lanes.rowOf(lane)[1] > 0;
  }

  /** It is about to be leased. */
  give(lane: number): void {
    const { lanes, load } = this.#options;
    this.allotted?.give(lane);
    if (lanes.table.kind === 'tenant') load.add(lane, 1);
  }

  /** Lanes of consecutive messages, all of which have a record. */
  column(batches: BatchCursor, first: number, last: number): Uint8Array {
    const found: number[] = [];
    for (let at = first; at <= last; ) {
      const batch = batches.at(at);
      if (batch === undefined) break;
      const end = Math.min(batch.endOffset, last + 1);
      const from = indexFrom(batch, at);
      for (let index = from; index < from + end - at; index += 1) {
        found.push(this.laneOf(batch, index));
      }
      at = end;
    }
    while (found.length <= last - first) found.push(NO_LANE);
    return laneColumn(found);
  }
}

/** Where nothing is given and nothing parked is taken. */
export function lanesOfFresh(key: ShareKey, lanes: LaneDraft, cache: LaneCache): FreshLanes {
  const load = new LoadAhead(new TenantLoad());
  return new FreshLanes({ key, cache, lanes, load, leftOf: (lane) => lanes.rowOf(lane)[0] });
}
