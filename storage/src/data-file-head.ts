// What the head of a data file says of the file: whether it is LMDB's, and whether all of it is there. Reads a few bytes
// by itself, for lmdb-js survives neither a file of something else nor one that lacks its end. It opens no environment.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StorageFormatError } from './errors.ts';

/** Where the head of a page starts, and what it starts with, in the byte order of the machine. */
const META_OFFSET = 24;
const LMDB_MAGIC = 0xbeef_c0de;
const LMDB_DATA_VERSION = 2;
const META_PAGES = 2;
const PAGE_BYTES_MIN = 4_096;
const META_BYTES = 136;

/** The two trees of LMDB, of what is free and of what is stored, and what is told of each. */
const TREE_OFFSETS = [24, 72];
const TREE = { branchPages: 8, leafPages: 16, overflowPages: 24, root: 40 };
const TRANSACTION_OFFSET = 128;
const NO_PAGE = 2n ** 64n - 1n;

/** @throws StorageFormatError when the file is not an LMDB file, or lacks pages that hold something. */
export function checkHead(path: string): void {
  const fd = openSync(path, 'r');
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw foreign(`${path} is not a file`);
    if (stat.size === 0) return;
    if (stat.size < META_PAGES * PAGE_BYTES_MIN || metaAt(fd, 0) === undefined) {
      throw foreign(`${path} is not a data file, or it was cut short`);
    }
    // Twice: a writer may be at work on what is read here.
    if (isCutShort(fd) && isCutShort(fd)) throw foreign(`${path} was cut short: it lacks its end`);
  } finally {
    closeSync(fd);
  }
}

/**
 * Pages at the end that hold nothing need not be there, so this finds a file with fewer pages than hold something, and
 * not every one that lacks its last few.
 */
function isCutShort(fd: number): boolean {
  const first = metaAt(fd, 0);
  const pageBytes = first?.readUInt32LE(TREE_OFFSETS[0] ?? 0) ?? 0;
  if (pageBytes < PAGE_BYTES_MIN) return false;
  const metas = [first, metaAt(fd, pageBytes)].filter((meta) => meta !== undefined);
  const newest = metas.toSorted((one, other) => transactionOf(other) - transactionOf(one))[0];
  if (newest === undefined) return false;
  let used = META_PAGES;
  let lastRoot = 0;
  for (const at of TREE_OFFSETS) {
    const count = (offset: number) => Number(newest.readBigUInt64LE(at + offset));
    used += count(TREE.branchPages) + count(TREE.leafPages) + count(TREE.overflowPages);
    const root = newest.readBigUInt64LE(at + TREE.root);
    if (root !== NO_PAGE) lastRoot = Math.max(lastRoot, Number(root));
  }
  // After the head was read: the file only grows.
  const pages = Math.floor(fstatSync(fd).size / pageBytes);
  return pages < used || pages <= lastRoot;
}

const transactionOf = (meta: Buffer): number => Number(meta.readBigUInt64LE(TRANSACTION_OFFSET));

/** What a page at the start of the file says of the whole; undefined where it is none of LMDB's. */
function metaAt(fd: number, position: number): Buffer | undefined {
  const meta = Buffer.alloc(META_BYTES);
  if (readSync(fd, meta, 0, META_BYTES, position + META_OFFSET) < META_BYTES) return undefined;
  const [magic, version] = new Uint32Array(meta.buffer, meta.byteOffset, 2);
  return magic === LMDB_MAGIC && version === LMDB_DATA_VERSION ? meta : undefined;
}

function foreign(message: string): StorageFormatError {
  return new StorageFormatError('FORMAT_UNKNOWN', message);
}
