// Reading the store with staged writes laid over it. It changes nothing and keeps nothing.

import { assert } from './assert.ts';
import type { PlainValue, RangeQuery, StoredRow, StoreReader } from './contract.ts';
import { type PackedKey, packKey } from './key-codec.ts';
import { intervalOf, type KeyInterval } from './key-interval.ts';
import type { Key, TableName } from './keys.ts';
import type { OverlayLayer, OverlayTable, OverlayWrite } from './overlay.ts';

export interface Layers {
  /** What lies over the store, newest first. */
  readonly overlays: readonly OverlayLayer[];
  /** Changes whenever the overlays are exchanged; a range must not be walked over that. */
  readonly epoch: number;
}

/** A store that is layers over another one itself: a range over all of them is merged once, not twice. */
export interface LayeredStore {
  readonly base: StoreReader;
  readonly layers: Layers;
}

const NO_LAYERS: Layers = { overlays: [], epoch: 0 };

export class OverlayView implements StoreReader {
  readonly #store: StoreReader;
  readonly #below: LayeredStore;
  readonly #layers: () => Layers;

  constructor(store: StoreReader | (StoreReader & LayeredStore), layers: () => Layers) {
    this.#store = store;
    this.#below = 'layers' in store ? store : { base: store, layers: NO_LAYERS };
    this.#layers = layers;
  }

  get(table: TableName, key: Key): PlainValue | undefined {
    const packed = packKey(table, key);
    for (const overlay of this.#layers().overlays) {
      const write = overlay.find(table, packed);
      if (write) return write.value;
    }
    return this.#store.get(table, key);
  }

  *range(table: TableName, query: RangeQuery): Generator<StoredRow> {
    const { overlays, epoch } = this.#layers();
    const { base, layers: below } = this.#below;
    const tables: OverlayTable[] = [];
    collect(overlays, table, tables);
    collect(below.overlays, table, tables);
    const rows = tables.length === 0 ? base.range(table, query) : merge(base, tables, table, query);
    for (const row of rows) {
      const isSame = this.#layers().epoch === epoch && this.#below.layers.epoch === below.epoch;
      assert(isSame, 'a range is walked within a turn');
      yield row;
    }
  }
}

function collect(overlays: readonly OverlayLayer[], name: TableName, tables: OverlayTable[]): void {
  for (const overlay of overlays) {
    const table = overlay.table(name);
    if (table) tables.push(table);
  }
}

/** A place in one overlay: the key it stands at. */
interface Cursor {
  readonly writes: OverlayTable['writes'];
  key: PackedKey | undefined;
}

const isBefore = (a: PackedKey, b: PackedKey, reverse: boolean): boolean =>
  reverse ? a > b : a < b;

function place(cursor: Cursor, key: PackedKey | undefined, interval: KeyInterval): void {
  const { low, high, reverse } = interval;
  const isInside = key !== undefined && (reverse ? key >= low : key < high);
  cursor.key = isInside ? key : undefined;
}

function advance(cursor: Cursor, interval: KeyInterval): void {
  const key = cursor.key as PackedKey;
  const { writes } = cursor;
  place(cursor, interval.reverse ? writes.lower(key) : writes.higher(key), interval);
}

function firstOf(cursors: readonly Cursor[], reverse: boolean): PackedKey | undefined {
  let first: PackedKey | undefined;
  for (const { key } of cursors) {
    if (key !== undefined && (first === undefined || isBefore(key, first, reverse))) first = key;
  }
  return first;
}

/** Rows of the store and of the overlays in one order. At one key the newest overlay wins; a delete hides the key. */
function* merge(
  store: StoreReader,
  tables: readonly OverlayTable[],
  table: TableName,
  query: RangeQuery,
): Generator<StoredRow> {
  const interval = intervalOf(table, query);
  const { low, high, reverse, limit } = interval;
  const cursors = tables.map(({ writes }): Cursor => {
    const cursor: Cursor = { writes, key: undefined };
    place(cursor, reverse ? writes.lower(high) : writes.ceiling(low), interval);
    return cursor;
  });
  let left = limit;
  for (const stored of store.range(table, { ...query, limit: storeLimit(tables, limit) })) {
    const key = packKey(table, stored[0]);
    while (left > 0) {
      const first = firstOf(cursors, reverse);
      if (first === undefined || isBefore(key, first, reverse)) {
        yield stored;
        left -= 1;
        break;
      }
      const row = rowOf(take(cursors, first, interval));
      if (row !== undefined) {
        yield row;
        left -= 1;
      }
      if (first === key) break;
    }
    if (left === 0) return;
  }
  while (left > 0) {
    const first = firstOf(cursors, reverse);
    if (first === undefined) return;
    const row = rowOf(take(cursors, first, interval));
    if (row === undefined) continue;
    yield row;
    left -= 1;
  }
}

/** Asks for the value once: it may be made of bytes each time. */
function rowOf(write: OverlayWrite): StoredRow | undefined {
  const { value } = write;
  return value === undefined ? undefined : [write.key, value];
}

/** The newest write at `key`, and all cursors that stood there moved on. */
function take(cursors: readonly Cursor[], key: PackedKey, interval: KeyInterval): OverlayWrite {
  let newest: OverlayWrite | undefined;
  for (const cursor of cursors) {
    if (cursor.key !== key) continue;
    newest ??= cursor.writes.get(key);
    advance(cursor, interval);
  }
  assert(newest !== undefined, 'a cursor stands at this key');
  return newest;
}

/** Rows the store must give at most: deletes hide some of them. */
function storeLimit(tables: readonly OverlayTable[], limit: number): number | undefined {
  if (limit === Number.POSITIVE_INFINITY) return undefined;
  return tables.reduce((sum, { deletesMax }) => sum + deletesMax, limit);
}
