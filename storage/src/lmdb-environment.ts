// Opens one LMDB environment with the options this package stands on. The rest of lmdb-js (encodings, versions,
// caching, overlapping flushes) stays shut off here.

import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { open } from 'lmdb';
import { checkHead } from './data-file-head.ts';
import { StorageFormatError } from './errors.ts';
import { type Environment, LMDB_KEYS, LMDB_VALUES } from './lmdb-reading.ts';

/** `always`: a commit resolves when it is flushed. `os`: when the system has it; see `LmdbStoreOptions`. */
export type SyncMode = 'always' | 'os';

export interface EnvironmentOptions {
  readonly path: string;
  readonly sync: SyncMode;
  readonly mapBytes: number;
  readonly readOnly: boolean;
}

const META_PAGES = 2;

/**
 * Of the list of free pages a commit loads the newest records first, until it has found what it needs or holds so many entries, and
 * keeps nothing of them: each commit checks all that is loaded, in the square of its length (docs/adr/0252-*.md). lmdb-js
 * has the options but does not declare them.
 */
const FREE_LIST = { maxFreeSpaceToLoad: 10_000, maxFreeSpaceToRetain: 0 };

/** What LMDB says of a file that it cannot read: MDB_CORRUPTED, MDB_VERSION_MISMATCH, MDB_INVALID. */
const NOT_OURS = new Set([-30_796, -30_794, -30_793]);

/** @throws StorageFormatError when the file is not an LMDB file; otherwise what the system says. */
export function openEnvironment(options: EnvironmentOptions): Environment {
  const { path, sync, mapBytes, readOnly } = options;
  const isNew = !existsSync(path);
  if (!isNew) checkHead(path);
  try {
    const environment: Environment = open(path, {
      keyEncoder: LMDB_KEYS,
      encoder: LMDB_VALUES,
      noSubdir: true,
      readOnly,
      mapSize: mapBytes,
      // A resolved commit is then a flushed one (docs/adr/0010-flush-before-resolve.md).
      overlappingSync: false,
      noSync: sync === 'os',
      // With it, lmdb-js keeps a promise to itself whose rejection, of a failed commit, ends the process.
      eventTurnBatching: false,
      ...FREE_LIST,
    });
    if (isNew) syncPath(dirname(path));
    return environment;
  } catch (error) {
    if (!NOT_OURS.has((error as { code?: number }).code ?? 0)) throw error;
    const reason = (error as Error).message;
    throw new StorageFormatError('FORMAT_UNKNOWN', `${path} is not a data file: ${reason}`);
  }
}

/** Flush what was written without flushing; lmdb-js has the call but does not declare it. */
export async function flushEnvironment(environment: Environment): Promise<void> {
  const flushable = environment as unknown as { sync(done: (error?: Error) => void): void };
  await promisify((done: (error?: Error) => void) => flushable.sync(done))();
}

/**
 * Flush a file or a directory. Flushing a file does not flush its name: until its directory is flushed too, a power
 * cut may take a new file away.
 */
export function syncPath(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

export interface EnvironmentPages {
  readonly pageBytes: number;
  readonly lastPage: number;
  /** Pages inside the file that hold nothing and can be written again. */
  readonly freePages: number;
  readonly usedPages: number;
  /** Leaves and branches. */
  readonly treePages: number;
}

interface TreeStats {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

interface EnvironmentStats extends TreeStats {
  readonly entryCount: number;
  readonly pageSize: number;
  readonly lastPageNumber: number;
  readonly lastTxnId: number;
  readonly free: TreeStats;
}

const pagesOf = (tree: TreeStats): number =>
  tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages;

/** LMDB does not count its free pages; they are all that neither tree holds. Constant time. */
export function pagesOfEnvironment(environment: Environment): EnvironmentPages {
  const stats = environment.getStats() as EnvironmentStats;
  const usedPages = META_PAGES + pagesOf(stats) + pagesOf(stats.free);
  return {
    pageBytes: stats.pageSize,
    lastPage: stats.lastPageNumber,
    freePages: Math.max(0, stats.lastPageNumber + 1 - usedPages),
    usedPages,
    treePages: pagesOf(stats) + pagesOf(stats.free) - stats.overflowPages,
  };
}

/**
 * Whether somebody, in this process or another one, reads the file as it was before the last commits: until that ends, pages
 * that were freed since hold nothing and cannot be written again, either. Takes a line a reader.
 */
export function isReadFromBefore(environment: Environment): boolean {
  const { lastTxnId } = environment.getStats() as EnvironmentStats;
  // A line a reader: process, thread, and the commit that it sees, or `-`.
  const readers = environment.readerList().matchAll(/^ *\d+ +\S+ +(\d+)$/gm);
  return [...readers].some(([, seen]) => Number(seen) < lastTxnId - 1);
}

export function isEmpty(environment: Environment): boolean {
  return (environment.getStats() as EnvironmentStats).entryCount === 0;
}
