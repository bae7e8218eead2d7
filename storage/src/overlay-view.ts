// Reading the store with staged writes laid over it. It changes nothing and keeps nothing.

import { assert } from './assert.ts';
import type { PlainValue, RangeQuery, StoredRow, StoreReader, StoreWrite } from './contract.ts';
import { type PackedKey, packKey } from './key-codec.ts';
import { intervalOf, type KeyInterval } from './key-interval.ts';
import type { Key, TableName } from './keys.ts';
import type { OrderedMap } from './ordered-map.ts';
import type { Overlay, OverlayTable } from './overlay.ts';

export interface Layers {
  /** What lies over the store, newest first. */
  readonly overlays: readonly Overlay[];
  /** Changes whenever the overlays are exchanged; a range must not be walked over that. */
  readonly epoch: number;
}

export class OverlayView implements StoreReader {
  readonly #store: StoreReader;
  readonly #layers: () => Layers;

  constructor(store: StoreReader, layers: () => Layers) {
    this.#store = store;
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
    const tables = overlays.flatMap((overlay) => overlay.table(table) ?? []);
    const rows =
      tables.length === 0
        ? this.#store.range(table, query)
        : merge(this.#store, tables, table, query);
    for (const row of rows) {
      assert(this.#layers().epoch === epoch, 'a range is walked within a turn');
      yield row;
    }
  }
}

/** A place in one overlay: the key it stands at. */
interface Cursor {
  readonly writes: OrderedMap<StoreWrite>;
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
  for (const row of store.range(table, { ...query, limit: storeLimit(tables, limit) })) {
    const key = packKey(table, row[0]);
    while (left > 0) {
      const first = firstOf(cursors, reverse);
      if (first === undefined || isBefore(key, first, reverse)) {
        yield row;
        left -= 1;
        break;
      }
      const write = take(cursors, first, interval);
      if (write.value !== undefined) {
        yield [write.key, write.value];
        left -= 1;
      }
      if (first === key) break;
    }
    if (left === 0) return;
  }
  while (left > 0) {
    const first = firstOf(cursors, reverse);
    if (first === undefined) return;
    const write = take(cursors, first, interval);
    if (write.value === undefined) continue;
    yield [write.key, write.value];
    left -= 1;
  }
}

/** The newest write at `key`, and all cursors that stood there moved on. */
function take(cursors: readonly Cursor[], key: PackedKey, interval: KeyInterval): StoreWrite {
  let newest: StoreWrite | undefined;
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
