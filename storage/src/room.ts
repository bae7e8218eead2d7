// Whether the disk has room for what is to be written. It is asked before LMDB begins a commit: a write that the system refuses to
// LMDB ends the process (docs/adr/0244-*.md), and a full disk must not; and before the journal takes what LMDB has to take later.

import type { EncodedWrite } from './encoded-writes.ts';
import { CommitAbortedError } from './errors.ts';
import type { PackedKey } from './key-codec.ts';
import { PIECES_ID } from './keys.ts';
import { batchOfPiece } from './pieces.ts';

const PAGE_BYTES = 4_096;
/** The leaf, what it is split into, and a branch above it. */
const PAGES_OF_A_ROW = 3;
/** The upper branches, the pages that the commit sets free, and what another process takes meanwhile: 4 MiB. */
const PAGES_OF_ANY = 1_024;
/** So many reusable bytes count for one: not every gap takes every value, and what is read stays. */
const REUSABLE_FOR_ONE = 4;
/** Between the pieces of a batch there is nothing else: a leaf that is a quarter full has more of them than this. */
const PIECES_FOR_ONE = 8;
/** What LMDB puts before a key in a leaf. */
const ROW_HEAD_BYTES = 16;

/** What is to be written. */
export interface Load {
  readonly rows: number;
  /** Of keys and values, and some a row. */
  readonly bytes: number;
}

export interface Room {
  /** In the file system, as long as nobody else takes them. */
  readonly freeBytes: number;
  /** Inside the file; it is asked only where the file system alone has too little. */
  readonly inFile: () => RoomInFile;
}

export interface RoomInFile {
  readonly reusableBytes: number;
  /** All that hold rows: leaves and branches, without the pages of large values. */
  readonly treePages: number;
}

export function loadOf(writes: readonly EncodedWrite[]): Load {
  let bytes = 0;
  let neighbours = 0;
  let before: PackedKey | undefined;
  for (const { key, value } of writes) {
    bytes += ROW_HEAD_BYTES + key.length + (value?.length ?? 0);
    const batch = key.charCodeAt(0) === PIECES_ID ? batchOfPiece(key) : undefined;
    if (batch !== undefined && batch === before) neighbours += 1;
    before = batch;
  }
  return { rows: writes.length - neighbours + Math.ceil(neighbours / PIECES_FOR_ONE), bytes };
}

/**
 * More than LMDB writes for rows that lie anywhere in the file. No more than all pages of the tree are copied, no more than all
 * of them are split, and whatever is split again was filled by rows of the load.
 */
export function bytesFor({ rows, bytes }: Load, treePages: number): number {
  const pagesInTree = 2 * treePages + Math.ceil((4 * bytes) / PAGE_BYTES);
  return 2 * bytes + (Math.min(PAGES_OF_A_ROW * rows, pagesInTree) + PAGES_OF_ANY) * PAGE_BYTES;
}

export function hasRoom(load: Load, { freeBytes, inFile }: Room): boolean {
  if (freeBytes >= bytesFor(load, Number.POSITIVE_INFINITY)) return true;
  const { reusableBytes, treePages } = inFile();
  return freeBytes + reusableBytes / REUSABLE_FOR_ONE >= bytesFor(load, treePages);
}

export function noRoom(cause?: CommitAbortedError): CommitAbortedError {
  const why = cause === undefined ? 'it may take more than is free' : cause.message;
  return new CommitAbortedError(cause?.reason ?? 'full', `no room for the commit: ${why}`, {
    cause,
  });
}
