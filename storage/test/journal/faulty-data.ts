// A data file behind a journal that refuses what the test says, and the rows that tests of it write.
import { join } from 'node:path';
import type { StoreWrite } from '../../src/contract.ts';
import { CommitAbortedError } from '../../src/errors.ts';
import { BLOCK_BYTES } from '../../src/journal/frame.ts';
import { createJournal } from '../../src/journal/journal.ts';
import { SYSTEM_DISK } from '../../src/journal/journal-disk.ts';
import { journalRowWrite } from '../../src/journal/journal-row.ts';
import {
  type DataFile,
  JournaledStore,
  type JournaledStoreOptions,
} from '../../src/journal/journaled-store.ts';
import { type LmdbStore, openLmdbStore } from '../../src/lmdb-store.ts';
import { scratchDirectory } from '../scratch-directory.ts';

export const scratchFile = (): string => join(scratchDirectory(), 'shard-0.mdb');
export const batch = (offset: number, bytes = 1_000): StoreWrite => ({
  table: 'batches',
  key: [1, 0, offset],
  value: new Uint8Array(bytes).fill(offset),
});
export const offsetsOf = (store: Pick<JournaledStore, 'range'>): unknown[] =>
  [...store.range('batches', {})].map(([key]) => key[2]);
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** A store whose data file refuses what the test says. */
export async function faulty(path: string, options: Partial<JournaledStoreOptions> = {}) {
  let refusal: Error | undefined;
  let writesMax = Number.POSITIVE_INFINITY;
  let hasRoom = true;
  let absorbed = 0;
  const lmdb = await openLmdbStore({ path });
  const id = Buffer.alloc(16, 7);
  const bytes = { bytesMin: 2 * BLOCK_BYTES, bytesMax: 5 * BLOCK_BYTES };
  const journal = await createJournal({ dataPath: path, id, disk: SYSTEM_DISK, ...bytes });
  await lmdb.commit([journalRowWrite({ id, absorbed: 0 })]);
  const data: DataFile = {
    get: (table, key) => lmdb.get(table, key),
    range: (table, query) => lmdb.range(table, query),
    usage: () => lmdb.usage(),
    hasRoom: (load) => hasRoom && lmdb.hasRoom(load),
    commit: (writes) => (refusal ? Promise.reject(refusal) : lmdb.commit(writes)),
    commitEncoded: async (writes: Parameters<LmdbStore['commitEncoded']>[0]) => {
      if (refusal) throw refusal;
      if (writes.length > writesMax) throw FULL;
      await lmdb.commitEncoded(writes);
      absorbed += 1;
    },
    close: () => lmdb.close(),
  };
  const times = { absorbAfterMs: 1, absorbAgainMs: 5, ...options };
  const store = new JournaledStore({ data, journal, id, ...times });
  return {
    store,
    refuse: (error: Error | undefined) => {
      refusal = error;
    },
    refuseMoreThan: (writes: number) => {
      writesMax = writes;
    },
    setRoom: (has: boolean) => {
      hasRoom = has;
    },
    journalBytes: () => journal.fileBytes,
    absorbed: () => absorbed,
  };
}

export const FULL = new CommitAbortedError('full', 'by the script');
