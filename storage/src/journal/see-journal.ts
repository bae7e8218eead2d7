// A view of a data file together with what its journal adds, for tools beside a running broker or after one that was
// killed. The broker goes on meanwhile: a look that it overtook is taken anew.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from 'lmdb';
import { StorageFormatError } from '../errors.ts';
import { type Environment, readValue } from '../lmdb-reading.ts';
import { type JournalRow, readJournalRow } from './journal-row.ts';
import { PendingCommits } from './pending-commits.ts';
import { commitsBehind, type JournaledCommit, readJournalFiles } from './read-journal.ts';

/** Commits that a view of the data file lacks. */
export interface JournalTail {
  readonly id: Buffer;
  /** Without a gap, in order. */
  readonly commits: readonly JournaledCommit[];
}

export interface Seen {
  readonly view: Transaction;
  readonly journaled: JournalTail | undefined;
  readonly pending: PendingCommits;
}

const LOOKS_MAX = 100;
const LOOK_AGAIN_MS = 20;

/**
 * The files are read first, and the view is taken afterwards. What the view lacks was not absorbed while they were read,
 * so nothing of it was overwritten: it is in them as far as it was acknowledged before the look.
 *
 * Two files are not read at one moment: the first may be read just before a commit goes there, and the second after the
 * next one. Then one seems to be missing, and is there at the next look: only what lacks the same twice is damaged.
 * @throws StorageFormatError when the journal lacks something.
 */
export async function seeWithJournal(path: string, environment: Environment): Promise<Seen> {
  let seemed: string | undefined;
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    try {
      const seen = seeOnce(path, environment);
      if (seen !== undefined) return seen;
    } catch (error) {
      const { message } = error as Error;
      if (!(error instanceof StorageFormatError) || message === seemed) throw error;
      seemed = message;
    }
    await sleep(LOOK_AGAIN_MS);
  }
  const text = `${path} changed each time that its journal was read`;
  throw new StorageFormatError('JOURNAL_DAMAGED', text);
}

/** Undefined: a broker started meanwhile. */
function seeOnce(path: string, environment: Environment): Seen | undefined {
  const before = rowNow(environment);
  const files = before && readJournalFiles(path);
  // Otherwise it would be the view of the look before.
  environment.resetReadTxn();
  const view = environment.useReadTransaction();
  try {
    const row = rowIn(environment, view);
    const pending = new PendingCommits();
    if (row === undefined) return { view, journaled: undefined, pending };
    if (files !== undefined && before?.id.equals(row.id) === true) {
      const commits = commitsBehind(row, files);
      for (const commit of commits) pending.add(commit);
      return { view, journaled: { id: row.id, commits }, pending };
    }
  } catch (error) {
    view.done();
    throw error;
  }
  view.done();
  return undefined;
}

function rowIn(environment: Environment, view?: Transaction): JournalRow | undefined {
  return readJournalRow({ get: (table, key) => readValue(environment, table, key, view) });
}

function rowNow(environment: Environment): JournalRow | undefined {
  environment.resetReadTxn();
  return rowIn(environment);
}
