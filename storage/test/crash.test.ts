import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataDirectory } from '../src/data-directory.ts';
import { openStore } from '../src/journal/open-store.ts';
import { openSnapshot } from '../src/snapshot.ts';
import { compileStorage, startChild } from './child.ts';
import { scratchDirectory } from './scratch-directory.ts';

const STORAGE = compileStorage('crash');

describe('a process killed while it commits', () => {
  it('leaves every acknowledged row, no half of a stage, and no gap', async () => {
    const directory = scratchDirectory();
    const acknowledged: number[] = [];
    let first = 0;
    for (let round = 0; round < 4; round += 1) {
      const child = startChild('commit-until-killed', [STORAGE, directory, String(first)]);
      await child.said(100 + round * 57);
      child.process.kill('SIGKILL');
      acknowledged.push(...(await child.ended()).map(Number));

      const path = join(directory, 'shard-0.mdb');
      const snapshot = await openSnapshot(path);
      const seen = [...snapshot.range('batches', { keysOnly: true })].map(([key]) => key);
      await snapshot.close();
      const held = await openDataDirectory(directory);
      const store = await openStore({ path });
      expect([...store.range('batches', { keysOnly: true })].map(([key]) => key)).toEqual(seen);
      const batches = [...store.range('batches', {})];
      const segments = [...store.range('segments', {})];
      const numbers = batches.map(([key]) => key[2] as number);
      // No gap: commit N+1 never stands without N.
      expect(numbers).toEqual(numbers.map((_, i) => i));
      expect(numbers).toEqual(expect.arrayContaining(acknowledged));
      expect(segments.map(([key]) => key[2])).toEqual(numbers);
      expect(store.get('meta', ['newest'])).toBe(numbers.at(-1));
      for (const [i, [, value]] of batches.entries()) {
        const bytes = value as Uint8Array;
        expect(segments[i]?.[1]).toEqual({ number: i, bytes: bytes.length });
        expect(bytes.every((byte) => byte === (i & 0xff))).toBe(true);
      }
      first = numbers.length;
      await store.close();
      await held.close();
    }
    expect(acknowledged.length).toBeGreaterThan(500);
    expect(readdirSync(directory).toSorted()).toEqual(['shard-0.mdb', 'shard-0.mdb-lock']);
  });
});

describe('a look beside a process that commits', () => {
  it('shows every commit that was acknowledged before, and no gap', async () => {
    const directory = scratchDirectory();
    const child = startChild('commit-until-killed', [STORAGE, directory, '0', 'small']);
    for (let look = 0; look < 60; look += 1) {
      await child.said(look * 20 + 1);
      const before = Math.max(...child.lines.map(Number));
      const snapshot = await openSnapshot(join(directory, 'shard-0.mdb'));
      const rows = [...snapshot.range('batches', { keysOnly: true })].map(([key]) => key[2]);
      expect(rows).toEqual(rows.map((_, i) => i));
      expect(rows.length).toBeGreaterThan(before);
      expect(snapshot.get('meta', ['newest'])).toBe(rows.length - 1);
      await snapshot.close();
    }
    child.process.kill('SIGKILL');
    await child.ended();
  }, 60_000);
});
