// Whether the disk has room for a commit. It is asked before LMDB begins one: a write that the system refuses to LMDB ends the
// process (docs/adr/0244-*.md), and a full disk must not.

import type { EncodedWrite } from './encoded-writes.ts';

const PAGE_BYTES = 4_096;
/** The leaf, what it is split into, and a branch above it. */
const PAGES_OF_A_WRITE = 3;
/** The upper branches, the pages that the commit sets free, and what the journal beside it grows by meanwhile: 4 MiB. */
const PAGES_OF_ANY = 1_024;
/** So many reusable bytes count for one: not every gap takes every value, and what is read stays. */
const REUSABLE_FOR_ONE = 4;

export interface Room {
  /** In the file system, as long as nobody else takes them. */
  readonly freeBytes: number;
  /** Inside the file. */
  readonly reusableBytes: () => number;
}

/** More than LMDB writes for a commit of rows that lie anywhere in the file. */
export function bytesOfCommit(writes: readonly EncodedWrite[]): number {
  const pages = writes.length * PAGES_OF_A_WRITE + PAGES_OF_ANY;
  return writes.reduce((sum, { value }) => sum + 2 * (value?.length ?? 0), pages * PAGE_BYTES);
}

export function hasRoom(bytes: number, { freeBytes, reusableBytes }: Room): boolean {
  return freeBytes >= bytes || freeBytes + reusableBytes() / REUSABLE_FOR_ONE >= bytes;
}
