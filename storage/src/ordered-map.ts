// A map from packed keys that can be walked in order. The order is kept only from the first walk on: a map that is
// only looked up costs a hash map. Keys lie in sorted chunks, so an insert moves a few hundred entries at most.

import { assert } from './assert.ts';
import type { PackedKey } from './key-codec.ts';

const CHUNK_KEYS_MAX = 512;

/** Index of the first element of `sorted` that is not below `key`. */
function lowerBound(sorted: readonly PackedKey[], key: PackedKey): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((sorted[middle] as PackedKey) < key) from = middle + 1;
    else to = middle;
  }
  return from;
}

export class OrderedMap<V> {
  readonly #values = new Map<PackedKey, V>();
  /** Sorted chunks, none of them empty; `undefined` until the first walk. */
  #chunks: PackedKey[][] | undefined;

  get size(): number {
    return this.#values.size;
  }

  get(key: PackedKey): V | undefined {
    return this.#values.get(key);
  }

  values(): IterableIterator<V> {
    return this.#values.values();
  }

  set(key: PackedKey, value: V): void {
    if (this.#chunks && !this.#values.has(key)) this.#insert(this.#chunks, key);
    this.#values.set(key, value);
  }

  delete(key: PackedKey): void {
    if (!this.#values.delete(key) || !this.#chunks) return;
    const at = this.#chunkOf(this.#chunks, key);
    const chunk = this.#chunks[at];
    assert(chunk !== undefined, 'every key lies in a chunk');
    chunk.splice(lowerBound(chunk, key), 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  /** The first key that is not below `key`. */
  ceiling(key: PackedKey): PackedKey | undefined {
    const chunks = this.#sorted();
    const chunk = chunks[this.#chunkOf(chunks, key)];
    return chunk?.[lowerBound(chunk, key)];
  }

  /** The first key above `key`. */
  higher(key: PackedKey): PackedKey | undefined {
    const chunks = this.#sorted();
    const at = this.#chunkOf(chunks, key);
    const chunk = chunks[at];
    if (!chunk) return undefined;
    const index = lowerBound(chunk, key);
    if (chunk[index] !== key) return chunk[index];
    return index + 1 < chunk.length ? chunk[index + 1] : chunks[at + 1]?.[0];
  }

  /** The last key below `key`. */
  lower(key: PackedKey): PackedKey | undefined {
    const chunks = this.#sorted();
    const at = this.#chunkOf(chunks, key);
    const chunk = chunks[at];
    const index = chunk ? lowerBound(chunk, key) : 0;
    return index > 0 ? chunk?.[index - 1] : chunks[at - 1]?.at(-1);
  }

  #sorted(): PackedKey[][] {
    if (this.#chunks) return this.#chunks;
    // The default order of strings is that of their characters: here, of bytes.
    const keys = [...this.#values.keys()].toSorted();
    this.#chunks = [];
    for (let at = 0; at < keys.length; at += CHUNK_KEYS_MAX / 2) {
      this.#chunks.push(keys.slice(at, at + CHUNK_KEYS_MAX / 2));
    }
    return this.#chunks;
  }

  /** Index of the first chunk whose last key is not below `key`; the number of chunks when there is none. */
  #chunkOf(chunks: readonly PackedKey[][], key: PackedKey): number {
    let from = 0;
    let to = chunks.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((chunks[middle]?.at(-1) as PackedKey) < key) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #insert(chunks: PackedKey[][], key: PackedKey): void {
    const at = Math.min(this.#chunkOf(chunks, key), chunks.length - 1);
    const chunk = chunks[at];
    if (!chunk) {
      chunks.push([key]);
      return;
    }
    chunk.splice(lowerBound(chunk, key), 0, key);
    if (chunk.length > CHUNK_KEYS_MAX) {
      // Keys that only grow are the common case: leave the full chunk behind and start a new one.
      const grows = at === chunks.length - 1 && chunk.at(-1) === key;
      chunks.splice(at + 1, 0, chunk.splice(grows ? CHUNK_KEYS_MAX : CHUNK_KEYS_MAX / 2));
    }
    assert(chunk.length > 0 && chunk.length <= CHUNK_KEYS_MAX, 'chunks stay small');
  }
}
