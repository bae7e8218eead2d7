// Journals that lack something: a start and the tools refuse them, and never go on without a commit that was acknowledged.
import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { StoreWrite } from '../../src/contract.ts';
import { BLOCK_BYTES, encodeFileHead, JOURNAL_VERSION } from '../../src/journal/frame.ts';
import { journalPaths } from '../../src/journal/journal.ts';
import { openStore } from '../../src/journal/open-store.ts';
import { openLmdbStore } from '../../src/lmdb-store.ts';
import { openSnapshot } from '../../src/snapshot.ts';
import { scratchDirectory } from '../scratch-directory.ts';

const group = (id: number): StoreWrite => ({ table: 'groups', key: [id], value: `g${id}` });

/**
 * A copy of the files of a running broker whose commits are in the journal still, one block each. `unabsorbed`: with the
 * data file as it was before all of them.
 */
async function killed(commits: number, options = {}, when = ''): Promise<string> {
  const path = join(scratchDirectory(), 'shard-0.mdb');
  const copy = join(scratchDirectory(), 'shard-0.mdb');
  const store = await openStore({ path, absorbAfterMs: 600_000, ...options });
  if (when === 'unabsorbed') copyFileSync(path, copy);
  for (let id = 1; id <= commits; id += 1) await store.commit([group(id)]);
  if (when !== 'unabsorbed') copyFileSync(path, copy);
  for (const [i, file] of journalPaths(path).entries()) {
    copyFileSync(file, journalPaths(copy)[i] as string);
  }
  await store.close();
  return copy;
}

async function groupsOf(path: string): Promise<number[]> {
  const snapshot = await openSnapshot(path);
  const seen = [...snapshot.range('groups', {})].map(([key]) => Number(key[0]));
  const scanned = [...snapshot.scan('groups')].map(({ key }) => Number(key?.[0]));
  expect(scanned).toEqual(seen);
  await snapshot.close();
  const store = await openStore({ path });
  const kept = [...store.range('groups', {})].map(([key]) => Number(key[0]));
  await store.close();
  expect(kept).toEqual(seen);
  return kept;
}

/** What the tools and a start say, one below the other. */
async function refusalsOf(path: string): Promise<string> {
  const refusals: string[] = [];
  for (const opening of [() => openSnapshot(path), () => openStore({ path })]) {
    try {
      await (await opening()).close();
      refusals.push('opened');
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      refusals.push(`${code} ${message}`);
    }
  }
  return refusals.join('\n');
}

const refused = (message: string): RegExp =>
  new RegExp(`^JOURNAL_DAMAGED .*${message}.*\nJOURNAL_DAMAGED .*${message}.*$`);

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0x40, at);
  writeFileSync(path, bytes);
}

describe('a journal that was left behind', () => {
  it('is seen by the tools, absorbed by the next start, and gone after its end', async () => {
    const path = await killed(5);
    const data = await openLmdbStore({ path, readOnly: true });
    expect([...data.range('groups', {})]).toEqual([]);
    await data.close();
    expect(await groupsOf(path)).toEqual([1, 2, 3, 4, 5]);
    for (const file of journalPaths(path)) expect(() => statSync(file)).toThrow('ENOENT');
    expect(await groupsOf(path)).toEqual([1, 2, 3, 4, 5]);
  });

  it('is absorbed also where there shall be none from then on', async () => {
    const path = await killed(3);
    const store = await openStore({ path, sync: 'os' });
    expect([...store.range('groups', {})]).toHaveLength(3);
    for (const file of journalPaths(path)) expect(() => statSync(file)).toThrow('ENOENT');
    await store.close();
    expect(await groupsOf(path)).toEqual([1, 2, 3]);
  });

  it('keeps others from writing to the data file without it', async () => {
    const path = await killed(1);
    await expect(openLmdbStore({ path })).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' });
    expect(await groupsOf(path)).toEqual([1]);
  });

  it('counts for nothing beside a data file that names none', async () => {
    const path = await killed(3);
    const old = await killed(5);
    await (await openStore({ path })).close();
    for (const [i, file] of journalPaths(old).entries()) {
      copyFileSync(file, journalPaths(path)[i] as string);
    }
    expect(await groupsOf(path)).toEqual([1, 2, 3]);
  });

  it('leaves out a commit that lacks a byte where nothing follows it', async () => {
    const path = await killed(3);
    flip(journalPaths(path)[0], 3 * BLOCK_BYTES + 70);
    expect(await groupsOf(path)).toEqual([1, 2]);
  });

  it.each([
    ['head', 0],
    ['number', 24],
    ['writes', 66],
  ])('is refused where the %s of a commit before another one is damaged', async (_, at) => {
    for (const block of [1, 2]) {
      const path = await killed(3);
      flip(journalPaths(path)[0], block * BLOCK_BYTES + at);
      expect(await refusalsOf(path)).toMatch(
        refused(`lacks commit ${block}.*commit ${block + 1} .*-a at`),
      );
    }
  });

  it('is refused where a commit is damaged in one file and the other goes on [D-12]', async () => {
    const small = { journalBytesMin: 2 * BLOCK_BYTES, journalBytesMax: 3 * BLOCK_BYTES };
    const whole = await killed(4, small, 'unabsorbed');
    const [one, other] = journalPaths(whole).map((file) => readFileSync(file));
    // Two commits in each file.
    expect([one?.length, other?.length]).toEqual([3 * BLOCK_BYTES, 3 * BLOCK_BYTES]);
    expect(await groupsOf(whole)).toEqual([1, 2, 3, 4]);
    const path = await killed(4, small, 'unabsorbed');
    flip(journalPaths(path)[0], 2 * BLOCK_BYTES + 70);
    expect(await refusalsOf(path)).toMatch(refused('lacks commit 2.*commit 3 .*-b at byte 4096'));
  });

  it('is refused where a file is missing, or is of another journal', async () => {
    for (const which of [0, 1]) {
      const path = await killed(2);
      rmSync(journalPaths(path)[which] as string);
      expect(await refusalsOf(path)).toMatch(refused('is missing'));
      copyFileSync(
        journalPaths(await killed(2))[which] as string,
        journalPaths(path)[which] as string,
      );
      expect(await refusalsOf(path)).toMatch(refused('not the journal of this data file'));
    }
  });

  it('is refused where a newer broker wrote it', async () => {
    const path = await killed(1);
    const [file] = journalPaths(path);
    const head = encodeFileHead(readFileSync(file).subarray(8, 24));
    head.writeUInt32LE(JOURNAL_VERSION + 1, 4);
    head.writeUInt32LE(crc32(head.subarray(0, 48)), 48);
    const bytes = readFileSync(file);
    head.copy(bytes);
    writeFileSync(file, bytes);
    await expect(openStore({ path })).rejects.toMatchObject({ code: 'FORMAT_TOO_NEW' });
  });
});
