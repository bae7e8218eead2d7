// One view of a data file as it was at one moment, for tools beside a running broker or without one. It reads also what
// no broker should have written: foreign keys, rows that do not decode. It changes nothing and knows no row's meaning.

import { existsSync, statSync } from 'node:fs';
import type { Transaction } from 'lmdb';
import { assert } from './assert.ts';
import type { PlainValue, RangeQuery, StoredRow, StoreReader } from './contract.ts';
import { StorageFormatError } from './errors.ts';
import { readFormat } from './format.ts';
import type { PendingCommits, PendingWrite } from './journal/pending-commits.ts';
import { type JournalTail, type Seen, seeWithJournal } from './journal/see-journal.ts';
import { type PackedKey, packPrefix, prefixEnd, tableOf, unpackKey } from './key-codec.ts';
import { intervalOf } from './key-interval.ts';
import { type Key, PIECES_ID, TABLES, type TableName } from './keys.ts';
import { STORAGE_LIMITS } from './limits.ts';
import { openEnvironment, pagesOfEnvironment } from './lmdb-environment.ts';
import { type Environment, readKeySlice, readPacked, readValue, walkRows } from './lmdb-reading.ts';
import { lookBeside } from './look-beside.ts';
import { OverlayView } from './overlay-view.ts';
import { batchOfPiece } from './pieces.ts';

/** A row as it is stored, also where it should not be. */
export interface ScannedRow {
  /** The bytes of the key, in hex. */
  readonly keyHex: string;
  /** Undefined where the bytes are no key of the table. */
  readonly key: Key | undefined;
  /** Undefined where the bytes are no value, or the key is none. */
  readonly value: PlainValue | undefined;
  /** Of key and value, as stored. */
  readonly bytes: number;
  /** What is wrong with the bytes. */
  readonly fault: string | undefined;
}

/** Address space beyond the file: another process may let it grow while the view is opened. */
const ROOM_TO_GROW = 2 ** 32;
const FIRST_BYTE_MAX = 0xff;

/**
 * @throws StorageFormatError when there is no data file, it is not ours, a newer version wrote it, or its journal lacks
 * something; DataDirectoryError when a broker does not let us look; otherwise what the system says.
 */
export async function openSnapshot(path: string): Promise<Snapshot> {
  if (!existsSync(path)) throw new StorageFormatError('FORMAT_UNKNOWN', `there is no ${path}`);
  const { size } = statSync(path);
  if (size === 0) throw new StorageFormatError('FORMAT_UNKNOWN', `${path} is empty`);
  const mapBytes = size * 2 + ROOM_TO_GROW;
  const settings = { path, sync: 'always', mapBytes, readOnly: true } as const;
  const environment = await lookBeside(path, () => openEnvironment(settings));
  try {
    const seen = await seeWithJournal(path, environment);
    const snapshot = new Snapshot(path, environment, seen);
    readFormat(snapshot);
    return snapshot;
  } catch (error) {
    await environment.close();
    throw error;
  }
}

/**
 * Pages that a running broker frees meanwhile are not used again before the view is closed, so a long look lets its file
 * grow.
 */
export class Snapshot implements StoreReader {
  readonly path: string;
  /** What of the journal the data file does not hold in this view. */
  readonly journaled: JournalTail | undefined;
  readonly #environment: Environment;
  readonly #view: Transaction;
  readonly #pending: PendingCommits;
  readonly #reader: OverlayView;
  #closed = false;

  /** Use `openSnapshot`. */
  constructor(path: string, environment: Environment, { view, journaled, pending }: Seen) {
    this.path = path;
    this.journaled = journaled;
    this.#environment = environment;
    this.#view = view;
    this.#pending = pending;
    const layers = { overlays: [pending], epoch: 0 };
    this.#reader = new OverlayView(this.#dataFile(), () => layers);
  }

  get(table: TableName, key: Key): PlainValue | undefined {
    this.#assertOpen();
    return this.#reader.get(table, key);
  }

  range(table: TableName, query: RangeQuery): Iterable<StoredRow> {
    this.#assertOpen();
    return this.#reader.range(table, query);
  }

  /** Bytes of the file, and of its pages that hold something, with what the journal adds. */
  size(): { readonly fileBytes: number; readonly usedBytes: number } {
    this.#assertOpen();
    const { pageBytes, usedPages } = pagesOfEnvironment(this.#environment);
    const usedBytes = pageBytes * usedPages + this.#pending.bytes;
    return { fileBytes: statSync(this.path).size, usedBytes };
  }

  /** Every row of a table, whatever is wrong with it. `keysOnly`: values are not read, and count for nothing. */
  *scan(table: TableName, { keysOnly = false } = {}): Generator<ScannedRow> {
    const low = packPrefix(table, []);
    for (const packed of this.#keysWithJournal(table, low, prefixEnd(low))) {
      const write = this.#pending.find(table, packed);
      if (write === undefined) yield this.#scanned(table, packed, keysOnly);
      else if (write.bytes !== undefined) yield scannedWrite(write, write.bytes, keysOnly);
    }
  }

  /** Keys, in hex, that belong to no table, and of pieces without a batch. */
  *strangers(): Generator<string> {
    const known = new Set<number>(Object.values(TABLES).map(({ id }) => id));
    for (let id = 0; id < FIRST_BYTE_MAX; id += 1) {
      if (known.has(id)) continue;
      const low = String.fromCharCode(id);
      for (const packed of this.#keys(low, String.fromCharCode(id + 1))) {
        if (id !== PIECES_ID || !this.#isPieceOfBatch(packed)) yield hexOf(packed);
      }
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#view.done();
    await this.#environment.close();
  }

  #dataFile(): StoreReader {
    return {
      get: (table, key) => readValue(this.#environment, table, key, this.#view),
      range: (table, query) =>
        walkRows(this.#environment, table, intervalOf(table, query), {
          keysOnly: query.keysOnly === true,
          stopsAt: query.stopsAt,
          view: this.#view,
          assertOpen: () => this.#assertOpen(),
        }),
    };
  }

  /** Also those that the journal deletes. */
  *#keysWithJournal(table: TableName, low: PackedKey, high: PackedKey): Generator<PackedKey> {
    const writes = this.#pending.table(table)?.writes;
    let journaled = writes?.ceiling(low);
    for (const packed of this.#keys(low, high)) {
      for (; journaled !== undefined && journaled < packed; journaled = writes?.higher(journaled)) {
        yield journaled;
      }
      if (journaled === packed) journaled = writes?.higher(packed);
      yield packed;
    }
    for (; journaled !== undefined; journaled = writes?.higher(journaled)) yield journaled;
  }

  *#keys(low: PackedKey, high: PackedKey): Generator<PackedKey> {
    const limit = STORAGE_LIMITS.rangeRowsMax;
    for (let from = low; ; ) {
      this.#assertOpen();
      const part = { low: from, high, reverse: false, limit };
      const slice = readKeySlice(this.#environment, part, this.#view);
      for (const [packed] of slice) yield packed;
      const last = slice.at(-1)?.[0];
      if (slice.length < limit || last === undefined) return;
      from = `${last}\0`;
    }
  }

  /** As the data file alone has it: of what is only in the journal it has neither. */
  #isPieceOfBatch(piece: PackedKey): boolean {
    const batch = batchOfPiece(piece);
    const part = { low: batch, high: `${batch}\0`, reverse: false, limit: 1 };
    return readKeySlice(this.#environment, part, this.#view).length === 1;
  }

  #scanned(table: TableName, packed: PackedKey, keysOnly: boolean): ScannedRow {
    this.#assertOpen();
    return scanRow(table, packed, keysOnly, () => {
      return readPacked(this.#environment, table, packed, this.#view);
    });
  }

  #assertOpen(): void {
    assert(!this.#closed, 'the snapshot is open');
  }
}

function scannedWrite(write: PendingWrite, bytes: Uint8Array, keysOnly: boolean): ScannedRow {
  const table = tableOf(write.packed);
  return scanRow(table, write.packed, keysOnly, () => [write.value, bytes.length]);
}

function scanRow(
  table: TableName,
  packed: PackedKey,
  keysOnly: boolean,
  read: () => readonly [value: PlainValue | undefined, bytes: number],
): ScannedRow {
  const keyHex = hexOf(packed);
  let key: Key | undefined;
  try {
    key = unpackKey(table, packed);
    if (keysOnly) {
      return { keyHex, key, value: undefined, bytes: packed.length, fault: undefined };
    }
    const [value, bytes] = read();
    return { keyHex, key, value, bytes: packed.length + bytes, fault: undefined };
  } catch (error) {
    const what = key === undefined ? 'the key cannot be read' : 'the value cannot be read';
    const fault = `${what}: ${(error as Error).message}`;
    return { keyHex, key, value: undefined, bytes: packed.length, fault };
  }
}

const hexOf = (packed: PackedKey): string => Buffer.from(packed, 'latin1').toString('hex');
