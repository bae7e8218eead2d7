// What a commit may take is more than LMDB takes for it: otherwise LMDB would meet the full disk, and the process end.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoreWrite } from '../src/contract.ts';
import { encodeWrites } from '../src/encoded-writes.ts';
import { openLmdbStore } from '../src/lmdb-store.ts';
import { inPieces } from '../src/pieces.ts';
import { bytesFor, hasRoom, type Load, loadOf } from '../src/room.ts';
import { openSnapshot } from '../src/snapshot.ts';
import { scratchDirectory } from './scratch-directory.ts';

const KIB = 1_024;

/** Rows and batches that lie close together and far apart; some are deleted again, some get larger. */
const write: fc.Arbitrary<StoreWrite> = fc.oneof(
  fc.record({
    table: fc.constant('meta' as const),
    key: fc.tuple(fc.stringMatching(/^[a-z]{1,200}$/)),
    value: fc.option(fc.string({ maxLength: 1_500 }), { nil: undefined }),
  }),
  fc.record({
    table: fc.constant('batches' as const),
    key: fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.nat({ max: 50_000 })),
    value: fc.option(
      fc.nat({ max: 120 * KIB }).map((length) => new Uint8Array(length)),
      { nil: undefined },
    ),
  }),
);

const rowsFarApart = (salt: number, bytes: number): StoreWrite[] =>
  Array.from({ length: 1_024 }, (_, i) => ({
    table: 'batches',
    key: [1, 0, ((i * 7_919 + salt * 104_729) % 100_000) * 10],
    value: new Uint8Array(bytes),
  }));

const batchOf = (topic: number, offset: number, bytes: number): StoreWrite => ({
  table: 'batches',
  key: [topic, 0, offset],
  value: new Uint8Array(bytes),
});

const deleted = (put: StoreWrite): StoreWrite => ({ ...put, value: undefined });

/** What commits made the file grow by, and for how much of that they looked. */
async function grownBy(commits: readonly StoreWrite[][]): Promise<[grown: number, may: number][]> {
  const path = join(scratchDirectory(), 'shard-0.mdb');
  const store = await openLmdbStore({ path, sync: 'os' });
  const sizes: [number, number][] = [];
  for (const writes of commits) {
    const before = statSync(path).size;
    const { treePages } = store.room().inFile();
    await store.commit(writes);
    const may = bytesFor(loadOf(inPieces(encodeWrites(writes), () => false)), treePages);
    sizes.push([statSync(path).size - before, may]);
  }
  await store.close();
  return sizes;
}

describe('the bytes that a commit may take', () => {
  it('are more than the file grows by, whatever is written', async () => {
    const commits = fc.array(fc.array(write, { minLength: 1, maxLength: 60, size: 'max' }), {
      minLength: 1,
      maxLength: 8,
      size: 'max',
    });
    await fc.assert(
      fc.asyncProperty(commits, async (list) => {
        for (const [grown, may] of await grownBy(list)) expect(grown).toBeLessThanOrEqual(may);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it.each([20, 600, 1_500, 2_100])(
    'are more than rows of %i bytes take that lie far apart',
    async (bytes) => {
      const commits = Array.from({ length: 30 }, (_, salt) => rowsFarApart(salt, bytes));
      const sizes = await grownBy(commits);
      expect(sizes.filter(([grown, may]) => grown > may)).toEqual([]);
      expect(Math.max(...sizes.map(([grown]) => grown))).toBeGreaterThan(1_024 * bytes);
    },
    60_000,
  );
});

/** Needs 4 MiB, 2 bytes for one, and 3 pages. */
const ONE: Load = { rows: 1, bytes: 100 };
const NEEDED = 4 * KIB * KIB + 200 + 3 * 4 * KIB;

it.each([
  ['the file system has it', NEEDED, 0, true],
  ['one byte is missing', NEEDED - 1, 0, false],
  ['gaps in the file make up for it, four bytes for one', NEEDED - 40, 160, true],
  ['gaps do not', NEEDED - 40, 159, false],
])('there is room for a row where %s: %i free, %i reusable', (_, freeBytes, reusable, expected) => {
  const inFile = () => ({ reusableBytes: reusable, treePages: 100 });
  expect(hasRoom(ONE, { freeBytes, inFile })).toBe(expected);
});

it('pages that were freed do not count while somebody reads the file as it was before', async () => {
  const path = join(scratchDirectory(), 'shard-0.mdb');
  const store = await openLmdbStore({ path });
  const reusable = (): number => store.room().inFile().reusableBytes;
  await store.commit(rowsFarApart(0, 2_100));
  await store.commit(rowsFarApart(0, 20));
  expect(reusable()).toBeGreaterThan(1_024 * KIB);
  const snapshot = await openSnapshot(path);
  await store.commit(rowsFarApart(0, 2_100));
  await store.commit(rowsFarApart(0, 20));
  await store.commit(rowsFarApart(0, 30));
  expect(reusable()).toBe(0);
  await snapshot.close();
  expect(reusable()).toBeGreaterThan(1_024 * KIB);
  await store.close();
});

it('gaps do not count that a large batch did not fit into, until more is free', async () => {
  const path = join(scratchDirectory(), 'shard-0.mdb');
  const store = await openLmdbStore({ path, sync: 'os' });
  const reusable = (): number => store.room().inFile().reusableBytes;
  const large = (offset: number): StoreWrite => batchOf(9, offset, 200 * KIB);
  // One page each, of two topics in turns: without one of them there is no place for four pages.
  const rows = Array.from({ length: 1_000 }, (_, i) => batchOf(1 + (i % 2), i, 3_000));
  await store.commit([...rows, large(0), large(1)]);
  await store.commit(rows.filter(({ key }) => key[0] === 1).map(deleted));
  await store.commit([{ table: 'meta', key: ['any'], value: 1 }]);
  expect(reusable()).toBeGreaterThan(1_500 * KIB);
  await store.commit([large(2)]);
  expect(reusable()).toBeLessThan(100 * KIB);
  await store.commit([large(0), large(1)].map(deleted));
  expect(reusable()).toBeGreaterThan(350 * KIB);
  await store.close();
});

it('the pieces of a batch lie together: to delete large batches takes little', async () => {
  const batches = Array.from({ length: 20 }, (_, offset) => batchOf(1, offset, 900 * KIB));
  const path = join(scratchDirectory(), 'shard-0.mdb');
  const store = await openLmdbStore({ path, sync: 'os' });
  await store.commit(batches);
  const before = statSync(path).size;
  const keys = new Set(inPieces(encodeWrites(batches), () => false).map(({ key }) => key));
  const load = loadOf(inPieces(encodeWrites(batches.map(deleted)), (key) => keys.has(key)));
  await store.commit(batches.map(deleted));
  expect(bytesFor(load, Number.POSITIVE_INFINITY)).toBeLessThan(8 * KIB * KIB);
  expect(statSync(path).size - before).toBeLessThan(500 * KIB);
  await store.close();
});

it('many rows take no more than all pages of a small tree, each of them split', () => {
  const many: Load = { rows: 10_000, bytes: 400_000 };
  expect(bytesFor(many, Number.POSITIVE_INFINITY)).toBeGreaterThan(120_000_000);
  expect(bytesFor(many, 500)).toBeLessThan(11_000_000);
});
