// With ordering as FIFO queues have it: what of a lane is leased or blocked, and whether something waits before all of
// that, so that the lane has something to give although some of it is leased. It knows lanes by their slots alone.

import { assert } from '../../assert.ts';
import { widened } from './widened.ts';

/** Nothing waits. */
const NOTHING = Number.POSITIVE_INFINITY;

export class LaneFronts {
  /** Nothing of the lane waits before this offset; what waits may begin later. */
  #waitsFrom: Float64Array;
  /** Offsets that are leased or blocked, in order, of slots that have some. */
  readonly #active = new Map<number, number[]>();

  constructor(capacity: number) {
    this.#waitsFrom = new Float64Array(capacity);
  }

  grow(capacity: number): void {
    this.#waitsFrom = widened(this.#waitsFrom, capacity);
  }

  /** The slot is another lane's now. */
  reset(slot: number): void {
    assert(!this.#active.has(slot), 'a lane that is given up has nothing leased');
    this.#waitsFrom[slot] = NOTHING;
  }

  activate(slot: number, offset: number): void {
    if (this.#waitsFrom[slot] === offset) this.#waitsFrom[slot] = offset + 1;
    const active = this.#active.get(slot);
    if (active === undefined) {
      this.#active.set(slot, [offset]);
      return;
    }
    let at = active.length;
    while (at > 0 && (active[at - 1] as number) > offset) at -= 1;
    active.splice(at, 0, offset);
  }

  deactivate(slot: number, offset: number): void {
    const active = this.#active.get(slot);
    const at = active?.indexOf(offset) ?? -1;
    assert(active !== undefined && at >= 0, 'it was active');
    if (active.length === 1) this.#active.delete(slot);
    else active.splice(at, 1);
  }

  /** A run of the lane that begins here waits. */
  waits(slot: number, first: number): void {
    this.#waitsFrom[slot] = Math.min(this.#waitsFrom[slot] as number, first);
  }

  /** How many wait, where it is not said which. */
  waitCount(slot: number, count: number): void {
    if (count === 0) this.#waitsFrom[slot] = NOTHING;
    else if (this.#waitsFrom[slot] === NOTHING) this.#waitsFrom[slot] = 0;
  }

  /** The store said where what waits begins. */
  learn(slot: number, first: number): void {
    this.#waitsFrom[slot] = Math.max(this.#waitsFrom[slot] as number, first);
  }

  /** Something may wait before all that is leased or blocked. */
  isOpen(slot: number): boolean {
    return (this.#waitsFrom[slot] as number) < this.firstActive(slot);
  }

  firstActive(slot: number): number {
    return this.#active.get(slot)?.[0] ?? NOTHING;
  }
}
