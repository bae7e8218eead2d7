// What happens while the data file absorbs: what it refuses stays in the journal, and readers see one state throughout.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { Committer } from '../../src/committer.ts';
import type { StoreWrite } from '../../src/contract.ts';
import { FlushUnknownError } from '../../src/errors.ts';
import { foldJournal } from '../../src/journal/fold-journal.ts';
import { openStore } from '../../src/journal/open-store.ts';
import { PendingCommits } from '../../src/journal/pending-commits.ts';
import { openLmdbStore } from '../../src/lmdb-store.ts';
import { openSnapshot } from '../../src/snapshot.ts';
import { batch, FULL, faulty, offsetsOf, range, scratchFile } from './faulty-data.ts';
import { PowerDisk } from './power-disk.ts';

describe('a data file that has no room', () => {
  it('lets commits go on until the journal is full, refuses the next ones, and recovers [D-13]', async () => {
    const { store, refuse, absorbed } = await faulty(scratchFile());
    refuse(FULL);
    const taken: number[] = [];
    let error: unknown;
    for (const offset of range(50)) {
      try {
        await store.commit([batch(offset)]);
      } catch (refused) {
        error = refused;
        break;
      }
      taken.push(offset);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(error).toMatchObject({ code: 'COMMIT_ABORTED', reason: 'full' });
    expect(taken.length).toBeGreaterThan(4);
    expect(offsetsOf(store)).toEqual(taken);
    expect(absorbed()).toBe(0);
    refuse(undefined);
    await vi.waitFor(async () => store.commit([batch(99)]), { timeout: 20_000, interval: 10 });
    expect(offsetsOf(store)).toEqual([...taken, 99]);
    await vi.waitFor(() => expect(absorbed()).toBeGreaterThan(1), { timeout: 20_000 });
    await store.close();
  });

  it('is given no commit to take later: the journal does not grow into the room that was made for it [D-13]', async () => {
    const { store, setRoom, journalBytes } = await faulty(scratchFile());
    await store.commit([batch(0)]);
    setRoom(false);
    const before = journalBytes();
    await expect(store.commit([batch(1)])).rejects.toMatchObject({ reason: 'full' });
    await expect(store.commit([batch(2)])).rejects.toMatchObject({ reason: 'full' });
    expect(journalBytes()).toBe(before);
    setRoom(true);
    await store.commit([batch(3)]);
    expect(offsetsOf(store)).toEqual([0, 3]);
    await store.close();
  });

  it('takes commit by commit what it has no room for at once', async () => {
    const path = scratchFile();
    const { store, refuseMoreThan, absorbed } = await faulty(path, { absorbAfterMs: 600_000 });
    for (const offset of range(4)) await store.commit([batch(offset)]);
    // One row, and the row that says how far it has come.
    refuseMoreThan(2);
    await store.close();
    expect(absorbed()).toBe(4);
    const next = await openLmdbStore({ path });
    expect(offsetsOf(next)).toEqual(range(4));
    await next.close();
  });

  it('bounds what lies in memory also where that is more than what lies in the file', async () => {
    const { store, refuse } = await faulty(scratchFile(), { pendingBytesMax: 20_000 });
    refuse(FULL);
    // Each takes one block of a file that has room for four, and more than half of the memory.
    const writesOf = (commit: number): StoreWrite[] =>
      range(50).map((i) => ({ table: 'groups', key: [50 * commit + i], value: 0 }));
    let taken = 0;
    const commit = async (): Promise<void> => {
      await store.commit(writesOf(taken));
      taken += 1;
      await new Promise((resolve) => setTimeout(resolve, 2));
    };
    while ((await commit().catch(({ reason }) => reason)) !== 'full');
    expect(taken).toBeLessThanOrEqual(4);
    refuse(undefined);
    await vi.waitFor(commit, { timeout: 20_000, interval: 10 });
    expect([...store.range('groups', { keysOnly: true })]).toHaveLength(50 * taken);
    await store.close();
  });

  it('leaves commits to the next start when it is closed', async () => {
    const path = scratchFile();
    const { store, refuse } = await faulty(path);
    refuse(FULL);
    for (const offset of range(6)) await store.commit([batch(offset)]);
    await store.close();
    const next = await openStore({ path });
    expect(offsetsOf(next)).toEqual(range(6));
    await next.close();
    expect(readdirSync(join(path, '..')).toSorted()).toEqual(['shard-0.mdb', 'shard-0.mdb-lock']);
  });

  it('ends the next commit as unknown when a flush of it is, and loses nothing', async () => {
    const path = scratchFile();
    const { store, refuse } = await faulty(path);
    refuse(new FlushUnknownError('by the script'));
    await store.commit([batch(0)]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(store.commit([batch(1)])).rejects.toMatchObject({ code: 'FLUSH_UNKNOWN' });
    expect(offsetsOf(store)).toEqual([0]);
    await store.close();
    const next = await openStore({ path });
    expect(offsetsOf(next)).toEqual([0]);
    await next.close();
  });
});

describe('absorbing', () => {
  it('shows the same throughout, under a committer too', async () => {
    const store = await openStore({ path: scratchFile(), absorbBytes: 1, absorbAfterMs: 1 });
    const committer = new Committer({ store });
    for (const offset of range(60)) {
      const seq = committer.stage([
        batch(offset),
        { table: 'meta', key: ['newest'], value: offset },
        ...(offset >= 10 ? [{ ...batch(offset - 10), value: undefined }] : []),
      ]);
      if (offset % 3 === 0) await committer.durable(seq);
      const from = Math.max(0, offset - 9);
      const wanted = range(offset + 1).slice(from);
      expect([...committer.view.range('batches', {})].map(([key]) => key[2])).toEqual(wanted);
      const newest = [...committer.view.range('batches', { reverse: true, limit: 1 })][0];
      expect(newest?.[0][2]).toBe(offset);
      expect(committer.view.get('meta', ['newest'])).toBe(offset);
    }
    await committer.drain();
    await store.close();
  });

  it('reads as many rows as it is asked for past those that are deleted', async () => {
    const path = scratchFile();
    const stored = await openStore({ path });
    await stored.commit(range(10).map((offset) => batch(offset)));
    await stored.close();
    const store = await openStore({ path, absorbAfterMs: 600_000 });
    await store.commit(range(6).map((offset) => ({ ...batch(offset), value: undefined })));
    const some = [...store.range('batches', { limit: 3 })].map(([key]) => key[2]);
    expect(some).toEqual([6, 7, 8]);
    await store.close();
  });

  it('writes a row once that many commits write, and has each state that it says it has', () => {
    const pending = new PendingCommits();
    const write = (key: string, text: string) => ({ key, value: Buffer.from(text) });
    for (const sequence of [1, 2, 3, 4, 5]) {
      pending.add({
        sequence,
        writes: [write('\u0005same', `${sequence}`), write('\u0005own', '')],
      });
    }
    const slices = [...pending.slices(10_000, 4)].map(({ sequence, writes }) => {
      return [sequence, writes.map(({ key, value }) => `${key.slice(1)} ${String(value)}`)];
    });
    expect(slices).toEqual([
      [2, ['same 2', 'own ']],
      [4, ['same 4', 'own ']],
      [5, ['same 5', 'own ']],
    ]);
    const large = [...pending.slices(1, 100)].map(({ sequence }) => sequence);
    expect(large).toEqual([1, 2, 3, 4, 5]);
  });

  it('keeps nothing open beside a data file that is closed', async () => {
    const path = scratchFile();
    const store = await openStore({ path });
    await store.commit([batch(1)]);
    await store.close();
    const data = await openLmdbStore({ path });
    expect(data.get('batches', [1, 0, 1])).toHaveLength(1_000);
    expect(data.get('meta', ['journal'])).toBeUndefined();
    await data.close();
  });

  it('goes without a journal where there is no room for one', async () => {
    const path = scratchFile();
    const disk = new PowerDisk();
    disk.script({ kind: 'fails', code: 'ENOSPC', errno: -28 });
    const store = await openStore({ path, disk });
    await store.commit([batch(1)]);
    const data = await openLmdbStore({ path, readOnly: true });
    expect(data.get('batches', [1, 0, 1])).toHaveLength(1_000);
    await data.close();
    await store.close();
  });

  it.each([
    ['fails', [{ kind: 'fails', code: 'EIO', errno: -5 }]],
    [
      'finds no room and cannot be taken back',
      [
        { kind: 'fails', code: 'ENOSPC', errno: -28 },
        { kind: 'isShort', bytes: 10 },
      ],
    ],
  ] as const)('ends a commit whose write %s as unknown, and all after it', async (_, faults) => {
    const disk = new PowerDisk();
    const store = await openStore({ path: scratchFile(), disk });
    disk.script(...faults);
    await expect(store.commit([batch(1)])).rejects.toMatchObject({ code: 'FLUSH_UNKNOWN' });
    await expect(store.commit([batch(2)])).rejects.toMatchObject({ code: 'FLUSH_UNKNOWN' });
    await store.close();
    // The files are left to the next start.
    expect(disk.files.size).toBe(2);
  });

  it('opens a directory of the format before there was a journal', async () => {
    const path = scratchFile();
    const data = await openLmdbStore({ path });
    await data.commit([batch(1), { table: 'meta', key: ['formatVersion'], value: 3 }]);
    await data.close();
    const store = await openStore({ path });
    expect(offsetsOf(store)).toEqual([1]);
    await store.close();
  });
});

describe('a look beside a running broker', () => {
  it('sees every commit that was made before it, and stands still', async () => {
    const path = scratchFile();
    const small = { journalBytesMin: 8_192, journalBytesMax: 40_000 };
    const store = await openStore({ path, absorbBytes: 9_000, absorbAfterMs: 2, ...small });
    let done = -1;
    const over = new AbortController();
    const writing = (async () => {
      for (let offset = 0; !over.signal.aborted; offset += 1) {
        await store.commit([batch(offset, 1_500), { table: 'meta', key: ['n'], value: offset }]);
        done = offset;
      }
    })();
    for (const look of range(15)) {
      await vi.waitFor(() => expect(done).toBeGreaterThan(look * 5), { timeout: 20_000 });
      const before = done;
      const snapshot = await openSnapshot(path);
      const newest = snapshot.get('meta', ['n']) as number;
      expect(newest).toBeGreaterThanOrEqual(before);
      const offsets = [...snapshot.range('batches', {})].map(([key]) => key[2]);
      expect(offsets).toEqual(range(newest + 1));
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect([...snapshot.scan('batches')].map(({ key }) => key?.[2])).toEqual(offsets);
      await snapshot.close();
    }
    over.abort();
    await writing;
    await store.close();
  }, 60_000);

  it('and a copy made after it are folded into one file', async () => {
    const path = scratchFile();
    const copy = scratchFile();
    const store = await openStore({ path, absorbAfterMs: 600_000 });
    await store.commit([batch(0), batch(1)]);
    await store.commit([{ ...batch(0), value: undefined }, batch(2)]);
    const snapshot = await openSnapshot(path);
    await snapshot.close();
    const data = await openLmdbStore({ path, readOnly: true });
    await data.copyTo(copy);
    await data.close();
    await store.commit([batch(3)]);
    await foldJournal(copy, snapshot.journaled);
    await store.close();
    const copied = await openLmdbStore({ path: copy });
    expect([...copied.range('batches', {})].map(([key]) => key[2])).toEqual([1, 2]);
    await copied.close();
  });
});
