// The row by which the data file knows its journal: its id, and up to which commit it holds everything itself. No row:
// there is no journal, and whatever lies beside the file counts for nothing.

import type { PlainValue, StoreReader, StoreWrite } from '../contract.ts';
import { StorageFormatError } from '../errors.ts';
import { JOURNAL_ID_BYTES } from './frame.ts';

const ROW = ['journal'] as const;

export interface JournalRow {
  readonly id: Buffer;
  /** Every commit up to here is in the data file. */
  readonly absorbed: number;
}

/** @throws StorageFormatError when the row is not what a broker writes. */
export function readJournalRow(store: Pick<StoreReader, 'get'>): JournalRow | undefined {
  return decodeJournalRow(store.get('meta', ROW));
}

export function decodeJournalRow(value: PlainValue | undefined): JournalRow | undefined {
  if (value === undefined) return undefined;
  const { id, absorbed } = (value ?? {}) as { id?: unknown; absorbed?: unknown };
  const bytes = id instanceof Uint8Array ? Buffer.from(id) : Buffer.alloc(0);
  if (bytes.length !== JOURNAL_ID_BYTES || !Number.isSafeInteger(absorbed)) {
    throw new StorageFormatError('FORMAT_UNKNOWN', 'the row of the journal cannot be read');
  }
  return { id: bytes, absorbed: absorbed as number };
}

/** Undefined: there is no journal from here on. */
export function journalRowWrite(row: JournalRow | undefined): StoreWrite {
  return { table: 'meta', key: ROW, value: row && { id: row.id, absorbed: row.absorbed } };
}
