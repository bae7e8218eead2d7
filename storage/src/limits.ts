// Every limit of the storage package, and how they relate. It has no logic besides checking itself.

import { assert } from './assert.ts';

export const STORAGE_LIMITS = {
  /** UTF-8 bytes of one string in a key. */
  keyStringBytesMax: 512,
  /** Bytes of a whole key; LMDB on 4 KiB pages takes 1,978. */
  keyBytesMax: 1_978,
  /** Bytes of one value. lmdb-js copies values up to here; larger ones it hands out as pointers into the map. */
  valueBytesMax: 16 * 1024 * 1024,
  /**
   * A batch of more bytes is stored in pieces of so many: with the 24 bytes of LMDB's head each fills 4 pages of 4 KiB. Files hold
   * pieces of this size, so it never changes.
   */
  pieceBytes: 4 * 4_096 - 24,
  /** How deep arrays and maps may nest in a row. */
  rowDepthMax: 32,
  /** Writes and bytes staged and not yet handed to the store; above either, the committer says it is full. */
  stagedWritesMax: 32_768,
  stagedBytesMax: 16 * 1024 * 1024,
  /** What a row counts for in `stagedBytesMax`; rows are encoded only when they are committed. */
  rowBytesEstimate: 256,
  /** Rows read from the map at a time by a range; no cursor is open between two of these reads. */
  rangeRowsMax: 256,
  /** The same for tables of raw bytes, whose values are large. */
  rangeBatchesMax: 4,
  /** Bytes that each of the two files of the journal has from the start. */
  journalBytesMin: 256 * 1024,
  /** Where a file of the journal stops growing; a frame that is larger than that has a file to itself. */
  journalBytesMax: 32 * 1024 * 1024,
  /** Bytes of values up to which a commit goes to the journal; a larger one goes to the data file itself. */
  journaledBytesMax: 512 * 1024,
  /** Bytes of commits in the journal, or the age of the first of them, from which on they go to the data file. */
  absorbBytes: 8 * 1024 * 1024,
  absorbAfterMs: 500,
  /** What the commits in one file of the journal may take in memory; the next one waits for the other file. */
  pendingBytesMax: 32 * 1024 * 1024,
  /** What goes to the data file in one transaction, for which the process does nothing else meanwhile. */
  sliceBytes: 2 * 1024 * 1024,
  sliceWritesMax: 1_024,
  /** The data file had no room: until it is tried again. */
  absorbAgainMs: 1_000,
  /** Ranges of aborted sequences that are remembered. */
  abortedRangesMax: 1_024,
} as const;

const L = STORAGE_LIMITS;
assert(2 * L.keyStringBytesMax + 64 <= L.keyBytesMax, 'a key with two strings must fit');
assert(
  L.stagedWritesMax * L.rowBytesEstimate <= L.stagedBytesMax,
  'small rows meet the count first',
);
assert(L.valueBytesMax / L.pieceBytes < 0xffff, 'the number of a piece has two bytes');
assert(L.absorbBytes < L.journalBytesMax, 'the journal takes commits while others are absorbed');
assert(L.absorbBytes < L.pendingBytesMax, 'so does memory');
assert(L.rangeBatchesMax <= L.rangeRowsMax, 'large values are read in smaller slices');
