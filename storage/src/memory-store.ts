// A store without a disk, for tests and simulation. It encodes as LMDB does, so what passes here passes there;
// it keeps nothing over a restart.

import { assert } from './assert.ts';
import type {
  PlainValue,
  RangeQuery,
  Store,
  StoredRow,
  StoreUsage,
  StoreWrite,
} from './contract.ts';
import { type EncodedWrite, encodeWrites } from './encoded-writes.ts';
import { packKey, unpackKey } from './key-codec.ts';
import { intervalOf, type KeyInterval } from './key-interval.ts';
import type { Key, TableName } from './keys.ts';
import { OrderedMap } from './ordered-map.ts';
import { decodeValue } from './values.ts';

export interface MemoryStoreOptions {
  /** What `usage` counts free bytes down from. Default: 1 TiB. */
  readonly capacityBytes?: number;
}

const CAPACITY_BYTES = 2 ** 40;

export class MemoryStore implements Store {
  readonly #rows = new OrderedMap<Uint8Array>();
  readonly #capacityBytes: number;
  #bytes = 0;
  #committing: Promise<void> | undefined;
  #closed = false;

  constructor(options: MemoryStoreOptions = {}) {
    this.#capacityBytes = options.capacityBytes ?? CAPACITY_BYTES;
  }

  get(table: TableName, key: Key): PlainValue | undefined {
    assert(!this.#closed, 'the store is open');
    const bytes = this.#rows.get(packKey(table, key));
    return bytes && decodeValue(table, bytes);
  }

  range(table: TableName, query: RangeQuery): Iterable<StoredRow> {
    assert(!this.#closed, 'the store is open');
    return this.#walk(table, intervalOf(table, query), query.keysOnly === true);
  }

  async commit(writes: readonly StoreWrite[]): Promise<void> {
    assert(!this.#closed, 'the store is open');
    assert(this.#committing === undefined, 'one commit at a time');
    this.#committing = this.#apply(encodeWrites(writes));
    try {
      await this.#committing;
    } finally {
      this.#committing = undefined;
    }
  }

  usage(): StoreUsage {
    const freeBytes = Math.max(0, this.#capacityBytes - this.#bytes);
    return { fileBytes: this.#bytes, journalBytes: 0, freeBytes, reusableBytes: 0 };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#committing;
  }

  async #apply(encoded: readonly EncodedWrite[]): Promise<void> {
    // As with a disk: nothing is visible in the turn of the call.
    await Promise.resolve();
    for (const { key, value } of encoded) {
      this.#bytes += (value?.length ?? 0) - (this.#rows.get(key)?.length ?? 0);
      if (value) this.#rows.set(key, new Uint8Array(value));
      else this.#rows.delete(key);
    }
  }

  *#walk(table: TableName, interval: KeyInterval, keysOnly: boolean): Generator<StoredRow> {
    const { low, high, reverse, limit } = interval;
    let key = reverse ? this.#rows.lower(high) : this.#rows.ceiling(low);
    for (let rows = 0; rows < limit && key !== undefined; rows += 1) {
      if (reverse ? key < low : key >= high) return;
      const bytes = this.#rows.get(key);
      assert(bytes !== undefined, 'a key that is walked over has a value');
      yield [unpackKey(table, key), keysOnly ? null : decodeValue(table, bytes)];
      key = reverse ? this.#rows.lower(key) : this.#rows.higher(key);
    }
  }
}
