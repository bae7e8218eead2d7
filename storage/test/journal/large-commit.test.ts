// Commits that go past the journal because they are large.
import { describe, expect, it } from 'vitest';
import { FlushUnknownError } from '../../src/errors.ts';
import { type JournalRow, readJournalRow } from '../../src/journal/journal-row.ts';
import { openStore } from '../../src/journal/open-store.ts';
import { readJournal } from '../../src/journal/read-journal.ts';
import { openLmdbStore } from '../../src/lmdb-store.ts';
import { openSnapshot } from '../../src/snapshot.ts';
import { batch, FULL, faulty, offsetsOf, scratchFile } from './faulty-data.ts';

describe('a large commit', () => {
  const LARGE = 20_000;
  const options = { absorbAfterMs: 600_000, journaledBytesMax: LARGE - 1 };

  it('goes to the data file with all that is pending, and leaves no frame [D-14]', async () => {
    const path = scratchFile();
    const store = await openStore({ path, ...options });
    const row = (): JournalRow => {
      const found = readJournalRow(data);
      if (found === undefined) throw new Error('a store in use names its journal');
      return found;
    };
    const data = await openLmdbStore({ path, readOnly: true });
    await store.commit([batch(0), batch(1)]);
    await store.commit([{ ...batch(0), value: undefined }]);
    expect(readJournal(path, row()).map(({ sequence }) => sequence)).toEqual([1, 2]);
    await store.commit([batch(2, LARGE), batch(1, 10)]);
    expect(offsetsOf(store)).toEqual([1, 2]);
    expect(store.get('batches', [1, 0, 1])).toHaveLength(10);
    expect(row().absorbed).toBe(3);
    expect(readJournal(path, row())).toEqual([]);
    expect([...data.range('batches', {})].map(([key]) => key[2])).toEqual([1, 2]);
    await store.commit([batch(3)]);
    expect(readJournal(path, row()).map(({ sequence }) => sequence)).toEqual([4]);
    const snapshot = await openSnapshot(path);
    expect([...snapshot.range('batches', {})].map(([key]) => key[2])).toEqual([1, 2, 3]);
    await snapshot.close();
    await data.close();
    await store.close();
  });

  it('that finds no room leaves what is pending in the journal, and the journal open', async () => {
    const { store, refuse, absorbed } = await faulty(scratchFile(), options);
    await store.commit([batch(0)]);
    refuse(FULL);
    await expect(store.commit([batch(1, LARGE)])).rejects.toMatchObject({ reason: 'full' });
    await store.commit([batch(2)]);
    expect(offsetsOf(store)).toEqual([0, 2]);
    expect(absorbed()).toBe(0);
    refuse(undefined);
    await store.commit([batch(3, LARGE)]);
    expect(absorbed()).toBe(1);
    expect(offsetsOf(store)).toEqual([0, 2, 3]);
    await store.close();
  });

  it('whose flush is unknown ends all after it', async () => {
    const path = scratchFile();
    const { store, refuse } = await faulty(path, options);
    await store.commit([batch(0)]);
    refuse(new FlushUnknownError('by the script'));
    await expect(store.commit([batch(1, LARGE)])).rejects.toMatchObject({ code: 'FLUSH_UNKNOWN' });
    refuse(undefined);
    await expect(store.commit([batch(2)])).rejects.toMatchObject({ code: 'FLUSH_UNKNOWN' });
    await store.close();
    const next = await openStore({ path });
    expect(offsetsOf(next)).toEqual([0]);
    await next.close();
  });
});
