// A view that keeps batches read lately in memory: ten receives of a hundred messages out of one batch of a thousand
// copy it out of the store once. What is written or deleted under a key is forgotten; an aborted commit takes some back,
// and then the cache is emptied.

import type { KeyOf, RangeQuery, TableName, ValueOf, View, Write } from '@millrace/core';

/** What all kept batches may take. */
const CACHE_BYTES_MAX = 16 * 1024 * 1024;
/** Smaller ones are copied as fast as they are found. */
const BATCH_BYTES_MIN = 4 * 1024;

export class CachedView implements View {
  readonly #inner: View;
  /** The batch used longest ago comes first. */
  readonly #batches = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(inner: View) {
    this.#inner = inner;
  }

  get<T extends TableName>(table: T, key: KeyOf<T>): ValueOf<T> | undefined {
    if (table !== 'batches') return this.#inner.get(table, key);
    return this.#batch(key);
  }

  range<T extends TableName>(
    table: T,
    query: RangeQuery,
  ): Iterable<readonly [KeyOf<T>, ValueOf<T>]> {
    return this.#inner.range(table, query);
  }

  /** Compaction writes batches anew, and DeleteRecords cuts one. */
  forget(writes: readonly Write[]): void {
    if (this.#batches.size === 0) return;
    for (const { table, key } of writes) {
      if (table !== 'batches') continue;
      const name = key.join();
      const { length = 0 } = this.#batches.get(name) ?? {};
      if (this.#batches.delete(name)) this.#bytes -= length;
    }
  }

  /** Staged batches may have been taken back. */
  clear(): void {
    this.#batches.clear();
    this.#bytes = 0;
  }

  #batch(key: KeyOf<TableName>): Uint8Array | undefined {
    const name = key.join();
    const known = this.#batches.get(name);
    if (known !== undefined) {
      this.#batches.delete(name);
      this.#batches.set(name, known);
      return known;
    }
    const found = this.#inner.get('batches', key as KeyOf<'batches'>);
    if (found !== undefined && found.length >= BATCH_BYTES_MIN) this.#keep(name, found);
    return found;
  }

  #keep(name: string, batch: Uint8Array): void {
    this.#batches.set(name, batch);
    this.#bytes += batch.length;
    for (const [oldest, { length }] of this.#batches) {
      if (this.#bytes <= CACHE_BYTES_MAX) return;
      this.#batches.delete(oldest);
      this.#bytes -= length;
    }
  }
}
