// Slots in an order: added at the back or near it, taken out anywhere. It knows nothing of lanes.

import { widened } from './widened.ts';

const NONE = -1;

export class TurnList {
  #next: Int32Array;
  #previous: Int32Array;
  #listed: Uint8Array;
  #head = NONE;
  #tail = NONE;
  #size = 0;

  constructor(capacity: number) {
    this.#next = new Int32Array(capacity);
    this.#previous = new Int32Array(capacity);
    this.#listed = new Uint8Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  has(slot: number): boolean {
    return this.#listed[slot] === 1;
  }

  /** From the front. The list must not change meanwhile. */
  *slots(): Generator<number> {
    for (let slot = this.#head; slot !== NONE; slot = this.#next[slot] as number) yield slot;
  }

  /** At the back, or before the last ones that `isBefore` says, of which so many are asked at most. */
  add(slot: number, isBefore: (other: number) => boolean = () => false, stepsMax = 0): void {
    if (this.has(slot)) return;
    let after = this.#tail;
    for (let steps = 0; steps < stepsMax && after !== NONE && isBefore(after); steps += 1) {
      after = this.#previous[after] as number;
    }
    const before = after === NONE ? this.#head : (this.#next[after] as number);
    this.#listed[slot] = 1;
    this.#previous[slot] = after;
    this.#next[slot] = before;
    if (after === NONE) this.#head = slot;
    else this.#next[after] = slot;
    if (before === NONE) this.#tail = slot;
    else this.#previous[before] = slot;
    this.#size += 1;
  }

  remove(slot: number): void {
    if (!this.has(slot)) return;
    const next = this.#next[slot] as number;
    const previous = this.#previous[slot] as number;
    if (previous === NONE) this.#head = next;
    else this.#next[previous] = next;
    if (next === NONE) this.#tail = previous;
    else this.#previous[next] = previous;
    this.#listed[slot] = 0;
    this.#size -= 1;
  }

  grow(capacity: number): void {
    this.#next = widened(this.#next, capacity);
    this.#previous = widened(this.#previous, capacity);
    this.#listed = widened(this.#listed, capacity);
  }
}
