// The Store contract: what every store (LMDB, memory, faulty) promises, in rows of plain data.
// It knows tables, keys and values; it knows nothing of topics' meaning, requests or clocks.

import type { Key, TableName } from './keys.ts';

/** What a row may hold: standard MessagePack data. `batches` rows are raw bytes. */
export type PlainValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly PlainValue[]
  | { readonly [name: string]: PlainValue };

/**
 * A keyed upsert, or a delete when `value` is undefined. Plain data: it can be sent elsewhere and applied there.
 * Key and value are handed over: whoever gave them must not change them afterwards.
 */
export interface StoreWrite {
  readonly table: TableName;
  readonly key: Key;
  readonly value: PlainValue | undefined;
}

/**
 * Rows of one table in key order. All bounds are whole parts from the left of a key. A bound that is not a whole key
 * stands for all keys that start with it: `from` includes all of them, `to` excludes all of them, in both directions.
 */
export interface RangeQuery {
  /** Only rows whose key starts with these parts. */
  readonly prefix?: Key | undefined;
  /** Start at this key (inclusive; the upper end when `reverse`, then also inclusive). */
  readonly from?: Key | undefined;
  /** Stop before this key (exclusive; the lower end when `reverse`, then also exclusive). */
  readonly to?: Key | undefined;
  readonly reverse?: boolean | undefined;
  /** Rows at most. */
  readonly limit?: number | undefined;
  /** The caller looks at keys only: a store may leave the values unread, and give null for them. */
  readonly keysOnly?: boolean | undefined;
  /**
   * Of a table of raw bytes: true of the beginning of a value, of however many bytes, at which the caller stops. It looks at no
   * more of it than that, so a store may ask, and leave the rest unread. Once true of a value it stays so during the walk.
   */
  readonly stopsAt?: ((beginning: Uint8Array) => boolean) | undefined;
}

export type StoredRow = readonly [key: Key, value: PlainValue];

/**
 * Synchronous reading of the present state. Bytes returned here never point into the map and never change. A range is
 * read while it is walked, so walk it within the turn; stopping early costs nothing.
 */
export interface StoreReader {
  get(table: TableName, key: Key): PlainValue | undefined;
  range(table: TableName, query: RangeQuery): Iterable<StoredRow>;
}

export interface StoreUsage {
  /** Bytes of the data file, its journal and what it still has to take included. */
  readonly fileBytes: number;
  /** Bytes of the journal alone; 0 where there is none. */
  readonly journalBytes: number;
  /** Bytes that can still be written: free in the file system plus reusable pages inside the file. */
  readonly freeBytes: number;
  /** Of them those inside the file: pages that hold nothing and are used again. */
  readonly reusableBytes: number;
}

/**
 * A store holds the present state of one shard. `commit` is atomic and resolves when the commit is flushed to the
 * disk (`sync: always`) or handed to the system (`sync: os`); its rows are visible then at the latest. Of several
 * writes to one key the last wins. It rejects with `CommitAbortedError` when nothing of it was applied, and with
 * `FlushUnknownError` when nobody can tell: then the process has to end. One commit at a time: the next is handed
 * over only after this one has settled.
 */
export interface Store extends StoreReader {
  commit(writes: readonly StoreWrite[]): Promise<void>;
  usage(): StoreUsage;
  /** Waits for the commit in flight. Nothing may be asked of the store afterwards. */
  close(): Promise<void>;
}
