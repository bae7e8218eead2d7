// Writes that are staged and not yet visible in the store, one for each key, the last one wins.
// It holds what it was given by reference, and it never forgets: it is dropped as a whole.

import type { PlainValue, StoreWrite } from './contract.ts';
import type { PackedKey } from './key-codec.ts';
import type { Key, TableName } from './keys.ts';
import { STORAGE_LIMITS } from './limits.ts';
import { OrderedMap } from './ordered-map.ts';

/** A write as a reader sees it. */
export interface OverlayWrite {
  readonly key: Key;
  /** Undefined: the key is deleted. May be made anew each time it is asked for. */
  readonly value: PlainValue | undefined;
}

/** The writes of one table. */
export interface OverlayTable {
  readonly writes: Pick<OrderedMap<OverlayWrite>, 'get' | 'ceiling' | 'higher' | 'lower'>;
  /** Deletes among them at most; a key that was deleted and then put again may still be counted. */
  readonly deletesMax: number;
}

/** Writes that lie over a store, or over others. */
export interface OverlayLayer {
  table(name: TableName): OverlayTable | undefined;
  find(name: TableName, key: PackedKey): OverlayWrite | undefined;
}

interface StagedTable extends OverlayTable {
  readonly writes: OrderedMap<StoreWrite>;
  deletesMax: number;
}

/** Bytes a write counts for; rows are not encoded yet, so theirs are estimated. */
function bytesOf({ value }: StoreWrite): number {
  return value instanceof Uint8Array ? value.byteLength : STORAGE_LIMITS.rowBytesEstimate;
}

export class Overlay implements OverlayLayer {
  readonly #tables = new Map<TableName, StagedTable>();
  #size = 0;
  #bytes = 0;

  /** Keys written. */
  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** `key` is the packed key of the write. */
  add(key: PackedKey, write: StoreWrite): void {
    const table = this.#tables.get(write.table) ?? this.#addTable(write.table);
    const before = table.writes.get(key);
    if (before) this.#bytes -= bytesOf(before);
    else this.#size += 1;
    this.#bytes += bytesOf(write);
    if (write.value === undefined) table.deletesMax += 1;
    table.writes.set(key, write);
  }

  table(name: TableName): OverlayTable | undefined {
    return this.#tables.get(name);
  }

  find(name: TableName, key: PackedKey): StoreWrite | undefined {
    return this.#tables.get(name)?.writes.get(key);
  }

  /** What is to be committed. */
  writes(): StoreWrite[] {
    const writes: StoreWrite[] = [];
    for (const table of this.#tables.values()) {
      for (const write of table.writes.values()) writes.push(write);
    }
    return writes;
  }

  #addTable(name: TableName): StagedTable {
    const table: StagedTable = { writes: new OrderedMap(), deletesMax: 0 };
    this.#tables.set(name, table);
    return table;
  }
}
