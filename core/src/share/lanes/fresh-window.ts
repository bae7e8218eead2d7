// A look at the fresh messages that a receive may come to, by their key, before it decides which of them it gives. It
// moves no cursor and writes nothing.

import { indexFrom, offsetOf, type StoredBatch } from '../batch-cursor.ts';
import type { LeasingReady } from '../lease-ready.ts';
import { fateOf, isSifted } from '../sift.ts';
import type { FreshLanes } from './fresh-lanes.ts';

export interface FreshKey {
  readonly lane: number;
  /** Offset of its first message. */
  readonly first: number;
  /** How many of it can be given, one after the other. */
  count: number;
}

export interface FreshLook {
  /** Records to look at. */
  readonly messagesMax: number;
  /** So many of a key whose turn it is are enough. */
  readonly needed: number;
  readonly hasTurn: (lane: number, first: number, isFirst: boolean) => boolean;
  /** Nothing fresh of the lane can be given. */
  readonly isHeld: (lane: number) => boolean;
}

export class FreshWindow {
  /** In the order of their first messages. */
  readonly keys = new Map<number, FreshKey>();
  /** Messages of some key do not follow each other. */
  isMixed = false;
  /** Nothing lies behind what was looked at. */
  reachesEnd = false;
  readonly #leasing: LeasingReady;
  readonly #lanes: FreshLanes;
  readonly #look: FreshLook;
  /** Lanes of which a message waits for its time. */
  readonly #stopped = new Set<number>();
  #left: number;
  #previous: number | undefined;

  constructor(leasing: LeasingReady, lanes: FreshLanes, look: FreshLook) {
    this.#leasing = leasing;
    this.#lanes = lanes;
    this.#look = look;
    this.#left = look.messagesMax;
    this.#fill();
  }

  #fill(): void {
    const { ending, batches } = this.#leasing;
    const { scope, draft } = ending;
    const { durableEnd } = scope.log;
    let at = Math.max(draft.cursor, scope.low);
    while (at < durableEnd && this.#left > 0) {
      const batch = batches.at(at);
      if (batch === undefined) return;
      this.#lookAt(batch, indexFrom(batch, at));
      at = batch.endOffset;
    }
    this.reachesEnd = at >= durableEnd && this.#left > 0;
  }

  #lookAt(batch: StoredBatch, from: number): void {
    const { scope, ctx } = this.#leasing.ending;
    const hasFates = isSifted(scope, batch);
    for (let index = from; index < batch.count && this.#left > 0; index += 1) {
      this.#left -= 1;
      const lane = this.#lanes.laneOf(batch, index);
      const to = hasFates ? fateOf(scope, batch, index, ctx.nowMs).to : 'given';
      if (to === 'scheduled') this.#stopped.add(lane);
      if (to !== 'given' || this.#stopped.has(lane) || this.#look.isHeld(lane)) continue;
      this.#add(lane, offsetOf(batch, index));
    }
  }

  #add(lane: number, offset: number): void {
    const key = this.keys.get(lane);
    if (key === undefined) {
      const first = { lane, first: offset, count: 1 };
      this.keys.set(lane, first);
      this.#stopAt(first);
    } else {
      key.count += 1;
      if (this.#previous !== lane) this.isMixed = true;
      this.#stopAt(key);
    }
    this.#previous = lane;
  }

  #stopAt({ lane, first, count }: FreshKey): void {
    const { needed, hasTurn } = this.#look;
    if (count < needed) return;
    const [front] = this.keys.keys();
    if (hasTurn(lane, first, front === lane)) this.#left = 0;
  }
}
