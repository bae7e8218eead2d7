// Power cuts at any moment: between any two steps of the journal and the data file, with the write that was on its way
// torn in any way. What was acknowledged is there, and what was not is there as a whole or not at all.
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Store, StoredRow, StoreWrite } from '../../src/contract.ts';
import { BLOCK_BYTES } from '../../src/journal/frame.ts';
import { openStore, type StoreOptions } from '../../src/journal/open-store.ts';
import { TABLES, type TableName } from '../../src/keys.ts';
import { openLmdbStore } from '../../src/lmdb-store.ts';
import { MemoryStore } from '../../src/memory-store.ts';
import { gate } from '../../src/testing/faulty-store.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { PowerDisk, SECTOR_BYTES } from './power-disk.ts';

const FILE = 'shard-0.mdb';
/** Small enough that commits turn from file to file and wait for room, and that files grow. */
const SMALL: Partial<StoreOptions> = {
  journalBytesMin: 3 * BLOCK_BYTES,
  journalBytesMax: 6 * BLOCK_BYTES,
  absorbBytes: 12_000,
  absorbAfterMs: 2,
  // Some go past the journal.
  journaledBytesMax: 14_000,
};

interface Life {
  readonly directory: string;
  readonly disk: PowerDisk;
  readonly store: Store;
}

async function live(directory: string, options: Partial<StoreOptions> = SMALL): Promise<Life> {
  const disk = new PowerDisk();
  const store = await openStore({ ...options, path: join(directory, FILE), disk });
  return { directory, disk, store };
}

/** A directory with what the cut leaves. Of LMDB that is its newest commit, which was flushed. */
async function cut(life: Life, isThere?: (sector: number) => boolean): Promise<string> {
  const directory = scratchDirectory();
  life.disk.putInto(directory, isThere);
  const data = await openLmdbStore({ path: join(life.directory, FILE), readOnly: true });
  await data.copyTo(join(directory, FILE));
  await data.close();
  return directory;
}

/** Opened from what is on the disk, where a power cut leaves only what was flushed. */
async function revive(directory: string): Promise<Store> {
  return openStore({ path: join(directory, FILE) });
}

const TABLE_NAMES = Object.keys(TABLES) as TableName[];
const rowsOf = (store: Store): StoredRow[] =>
  TABLE_NAMES.flatMap((table) => [...store.range(table, {})]).filter(
    ([key]) => key[0] !== 'journal' && key[0] !== 'formatVersion',
  );

const batch = (offset: number, bytes: number, fill: number): StoreWrite => ({
  table: 'batches',
  key: [1, 0, offset],
  value: new Uint8Array(bytes).fill(fill),
});

const write: fc.Arbitrary<StoreWrite> = fc.oneof(
  fc.record({
    table: fc.constant('batches' as const),
    key: fc.tuple(fc.constant(1), fc.constant(0), fc.nat({ max: 5 })),
    value: fc.option(
      fc.tuple(fc.nat({ max: 9_000 }), fc.nat({ max: 255 })).map(([bytes, fill]) => {
        return new Uint8Array(bytes).fill(fill);
      }),
      { nil: undefined },
    ),
  }),
  fc.record({
    table: fc.constant('groups' as const),
    key: fc.tuple(fc.nat({ max: 4 })),
    value: fc.option(fc.nat(), { nil: undefined }),
  }),
);
const commit = fc.array(write, { minLength: 1, maxLength: 5 });
const step = fc.record({
  writes: commit,
  /** How long the write is on its way; `cut`: the power fails meanwhile, and these sectors are there. */
  waitMs: fc.option(fc.nat({ max: 6 }), { freq: 3 }),
  cut: fc.option(fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }), { freq: 3 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Goes through the steps, and after each power cut on with what it left. */
async function endure(steps: readonly Step[]): Promise<void> {
  const model = new MemoryStore();
  let life = await live(scratchDirectory());
  for (const { writes, waitMs, cut: sectors } of steps) {
    const { until, open } = gate();
    if (waitMs !== null || sectors !== null) life.disk.script({ kind: 'waits', until });
    const committing = life.store.commit(writes);
    if (waitMs !== null) await pause(waitMs);
    if (sectors === null) {
      open();
      await committing;
      await model.commit(writes);
    } else {
      // It may wait for room as yet: then nothing of it is on its way.
      const isWhole = life.disk.onItsWay !== undefined && sectors.every(Boolean);
      const directory = await cut(life, (at) => sectors[at % sectors.length] === true);
      open();
      await committing;
      await life.store.close();
      // What was on its way as a whole may stand; also where only what fills its last block is missing.
      const revived = await revive(directory);
      await revived.close();
      life = await live(directory);
      const left = rowsOf(life.store);
      const before = rowsOf(model);
      if (isWhole || JSON.stringify(left) !== JSON.stringify(before)) await model.commit(writes);
    }
    expect(rowsOf(life.store)).toEqual(rowsOf(model));
  }
  await life.store.close();
}

describe('a power cut', () => {
  it('leaves what was acknowledged, and each other commit whole or not at all [D-10] [D-11]', async () => {
    const steps = fc.array(step, { minLength: 4, maxLength: 14 });
    await fc.assert(fc.asyncProperty(steps, endure), { numRuns: 12 });
  }, 120_000);

  it('that tears a frame at any sector leaves the commit out', async () => {
    const life = await live(scratchDirectory(), { absorbAfterMs: 600_000 });
    await life.store.commit([batch(0, 100, 1)]);
    const before = rowsOf(life.store);
    const { until, open } = gate();
    life.disk.script({ kind: 'waits', until });
    const bytes = 3 * BLOCK_BYTES - 200;
    const committing = life.store.commit([batch(1, bytes, 2), batch(0, 10, 9)]);
    const sectors = (3 * BLOCK_BYTES) / SECTOR_BYTES;
    for (let at = 0; at < sectors; at += 1) {
      const ways = [(i: number) => i < at, (i: number) => i > at, (i: number) => i !== at];
      for (const isThere of ways) {
        const store = await revive(await cut(life, isThere));
        expect(rowsOf(store)).toEqual(before);
        await store.close();
      }
    }
    const store = await revive(await cut(life, () => true));
    expect(rowsOf(store)).toHaveLength(2);
    expect(store.get('batches', [1, 0, 0])).toHaveLength(10);
    await store.close();
    open();
    await committing;
    await life.store.close();
  }, 60_000);

  it('after a commit that found no room leaves no trace of it', async () => {
    const life = await live(scratchDirectory(), { absorbAfterMs: 600_000 });
    await life.store.commit([batch(0, 100, 1)]);
    const before = rowsOf(life.store);
    const full = { kind: 'fails', code: 'ENOSPC', errno: -28 } as const;
    for (const fault of [full, { kind: 'isShort', bytes: 3 * BLOCK_BYTES - 1 } as const]) {
      life.disk.script(fault);
      const aborted = life.store.commit([batch(1, 2 * BLOCK_BYTES + 1_000, 2)]);
      await expect(aborted).rejects.toMatchObject({ code: 'COMMIT_ABORTED', reason: 'full' });
      expect(rowsOf(life.store)).toEqual(before);
      const store = await revive(await cut(life));
      expect(rowsOf(store)).toEqual(before);
      await store.close();
    }
    await life.store.commit([batch(2, 50, 3)]);
    const store = await revive(await cut(life));
    expect(rowsOf(store)).toHaveLength(2);
    await store.close();
    await life.store.close();
  });
});
