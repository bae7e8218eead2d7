// A view that keeps batches read lately in memory: ten receives of a hundred messages out of one batch of a thousand
// copy it out of the store once. What is written or deleted under a key is forgotten; an aborted commit takes some back.
// Batches whose bytes are not what was written are not shown, and its owner is to ask for them after each look.

import type { KeyOf, RangeQuery, TableName, ValueOf, View, Write } from '@millrace/core';
import { batchFault } from '@millrace/protocol';

/** What all kept batches may take. */
const CACHE_BYTES_MAX = 16 * 1024 * 1024;
/** Smaller ones are copied as fast as they are found. */
const BATCH_BYTES_MIN = 4 * 1024;

export interface DamagedBatch {
  readonly key: KeyOf<'batches'>;
  readonly content: Uint8Array;
  /** For people. */
  readonly fault: string;
}

export class CachedView implements View {
  readonly #inner: View;
  readonly #faultOf: typeof batchFault;
  /** The batch used longest ago comes first. */
  readonly #batches = new Map<string, Uint8Array>();
  #bytes = 0;
  #damaged: DamagedBatch[] = [];

  /** `faultOf`: what is wrong with a batch. For tests of something else. */
  constructor(inner: View, faultOf: typeof batchFault = batchFault) {
    this.#inner = inner;
    this.#faultOf = faultOf;
  }

  get<T extends TableName>(table: T, key: KeyOf<T>): ValueOf<T> | undefined {
    if (table !== 'batches') return this.#inner.get(table, key);
    return this.#batch(key);
  }

  range<T extends TableName>(
    table: T,
    query: RangeQuery,
  ): Iterable<readonly [KeyOf<T>, ValueOf<T>]> {
    if (table !== 'batches' || query.keysOnly === true) return this.#inner.range(table, query);
    // Nothing is of another table here: the compiler does not follow that.
    return this.#soundBatches(query) as Iterable<readonly [KeyOf<T>, ValueOf<T>]>;
  }

  /** Those met since it was asked last, each once. */
  takeDamaged(): readonly DamagedBatch[] {
    if (this.#damaged.length === 0) return this.#damaged;
    const found = new Map(this.#damaged.map((one) => [one.key.join(), one]));
    this.#damaged = [];
    return [...found.values()];
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
    this.#damaged = [];
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
    if (found !== undefined && !this.#isSound(key as KeyOf<'batches'>, found)) return undefined;
    if (found !== undefined && found.length >= BATCH_BYTES_MIN) this.#keep(name, found);
    return found;
  }

  /**
   * A limit counts the ones that are left out too: the look is taken again once they are gone. The one that the caller stops at
   * is not looked into, nor may all of it be there.
   */
  *#soundBatches(query: RangeQuery): Iterable<readonly [KeyOf<'batches'>, Uint8Array]> {
    for (const row of this.#inner.range('batches', query)) {
      const isEnd = query.stopsAt?.(row[1]) === true;
      if (isEnd || this.#isSound(row[0], row[1])) yield row;
      if (isEnd) return;
    }
  }

  #isSound(key: KeyOf<'batches'>, content: Uint8Array): boolean {
    const fault = this.#faultOf(content, key[2]);
    if (fault !== undefined) this.#damaged.push({ key, content, fault });
    return fault === undefined;
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
