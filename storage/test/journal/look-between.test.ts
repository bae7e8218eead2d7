// A look beside a broker that writes while the two files are read: what is not there yet is no damage.
import type * as fs from 'node:fs';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { StoreWrite } from '../../src/contract.ts';
import { BLOCK_BYTES } from '../../src/journal/frame.ts';
import { journalPaths } from '../../src/journal/journal.ts';
import { openStore } from '../../src/journal/open-store.ts';
import { openSnapshot } from '../../src/snapshot.ts';
import { scratchDirectory } from '../scratch-directory.ts';

/** Called before each file that is read as a whole. */
let onRead: (path: string) => void = () => undefined;

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const readFileSync = (path: string): Buffer => {
    onRead(path);
    return real.readFileSync(path);
  };
  return { ...real, readFileSync };
});

const group = (id: number): StoreWrite => ({ table: 'groups', key: [id], value: `g${id}` });

describe('a look at a journal whose first file takes a commit, and its second the next one, meanwhile', () => {
  it('sees both, and does not take the first for lost', async () => {
    const path = join(scratchDirectory(), 'shard-0.mdb');
    const copy = join(scratchDirectory(), 'shard-0.mdb');
    // Two commits in each file.
    const small = { journalBytesMin: 2 * BLOCK_BYTES, journalBytesMax: 3 * BLOCK_BYTES };
    const store = await openStore({ path, absorbAfterMs: 600_000, ...small });
    const [one, other] = journalPaths(path);
    const [copyOfOne, copyOfOther] = journalPaths(copy);
    copyFileSync(path, copy);
    copyFileSync(other, copyOfOther);
    await store.commit([group(1)]);
    copyFileSync(one, copyOfOne);
    await store.commit([group(2)]);
    await store.commit([group(3)]);
    onRead = (file) => {
      if (file !== copyOfOther) return;
      copyFileSync(one, copyOfOne);
      copyFileSync(other, copyOfOther);
    };
    const snapshot = await openSnapshot(copy);
    expect([...snapshot.range('groups', {})].map(([key]) => key[0])).toEqual([1, 2, 3]);
    await snapshot.close();
    await store.close();
  });
});
