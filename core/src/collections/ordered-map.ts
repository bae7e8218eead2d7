// An ordered map from a number to a number: sorted chunks of typed arrays, so that a million entries take about 16 MB
// outside the heap. Lookup is two binary searches; insert and delete move at most one chunk. It knows nothing of offsets.

import { assert } from '../assert.ts';

const CHUNK_ENTRIES_MAX = 512;
const CHUNK_ENTRIES_FIRST = 8;

/** Sorted keys with their values; grows by doubling up to CHUNK_ENTRIES_MAX. */
class Chunk {
  keys: Float64Array;
  values: Float64Array;
  length = 0;

  constructor(capacity: number) {
    this.keys = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
  }

  keyAt(index: number): number {
    assert(index >= 0 && index < this.length);
    return this.keys[index] as number;
  }

  valueAt(index: number): number {
    assert(index >= 0 && index < this.length);
    return this.values[index] as number;
  }

  /** How many keys are smaller. */
  countBelow(key: number): number {
    const { keys } = this;
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((keys[middle] as number) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  insert(index: number, key: number, value: number): void {
    assert(this.length < CHUNK_ENTRIES_MAX && index <= this.length);
    if (this.length === this.keys.length) this.grow();
    if (index < this.length) {
      this.keys.copyWithin(index + 1, index, this.length);
      this.values.copyWithin(index + 1, index, this.length);
    }
    this.keys[index] = key;
    this.values[index] = value;
    this.length += 1;
  }

  remove(index: number): void {
    assert(index >= 0 && index < this.length);
    this.keys.copyWithin(index, index + 1, this.length);
    this.values.copyWithin(index, index + 1, this.length);
    this.length -= 1;
  }

  /** Moves the upper half into a new chunk. */
  split(): Chunk {
    const half = this.length >>> 1;
    const upper = new Chunk(CHUNK_ENTRIES_MAX);
    upper.append(this, half);
    this.length = half;
    return upper;
  }

  append(other: Chunk, from: number): void {
    const count = other.length - from;
    assert(this.length + count <= CHUNK_ENTRIES_MAX);
    while (this.length + count > this.keys.length) this.grow();
    this.keys.set(other.keys.subarray(from, other.length), this.length);
    this.values.set(other.values.subarray(from, other.length), this.length);
    this.length += count;
  }

  private grow(): void {
    const grown = new Chunk(Math.min(this.keys.length * 2, CHUNK_ENTRIES_MAX));
    grown.keys.set(this.keys);
    grown.values.set(this.values);
    this.keys = grown.keys;
    this.values = grown.values;
  }
}

export class OrderedMap {
  /** In key order; none is empty. */
  readonly #chunks: Chunk[] = [];
  /** A chunk that became empty, for the next one that is needed: a map that keeps running empty allocates nothing. */
  #spare: Chunk | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: number): number | undefined {
    const chunk = this.#chunks[this.#chunkOf(key)];
    if (chunk === undefined) return undefined;
    const index = chunk.countBelow(key);
    return index < chunk.length && chunk.keyAt(index) === key ? chunk.valueAt(index) : undefined;
  }

  set(key: number, value: number): void {
    const place = Math.max(this.#chunkOf(key), 0);
    const chunk = this.#chunks[place] ?? this.#firstChunk();
    const index = chunk.countBelow(key);
    if (index < chunk.length && chunk.keyAt(index) === key) {
      chunk.values[index] = value;
      return;
    }
    this.#size += 1;
    if (chunk.length < CHUNK_ENTRIES_MAX) chunk.insert(index, key, value);
    else this.#insertIntoFull(place, chunk, index, key, value);
  }

  delete(key: number): boolean {
    const place = this.#chunkOf(key);
    const chunk = this.#chunks[place];
    if (chunk === undefined) return false;
    const index = chunk.countBelow(key);
    if (index === chunk.length || chunk.keyAt(index) !== key) return false;
    chunk.remove(index);
    this.#size -= 1;
    if (chunk.length === 0) [this.#spare] = this.#chunks.splice(place, 1);
    else if (chunk.length < CHUNK_ENTRIES_MAX / 4) this.#join(place);
    return true;
  }

  /** The largest key at or below `key`. */
  floorKey(key: number): number | undefined {
    const chunk = this.#chunks[this.#chunkOf(key)];
    if (chunk === undefined) return undefined;
    const index = chunk.countBelow(key);
    if (index < chunk.length && chunk.keyAt(index) === key) return key;
    return chunk.keyAt(index - 1);
  }

  /** The smallest key at or above `key`. */
  ceilingKey(key: number): number | undefined {
    const place = Math.max(this.#chunkOf(key), 0);
    const chunk = this.#chunks[place];
    if (chunk === undefined) return undefined;
    const index = chunk.countBelow(key);
    return index < chunk.length ? chunk.keyAt(index) : this.#chunks[place + 1]?.keyAt(0);
  }

  firstKey(): number | undefined {
    return this.#chunks[0]?.keyAt(0);
  }

  /** Entries with keys at or above `key`, in key order. The map must not change meanwhile. */
  *entriesFrom(key: number): Generator<readonly [key: number, value: number]> {
    let place = Math.max(this.#chunkOf(key), 0);
    let chunk = this.#chunks[place];
    let index = chunk?.countBelow(key) ?? 0;
    while (chunk !== undefined) {
      for (; index < chunk.length; index += 1) yield [chunk.keyAt(index), chunk.valueAt(index)];
      place += 1;
      index = 0;
      chunk = this.#chunks[place];
    }
  }

  assertInvariants(): void {
    let size = 0;
    let previous = Number.NEGATIVE_INFINITY;
    for (const chunk of this.#chunks) {
      assert(chunk.length > 0 && chunk.length <= CHUNK_ENTRIES_MAX, 'no chunk is empty');
      for (let index = 0; index < chunk.length; index += 1) {
        assert(chunk.keyAt(index) > previous, 'keys ascend');
        previous = chunk.keyAt(index);
      }
      size += chunk.length;
    }
    assert(size === this.#size, 'size is the sum of the chunks');
  }

  /** Place of the last chunk that begins at or below `key`; -1 where all begin above. */
  #chunkOf(key: number): number {
    const chunks = this.#chunks;
    let low = 0;
    let high = chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((chunks[middle] as Chunk).keyAt(0) <= key) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #firstChunk(): Chunk {
    assert(this.#chunks.length === 0);
    const chunk = this.#emptyChunk();
    this.#chunks.push(chunk);
    return chunk;
  }

  #emptyChunk(): Chunk {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare ?? new Chunk(CHUNK_ENTRIES_FIRST);
  }

  /** Ascending inserts leave full chunks behind them; others halve the chunk. */
  #insertIntoFull(place: number, chunk: Chunk, index: number, key: number, value: number): void {
    if (index === chunk.length && place === this.#chunks.length - 1) {
      const next = this.#emptyChunk();
      next.insert(0, key, value);
      this.#chunks.push(next);
      return;
    }
    const upper = chunk.split();
    this.#chunks.splice(place + 1, 0, upper);
    if (index <= chunk.length) chunk.insert(index, key, value);
    else upper.insert(index - chunk.length, key, value);
  }

  /** A chunk that became small goes into its neighbour, if both fit well. */
  #join(place: number): void {
    const left = this.#chunks[Math.max(place - 1, 0)];
    const right = this.#chunks[Math.max(place, 1)];
    if (left === undefined || right === undefined) return;
    if (left.length + right.length > CHUNK_ENTRIES_MAX / 2) return;
    left.append(right, 0);
    this.#chunks.splice(Math.max(place, 1), 1);
  }
}
