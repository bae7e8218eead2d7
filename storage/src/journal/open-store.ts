// Opens the store of a broker: the data file, made complete from the journal that a crash left, and a new journal. It
// lets nobody read before everything acknowledged is in the data file.

import { randomBytes } from 'node:crypto';
import type { Store } from '../contract.ts';
import type { DataDirectory } from '../data-directory.ts';
import { CommitAbortedError } from '../errors.ts';
import type { SyncMode } from '../lmdb-environment.ts';
import { type LmdbStore, openDataFile } from '../lmdb-store.ts';
import { Absorber } from './absorb.ts';
import { JOURNAL_ID_BYTES } from './frame.ts';
import { createJournal, type Journal, journalPaths } from './journal.ts';
import { type JournalDisk, SYSTEM_DISK } from './journal-disk.ts';
import { journalRowWrite, readJournalRow } from './journal-row.ts';
import { JournaledStore, type JournaledStoreOptions } from './journaled-store.ts';
import { PendingCommits } from './pending-commits.ts';
import { type JournaledCommit, readJournal } from './read-journal.ts';

export interface StoreOptions
  extends Pick<
    JournaledStoreOptions,
    'absorbBytes' | 'absorbAfterMs' | 'absorbAgainMs' | 'journaledBytesMax'
  > {
  /** The data file, for instance `DIR/shard-0.mdb`. Its journal and LMDB's lock lie beside it. */
  readonly path: string;
  /** Default `always`. With `os` there is no journal: see `LmdbStoreOptions`. */
  readonly sync?: SyncMode | undefined;
  readonly mapBytes?: number | undefined;
  readonly journalBytesMin?: number | undefined;
  readonly journalBytesMax?: number | undefined;
  /** Of the file: who looks beside us is let in between commits. */
  readonly directory?: Pick<DataDirectory, 'letLook'> | undefined;
  /** For tests. */
  readonly disk?: JournalDisk | undefined;
}

/**
 * @throws StorageFormatError when the data file is of a newer version or not ours, or its journal lacks something;
 * CommitAbortedError when there is no room; otherwise what the system says.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { path, sync = 'always', disk = SYSTEM_DISK } = options;
  const data = await openDataFile(options, (store) => recover(store, path, disk));
  options.directory?.letLook(() => data.look());
  if (sync === 'os') return data;
  try {
    return await withJournal(data, options, disk);
  } catch (error) {
    // A full disk does not keep a broker from starting: what deletes goes through the data file, at two flushes a commit.
    if (error instanceof CommitAbortedError && error.reason === 'full') return data;
    await data.close();
    throw error;
  }
}

async function withJournal(
  data: LmdbStore,
  options: StoreOptions,
  disk: JournalDisk,
): Promise<Store> {
  const { path, journalBytesMin: bytesMin, journalBytesMax: bytesMax } = options;
  const id = randomBytes(JOURNAL_ID_BYTES);
  let journal: Journal | undefined;
  try {
    journal = await createJournal({ dataPath: path, id, disk, bytesMin, bytesMax });
    // Only now does anything in the files count.
    await data.commit([journalRowWrite({ id, absorbed: 0 })]);
    return new JournaledStore({ ...options, data, journal, id });
  } catch (error) {
    journal?.close();
    if (error instanceof CommitAbortedError) removeJournal(path, disk);
    throw error;
  }
}

/** Absorbs what a journal still holds; afterwards there is none. Cut short, it is done anew. */
async function recover(data: LmdbStore, path: string, disk: JournalDisk): Promise<void> {
  const row = readJournalRow(data);
  if (row !== undefined) {
    await applyCommits(data, row.id, readJournal(path, row));
    await data.flush();
    await data.commit([journalRowWrite(undefined)]);
    await data.flush();
  }
  removeJournal(path, disk);
}

/** No row names it any more, or none did yet. */
function removeJournal(path: string, disk: JournalDisk): void {
  for (const file of journalPaths(path)) disk.remove(file);
}

/** All of them, each after the ones before. @throws CommitAbortedError when there is no room. */
export async function applyCommits(
  data: LmdbStore,
  id: Buffer,
  commits: readonly JournaledCommit[],
): Promise<void> {
  const pending = new PendingCommits();
  for (const commit of commits) pending.add(commit);
  let refused = new Error('the data file took nothing');
  const onStuck = (error: Error | undefined): void => {
    refused = error ?? refused;
  };
  const absorber = new Absorber({ data, id, onStuck });
  absorber.giveUp();
  if (!(await absorber.absorb(pending))) throw refused;
}
