// Large batches lie in pieces in the data file, and whoever reads or deletes them sees none of that.

import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { open } from 'lmdb';
import { describe, expect, it } from 'vitest';
import type { StoredRow, StoreWrite } from '../src/contract.ts';
import { packKey } from '../src/key-codec.ts';
import { PIECES_ID } from '../src/keys.ts';
import { STORAGE_LIMITS } from '../src/limits.ts';
import { type LmdbStore, openLmdbStore } from '../src/lmdb-store.ts';
import { openSnapshot } from '../src/snapshot.ts';
import { scratchDirectory } from './scratch-directory.ts';

const { pieceBytes } = STORAGE_LIMITS;
const scratchFile = (): string => join(scratchDirectory(), 'shard-0.mdb');

/** Bytes that differ from place to place and from batch to batch. */
const NOISE = randomBytes(1_100_000);
const bytesOf = (length: number, salt: number): Uint8Array =>
  new Uint8Array(NOISE.subarray(salt, salt + length));

/** What is compared of large values, which a comparison of each byte would take seconds for. */
const printOf = (value: unknown): string =>
  value instanceof Uint8Array ? createHash('sha256').update(value).digest('hex') : 'no bytes';
const printsOf = (rows: Iterable<StoredRow>) =>
  [...rows].map(([key, value]) => [key, printOf(value)]);

const batch = (offset: number, value: Uint8Array | undefined): StoreWrite => ({
  table: 'batches',
  key: [1, 0, offset],
  value,
});

/** Rows of the file as LMDB has them: batches, and further pieces. */
async function rowsIn(path: string): Promise<[batches: number, pieces: number]> {
  const environment = open({ path, noSubdir: true, readOnly: true, keyEncoding: 'binary' });
  const count = (id: number) =>
    environment.getKeysCount({ start: Buffer.from([id]), end: Buffer.from([id + 1]) });
  const counts: [number, number] = [count(3), count(PIECES_ID)];
  await environment.close();
  return counts;
}

async function withFile(use: (store: LmdbStore, path: string) => Promise<void>): Promise<void> {
  const path = scratchFile();
  const store = await openLmdbStore({ path, sync: 'os' });
  try {
    await use(store, path);
  } finally {
    await store.close();
  }
}

describe('a batch', () => {
  it.each([
    [1, 0],
    [pieceBytes - 1, 0],
    [pieceBytes, 0],
    [pieceBytes + 1, 1],
    [2 * pieceBytes, 1],
    [2 * pieceBytes + 1, 2],
    [1_000_000, Math.ceil(1_000_000 / pieceBytes) - 1],
  ])('of %i bytes has %i further pieces, and is read whole', async (length, pieces) => {
    await withFile(async (store, path) => {
      const value = bytesOf(length, 1);
      await store.commit([batch(5, value), batch(6, bytesOf(9, 2))]);
      expect(await rowsIn(path)).toEqual([2, pieces]);
      expect(printOf(store.get('batches', [1, 0, 5]))).toBe(printOf(value));
      const [one, other] = [
        [[1, 0, 5], printOf(value)],
        [[1, 0, 6], printOf(bytesOf(9, 2))],
      ];
      expect(printsOf(store.range('batches', {}))).toEqual([one, other]);
      expect(printsOf(store.range('batches', { reverse: true }))).toEqual([other, one]);
      expect(printsOf(store.range('batches', { from: [1, 0, 5], reverse: true }))).toEqual([one]);
      expect(printsOf(store.range('batches', { limit: 1 }))).toEqual([one]);
      await store.commit([batch(5, undefined)]);
      expect(await rowsIn(path)).toEqual([1, 0]);
    });
  });

  it('that takes the place of a larger one leaves no piece of it', async () => {
    await withFile(async (store, path) => {
      for (const length of [900_000, 20_000, pieceBytes, 200_000, 10]) {
        await store.commit([batch(1, bytesOf(length, 3))]);
        expect(printOf(store.get('batches', [1, 0, 1]))).toBe(printOf(bytesOf(length, 3)));
      }
      expect(await rowsIn(path)).toEqual([1, 0]);
    });
  });

  it('that was whole in a file of an earlier format is read, replaced and deleted', async () => {
    const path = scratchFile();
    await (await openLmdbStore({ path })).close();
    const environment = open({ path, noSubdir: true, keyEncoding: 'binary', encoding: 'binary' });
    for (const [offset, length] of [300_000, pieceBytes, 300_000].entries()) {
      const key = Buffer.from(packKey('batches', [1, 0, offset]), 'latin1');
      await environment.put(key, Buffer.from(bytesOf(length, offset)));
    }
    await environment.close();
    const store = await openLmdbStore({ path });
    const lengths = () =>
      [...store.range('batches', {})].map(([, value]) => (value as Uint8Array).length);
    expect(lengths()).toEqual([300_000, pieceBytes, 300_000]);
    await store.commit([batch(0, bytesOf(2 * pieceBytes, 9)), batch(2, undefined)]);
    expect(lengths()).toEqual([2 * pieceBytes, pieceBytes]);
    await store.close();
    expect(await rowsIn(path)).toEqual([2, 1]);
  });
});

describe('a range over batches', () => {
  const lengths = [400_000, 30, pieceBytes, 400_000, 50, 60, 400_000, 70];
  const filled = async (store: LmdbStore) => {
    await store.commit(lengths.map((length, offset) => batch(offset, bytesOf(length, offset))));
  };
  const lengthsOf = (rows: Iterable<StoredRow>) =>
    [...rows].map(([, value]) => (value as Uint8Array).length);

  it.each([1, 2, 3, 4, 5, 7, 8, 9])('gives %i of them where that is the limit', async (limit) => {
    await withFile(async (store) => {
      await filled(store);
      expect(lengthsOf(store.range('batches', { limit }))).toEqual(lengths.slice(0, limit));
      const backwards = lengthsOf(store.range('batches', { limit, reverse: true }));
      expect(backwards).toEqual(lengths.toReversed().slice(0, limit));
    });
  });

  it('reads no more than the beginning of the one that its reader stops at', async () => {
    await withFile(async (store) => {
      await filled(store);
      const asked: number[] = [];
      const stopsAt = (beginning: Uint8Array) => {
        asked.push(beginning.length);
        return asked.length === 3;
      };
      const [first, , , stopped] = store.range('batches', { stopsAt });
      expect(printOf(first?.[1])).toBe(printOf(bytesOf(400_000, 0)));
      expect(asked).toEqual([pieceBytes, pieceBytes, pieceBytes]);
      expect(printOf(stopped?.[1])).toBe(printOf(bytesOf(pieceBytes, 3)));
    });
  });
});

it('any writes in any order, in one commit or several, leave what the last of them says', async () => {
  const lengths = [undefined, 3, pieceBytes, pieceBytes + 1, 2 * pieceBytes, 50_000, 90_000];
  let state = 7;
  const draw = (max: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 8) % max;
  };
  await withFile(async (store, path) => {
    const model = new Map<number, Uint8Array>();
    for (let commit = 0; commit < 150; commit += 1) {
      const writes = Array.from({ length: 1 + draw(6) }, () => {
        const offset = draw(4);
        const length = lengths[draw(lengths.length)];
        const value = length === undefined ? undefined : bytesOf(length, draw(255));
        if (value === undefined) model.delete(offset);
        else model.set(offset, value);
        return batch(offset, value);
      });
      await store.commit(writes);
      const expected = [...model].toSorted(([a], [b]) => a - b);
      expect(printsOf(store.range('batches', {}))).toEqual(
        expected.map(([offset, value]) => [[1, 0, offset], printOf(value)]),
      );
    }
    const pieces = [...model.values()].map(({ length }) => Math.ceil(length / pieceBytes) - 1);
    const further = pieces.reduce((sum, count) => sum + count, 0);
    expect(await rowsIn(path)).toEqual([model.size, further]);
  });
});

it('pieces of no batch are strangers; those of one are not', async () => {
  const path = scratchFile();
  const store = await openLmdbStore({ path });
  const length = 3 * pieceBytes + 1;
  await store.commit([batch(1, bytesOf(length, 1)), batch(2, bytesOf(length, 2))]);
  await store.close();
  const environment = open({ path, noSubdir: true, keyEncoding: 'binary' });
  await environment.remove(Buffer.from(packKey('batches', [1, 0, 2]), 'latin1'));
  await environment.close();
  const snapshot = await openSnapshot(path);
  const place = '0000000100000000000000000002';
  expect([...snapshot.strangers()]).toEqual([1, 2, 3].map((n) => `24${place}000${n}`));
  const [row] = [...snapshot.scan('batches')];
  expect(row).toMatchObject({ key: [1, 0, 1], bytes: length + 15, fault: undefined });
  await snapshot.close();
});
