// The data file as a store: one LMDB environment, one writer. Reads are synchronous and copy; no cursor is open
// between two calls. It must not decide anything: what a row means, when to commit, what to do when full.

import { existsSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { assert } from './assert.ts';
import { CommitGate, type EndLook } from './commit-gate.ts';
import type {
  PlainValue,
  RangeQuery,
  Store,
  StoredRow,
  StoreUsage,
  StoreWrite,
} from './contract.ts';
import { type EncodedWrite, encodeWrites } from './encoded-writes.ts';
import { StorageFormatError } from './errors.ts';
import { checkFormat, readFormat, writeFormat } from './format.ts';
import { Gaps } from './gaps.ts';
import { readJournalRow } from './journal/journal-row.ts';
import { intervalOf } from './key-interval.ts';
import type { Key, TableName } from './keys.ts';
import {
  type EnvironmentOptions,
  flushEnvironment,
  isEmpty,
  isReadFromBefore,
  openEnvironment,
  pagesOfEnvironment,
  type SyncMode,
  syncPath,
} from './lmdb-environment.ts';
import { explainFailure } from './lmdb-failure.ts';
import { type Environment, readValue, stillReads, walkRows } from './lmdb-reading.ts';
import { lookBeside } from './look-beside.ts';
import { inPieces } from './pieces.ts';
import { hasRoom, type Load, loadOf, noRoom, type Room, type RoomInFile } from './room.ts';
import { inWriteOrder } from './write-order.ts';

export interface LmdbStoreOptions {
  /** The data file, for instance `DIR/shard-0.mdb`. LMDB keeps `<path>-lock` beside it. */
  readonly path: string;
  /**
   * Default `always`: a commit that resolved survives a power cut. `os`: it survives the end of the process, but a
   * power cut or a crash of the system may lose the last commits and may leave the file unreadable.
   */
  readonly sync?: SyncMode | undefined;
  /** Address space to start with; grows by itself. Default 1 GiB. */
  readonly mapBytes?: number | undefined;
  /** Read a data file without changing it; another process may have it open. */
  readonly readOnly?: boolean | undefined;
}

const MAP_BYTES = 2 ** 30;

/**
 * The data file alone, for tools and tests. What a broker left in the journal beside it is not seen.
 * @throws StorageFormatError when the file is of a newer version or not ours, or is to be written without its journal;
 * otherwise what the system says.
 */
export async function openLmdbStore(options: LmdbStoreOptions): Promise<LmdbStore> {
  return openDataFile(options, async (store) => {
    if (options.readOnly === true || readJournalRow(store) === undefined) return;
    const what = 'has commits in its journal: let a broker open it and stop';
    throw new StorageFormatError('JOURNAL_DAMAGED', `${options.path} ${what}`);
  });
}

/** `complete` brings the rows up to date in the format they are in, before they are migrated. */
export async function openDataFile(
  options: LmdbStoreOptions,
  complete: (store: LmdbStore) => Promise<void>,
): Promise<LmdbStore> {
  const { path, sync = 'always', mapBytes = MAP_BYTES, readOnly = false } = options;
  const settings: EnvironmentOptions = { path, sync, mapBytes, readOnly };
  if (!readOnly) await createDataFile(settings);
  const environment = readOnly
    ? await lookBeside(path, () => openEnvironment(settings))
    : openEnvironment(settings);
  const store = new LmdbStore(settings, environment);
  try {
    if (!readOnly && isEmpty(environment)) {
      await writeFormat(store);
      return store;
    }
    readFormat(store);
    await complete(store);
    if (!readOnly) await checkFormat(store);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * Where there is none. It gets its name when it is whole and flushed: a file of that name that LMDB cannot read is damaged,
 * and never one that a power cut kept from being made.
 */
async function createDataFile(settings: EnvironmentOptions): Promise<void> {
  const { path } = settings;
  const fresh = `${path}-new`;
  for (const leftOver of [fresh, `${fresh}-lock`]) rmSync(leftOver, { force: true });
  if (existsSync(path)) return;
  const whole = { ...settings, path: fresh, sync: 'always' } as const;
  const store = new LmdbStore(whole, openEnvironment(whole));
  try {
    await writeFormat(store);
  } finally {
    await store.close();
  }
  rmSync(`${fresh}-lock`, { force: true });
  renameSync(fresh, path);
  syncPath(dirname(path));
}

export class LmdbStore implements Store {
  readonly #path: string;
  readonly #sync: SyncMode;
  readonly #readOnly: boolean;
  readonly #environment: Environment;
  readonly #gate = new CommitGate();
  readonly #gaps: Gaps;
  #committing: Promise<void> | undefined;
  #closed = false;

  /** Use `openLmdbStore`. */
  constructor(options: EnvironmentOptions, environment: Environment) {
    this.#path = options.path;
    this.#sync = options.sync;
    this.#readOnly = options.readOnly;
    this.#environment = environment;
    this.#gaps = new Gaps(pagesOfEnvironment(environment));
  }

  get(table: TableName, key: Key): PlainValue | undefined {
    assert(!this.#closed, 'the store is open');
    return readValue(this.#environment, table, key);
  }

  range(table: TableName, query: RangeQuery): Iterable<StoredRow> {
    assert(!this.#closed, 'the store is open');
    return walkRows(this.#environment, table, intervalOf(table, query), {
      keysOnly: query.keysOnly === true,
      stopsAt: query.stopsAt,
      assertOpen: () => assert(!this.#closed, 'the store is open'),
    });
  }

  async commit(writes: readonly StoreWrite[]): Promise<void> {
    await this.commitEncoded(encodeWrites(writes));
  }

  /** The same of writes that are bytes already. */
  async commitEncoded(encoded: readonly EncodedWrite[]): Promise<void> {
    assert(!this.#closed, 'the store is open');
    assert(!this.#readOnly, 'the store is not read only');
    assert(this.#committing === undefined, 'one commit at a time');
    if (encoded.length === 0) return;
    this.#committing = this.#gate.commit(() => this.#write(encoded));
    try {
      await this.#committing;
    } finally {
      this.#committing = undefined;
    }
  }

  /** Another process may open the file from when it resolves until the look is ended: nothing is committed. */
  look(): Promise<EndLook> {
    return this.#gate.look();
  }

  usage(): StoreUsage {
    // Tools that read beside the broker and were killed would keep freed pages from being used again for ever.
    this.#environment.readerCheck();
    const { pageBytes, freePages } = pagesOfEnvironment(this.#environment);
    const reusableBytes = pageBytes * freePages;
    return {
      fileBytes: statSync(this.#path).size,
      journalBytes: 0,
      freeBytes: this.#fileSystemFreeBytes() + reusableBytes,
      reusableBytes,
    };
  }

  /** For a commit, or for several. */
  hasRoom(load: Load): boolean {
    return hasRoom(load, this.room());
  }

  room(): Room {
    const inFile = (): RoomInFile => {
      const pages = pagesOfEnvironment(this.#environment);
      const usable = isReadFromBefore(this.#environment) ? 0 : this.#gaps.usable(pages);
      return { reusableBytes: pages.pageBytes * usable, treePages: pages.treePages };
    };
    return { freeBytes: this.#fileSystemFreeBytes(), inFile };
  }

  /**
   * Write a consistent copy of the present state to a file that does not exist yet, beside running commits, and flush
   * it. Holds one read view meanwhile: pages that are freed are not used again before it ends.
   */
  async copyTo(path: string): Promise<void> {
    assert(path !== this.#path, 'a copy goes to another file');
    await this.#environment.backup(path, true);
    syncPath(path);
    syncPath(dirname(path));
  }

  /** What was committed with `sync: os` is on the disk when it resolves. */
  async flush(): Promise<void> {
    if (this.#sync === 'os' && !this.#readOnly) await flushEnvironment(this.#environment);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#committing?.catch(() => undefined);
    await this.flush();
    await this.#environment.close();
  }

  /** All in one batch, hence in one transaction. Nothing in it can throw: a batch cut short would be committed. */
  async #write(encoded: readonly EncodedWrite[]): Promise<void> {
    const environment = this.#environment;
    const writes = inPieces(encoded, (key) => environment.doesExist(key));
    if (!this.hasRoom(loadOf(writes))) throw noRoom();
    const inOrder = inWriteOrder(writes);
    try {
      await environment.batch(() => {
        for (const { key, value } of inOrder) {
          if (value) void environment.put(key, value);
          else void environment.remove(key);
        }
      });
    } catch (error) {
      throw await explainFailure({ error, stillReads: stillReads(environment) });
    }
    // lmdb-js does so as well; that the commit is visible from here on is too dear to leave to it.
    environment.resetReadTxn();
    this.#gaps.seen(pagesOfEnvironment(environment), isReadFromBefore(environment));
  }

  #fileSystemFreeBytes(): number {
    const { bavail, bsize } = statfsSync(dirname(this.#path));
    return bavail * bsize;
  }
}
