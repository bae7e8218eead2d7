// Where the batches lie that receives of a share partition looked at lately. Whoever reads on in the middle of a batch,
// or gets a message that came back, finds its batch again by its key; without a hint that takes a read that fails and a
// walk backwards: a seventh of a broker's main thread where messages are received one by one, and as much where every
// twentieth was delayed. A hint may be wrong: what it names is read and looked at.

import { OrderedMap } from '../collections/ordered-map.ts';

/** Four KiB, in partitions of which messages come back. */
const BATCHES_MAX = 256;

export class BatchHints {
  /** Base offset -> the offset after the last one. */
  readonly #ends = new OrderedMap();
  #newest = 0;
  /** Somebody looked at an earlier batch again; until then one is enough, which keeps idle partitions small. */
  #looksBack = false;

  /** Base of the batch that holds the offset, as far as is known. */
  baseOf(offset: number): number | undefined {
    const base = this.#ends.floorKey(offset);
    if (base === undefined) return undefined;
    return offset < (this.#ends.get(base) ?? 0) ? base : undefined;
  }

  /** The batch was found. */
  note(base: number, end: number): void {
    if (this.#ends.get(base) === end) return;
    this.#looksBack ||= base < this.#newest;
    this.#newest = Math.max(this.#newest, base);
    this.#ends.set(base, end);
    const batchesMax = this.#looksBack ? BATCHES_MAX : 1;
    for (;;) {
      const first = this.#ends.firstKey();
      if (first === undefined || this.#ends.size <= batchesMax) return;
      this.#ends.delete(first);
    }
  }
}
