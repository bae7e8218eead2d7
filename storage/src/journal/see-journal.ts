// A view of a data file together with what its journal adds, for tools beside a running broker or after one that was
// killed. The broker goes on meanwhile: a look that it overtook is taken anew.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from 'lmdb';
import { StorageFormatError } from '../errors.ts';
import { type Environment, readValue } from '../lmdb-reading.ts';
import { isSameRow, type JournalRow, readJournalRow } from './journal-row.ts';
import { PendingCommits } from './pending-commits.ts';
import { type JournaledCommit, readJournal } from './read-journal.ts';

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
 * A frame is overwritten only after the data file has its commit, and says so. So what was read from the journal is whole
 * if the data file says the same after it as in the view before, or if it reaches as far as the data file does now.
 * Two files are not read at one moment: the first may be read just before a commit goes there, and the second after the
 * next one. Then one seems to be missing, and is there at the next look: only what lacks the same twice is damaged.
 * @throws StorageFormatError when the journal lacks something.
 */
export async function seeWithJournal(path: string, environment: Environment): Promise<Seen> {
  let seemed: string | undefined;
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    // Otherwise it would be the view of the look before.
    environment.resetReadTxn();
    const view = environment.useReadTransaction();
    try {
      const seen = seeOnce(path, environment, view);
      if (seen !== undefined) return seen;
    } catch (error) {
      const { message } = error as Error;
      if (!(error instanceof StorageFormatError) || message === seemed) {
        view.done();
        throw error;
      }
      seemed = message;
    }
    view.done();
    await sleep(LOOK_AGAIN_MS);
  }
  const text = `${path} changed each time that its journal was read`;
  throw new StorageFormatError('JOURNAL_DAMAGED', text);
}

/** Undefined: the broker went on meanwhile. */
function seeOnce(path: string, environment: Environment, view: Transaction): Seen | undefined {
  const row = rowIn(environment, view);
  const pending = new PendingCommits();
  if (row === undefined) return { view, journaled: undefined, pending };
  let commits: readonly JournaledCommit[];
  try {
    commits = readJournal(path, row);
  } catch (error) {
    if (isSameRow(row, rowNow(environment))) throw error;
    return undefined;
  }
  const now = rowNow(environment);
  const reached = row.absorbed + commits.length;
  if (!isSameRow(row, now) && !(now?.id.equals(row.id) && now.absorbed <= reached)) {
    return undefined;
  }
  for (const commit of commits) pending.add(commit);
  return { view, journaled: { id: row.id, commits }, pending };
}

function rowIn(environment: Environment, view?: Transaction): JournalRow | undefined {
  return readJournalRow({ get: (table, key) => readValue(environment, table, key, view) });
}

function rowNow(environment: Environment): JournalRow | undefined {
  environment.resetReadTxn();
  return rowIn(environment);
}
