// Makes a copy of a data file complete: with the commits that the journal held when the copy was begun, and without a
// journal of its own.

import { openDataFile } from '../lmdb-store.ts';
import { journalRowWrite, readJournalRow } from './journal-row.ts';
import { applyCommits } from './open-store.ts';
import type { JournalTail } from './see-journal.ts';

/**
 * `journaled`: of a view that was taken before the copy. The copy may be newer: what it has already is left out. Where it
 * names another journal or none, its broker was started anew in between and had absorbed everything.
 * @throws CommitAbortedError when there is no room; StorageFormatError when the file is not ours.
 */
export async function foldJournal(path: string, journaled: JournalTail | undefined): Promise<void> {
  const store = await openDataFile({ path }, async (copy) => {
    const row = readJournalRow(copy);
    if (row === undefined) return;
    if (journaled?.id.equals(row.id) === true) {
      const missing = journaled.commits.filter(({ sequence }) => sequence > row.absorbed);
      await applyCommits(copy, row.id, missing);
    }
    await copy.commit([journalRowWrite(undefined)]);
  });
  await store.close();
}
