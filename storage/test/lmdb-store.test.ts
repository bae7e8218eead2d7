import { mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { describe, expect, it } from 'vitest';
import type { StoreWrite } from '../src/contract.ts';
import { FORMAT_VERSION } from '../src/format.ts';
import { type LmdbStore, type LmdbStoreOptions, openLmdbStore } from '../src/lmdb-store.ts';
import { openSnapshot } from '../src/snapshot.ts';
import { FaultyStore } from '../src/testing/faulty-store.ts';
import { describeStore } from './conformance.ts';
import { scratchDirectory } from './scratch-directory.ts';

const scratchFile = (): string => join(scratchDirectory(), 'shard-0.mdb');

async function openScratch(options: Partial<LmdbStoreOptions> = {}): Promise<LmdbStore> {
  return openLmdbStore({ path: scratchFile(), ...options });
}

describeStore('LMDB', () => openScratch());
describeStore('LMDB, sync os', () => openScratch({ sync: 'os' }));
describeStore('LMDB under the faulty store', async () => new FaultyStore(await openScratch()));

const batch = (offset: number, value: Uint8Array | undefined): StoreWrite => ({
  table: 'batches',
  key: [1, 0, offset],
  value,
});

describe('the LMDB store', () => {
  it.each(['always', 'os'] as const)('keeps its rows over a restart, sync %s', async (sync) => {
    const path = scratchFile();
    const store = await openLmdbStore({ path, sync });
    await store.commit([batch(1, new Uint8Array([1]))]);
    await store.close();
    const again = await openLmdbStore({ path, sync });
    expect(again.get('batches', [1, 0, 1])).toEqual(new Uint8Array([1]));
    expect(again.get('meta', ['formatVersion'])).toBe(FORMAT_VERSION);
    await again.close();
  });

  it('grows far beyond the map it started with', async () => {
    const store = await openScratch({ mapBytes: 256 * 1024 });
    const value = new Uint8Array(64 * 1024).fill(3);
    for (let commit = 0; commit < 40; commit += 1) {
      const offsets = Array.from({ length: 16 }, (_, i) => commit * 16 + i);
      await store.commit(offsets.map((offset) => batch(offset, value)));
      const before = store.get('batches', [1, 0, 0]) as Uint8Array;
      expect(Buffer.compare(before, value)).toBe(0);
    }
    expect([...store.range('batches', {})]).toHaveLength(640);
    expect(store.usage().fileBytes).toBeGreaterThan(640 * 64 * 1024);
    await store.close();
  });

  it('counts pages that deleted rows leave behind as free, and uses them again', async () => {
    const store = await openScratch();
    const value = new Uint8Array(64 * 1024).fill(3);
    const fill = (first: number) =>
      store.commit(Array.from({ length: 64 }, (_, i) => batch(first + i, value)));
    const clear = (first: number) =>
      store.commit(Array.from({ length: 64 }, (_, i) => batch(first + i, undefined)));
    await fill(0);
    expect(store.usage().reusableBytes).toBeLessThan(1_000_000);
    await clear(0);
    expect(store.usage().reusableBytes).toBeGreaterThan(4_000_000);
    for (let round = 1; round < 10; round += 1) {
      await fill(round * 64);
      await clear((round - 1) * 64);
    }
    // Three windows: what is live, what was just freed, what may not be used again yet.
    expect(store.usage().fileBytes).toBeLessThan(3.5 * 64 * value.length);
    await store.close();
  });

  it('leaves no read view behind a turn, not even for a range that nobody finished', async () => {
    const store = await openScratch();
    await store.commit(Array.from({ length: 20 }, (_, i) => batch(i, new Uint8Array(9))));
    const abandoned = store.range('batches', {})[Symbol.iterator]();
    abandoned.next();
    const rows = Array.from({ length: 16 }, (_, i) => batch(100 + i, new Uint8Array(64 * 1024)));
    const sizes: number[] = [];
    for (let round = 0; round < 30; round += 1) {
      await store.commit(rows);
      sizes.push(store.usage().fileBytes);
    }
    // A view of the past would pin all pages written since.
    expect(sizes.at(-1)).toBeLessThan(4 * 16 * 64 * 1024);
    expect([...store.range('batches', { limit: 1 })]).toHaveLength(1);
    await store.close();
  });

  it('copies a consistent snapshot while it is written to', async () => {
    const store = await openScratch();
    const path = scratchFile();
    await store.commit([batch(0, new Uint8Array(100_000)), batch(1, new Uint8Array(100_000))]);
    const copy = store.copyTo(path);
    await store.commit([batch(0, undefined), batch(1, undefined), batch(2, new Uint8Array(1))]);
    await copy;
    await store.close();
    const copied = await openLmdbStore({ path });
    const offsets = [...copied.range('batches', {})].map(([key]) => key[2]);
    expect([[0, 1], [2]]).toContainEqual(offsets);
    await copied.close();
    await expect(copied.copyTo(path)).rejects.toThrow('another file');
  });

  it('copies over no other file', async () => {
    const store = await openScratch();
    const path = scratchFile();
    await store.copyTo(path);
    await expect(store.copyTo(path)).rejects.toThrow('exists');
    await store.close();
  });

  it('reads a file without changing it', async () => {
    const path = scratchFile();
    const store = await openLmdbStore({ path });
    await store.commit([batch(0, new Uint8Array([5]))]);
    await store.close();
    const { mtimeMs, size } = statSync(path);
    const reader = await openLmdbStore({ path, readOnly: true });
    expect(reader.get('batches', [1, 0, 0])).toEqual(new Uint8Array([5]));
    expect(reader.usage().fileBytes).toBe(size);
    await expect(reader.commit([batch(1, new Uint8Array(1))])).rejects.toThrow('read only');
    await reader.close();
    expect(statSync(path).mtimeMs).toBe(mtimeMs);
  });
});

describe('a data file that is not ours', () => {
  it('is refused when a newer version wrote it', async () => {
    const path = scratchFile();
    const store = await openLmdbStore({ path });
    await store.commit([{ table: 'meta', key: ['formatVersion'], value: FORMAT_VERSION + 1 }]);
    await store.close();
    for (const readOnly of [false, true]) {
      await expect(openLmdbStore({ path, readOnly })).rejects.toMatchObject({
        code: 'FORMAT_TOO_NEW',
        message: expect.stringContaining('use a newer broker'),
      });
    }
  });

  it('is refused when it is no LMDB file', async () => {
    const path = scratchFile();
    writeFileSync(path, 'not a data file'.repeat(1_000));
    await expect(openLmdbStore({ path })).rejects.toMatchObject({ code: 'FORMAT_UNKNOWN' });
  });

  it('is refused when it is an LMDB file of somebody else', async () => {
    const path = scratchFile();
    const other = open({ path, noSubdir: true });
    await other.put('a', 1);
    await other.close();
    await expect(openLmdbStore({ path })).rejects.toMatchObject({ code: 'FORMAT_UNKNOWN' });
  });

  it('is refused when it was cut short, wherever', async () => {
    const path = scratchFile();
    const store = await openLmdbStore({ path });
    const batches = Array.from({ length: 50 }, (_, offset) => {
      return { table: 'batches', key: [1, 0, offset], value: new Uint8Array(10_000) } as const;
    });
    await store.commit(batches);
    await store.close();
    const { size } = statSync(path);
    for (const length of [size - 4_096 * 10, size / 2, 3 * 4_096, 2 * 4_096, 4_096, 100]) {
      truncateSync(path, length);
      await expect(openLmdbStore({ path })).rejects.toMatchObject({ code: 'FORMAT_UNKNOWN' });
      await expect(openSnapshot(path)).rejects.toMatchObject({ code: 'FORMAT_UNKNOWN' });
    }
  });

  it('is refused when it is a directory', async () => {
    const path = scratchFile();
    mkdirSync(path);
    await expect(openSnapshot(path)).rejects.toMatchObject({ code: 'FORMAT_UNKNOWN' });
  });
});
