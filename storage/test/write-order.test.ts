// Which write of a key counts, and that commits leave few gaps between the free pages of the data file.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StoreWrite } from '../src/contract.ts';
import { packKey } from '../src/key-codec.ts';
import { STORAGE_LIMITS } from '../src/limits.ts';
import { openLmdbStore } from '../src/lmdb-store.ts';
import { inWriteOrder } from '../src/write-order.ts';
import { scratchDirectory } from './scratch-directory.ts';

const long = new Uint8Array(4_073);
const short = new Uint8Array(4_072);
const topic = (id: number) => packKey('topics', [id]);

describe('the order of writes', () => {
  it('has long values behind the others, and keeps the order of both', () => {
    const writes = [
      { key: topic(1), value: long },
      { key: topic(2), value: short },
      { key: topic(3), value: undefined },
      { key: topic(4), value: long },
    ];
    expect(inWriteOrder(writes).map(({ key }) => key)).toEqual([2, 3, 1, 4].map(topic));
  });

  it.each([
    ['a long value', long],
    ['a short one', short],
    ['none', undefined],
  ])('has the last write of a key: %s', (_, value) => {
    const writes = [long, short, undefined, value].map((of) => ({ key: topic(1), value: of }));
    expect(inWriteOrder(writes)).toEqual([{ key: topic(1), value }]);
  });
});

describe('the free pages of a data file', () => {
  // 2,000 batches of 8 pages go. 162 commits of 12 such batches take 15,552, and each writes five small pages anew:
  // were these never written again, they would take 800.
  it('take large batches and the small rows of their commits, without the file growing', async () => {
    const store = await openLmdbStore({
      path: join(scratchDirectory(), 'shard-0.mdb'),
      sync: 'os',
    });
    const value = new Uint8Array(2 * STORAGE_LIMITS.pieceBytes);
    const batch = (id: number, offset: number, bytes?: Uint8Array): StoreWrite => ({
      table: 'batches',
      key: [id, 0, offset],
      value: bytes,
    });
    const row = (table: 'topics' | 'groups', id: number): StoreWrite => ({
      table,
      key: [id],
      value: { name: 'x'.repeat(100) },
    });
    const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
    try {
      for (const i of upTo(2_000)) await store.commit([batch(1, i, value)]);
      for (const table of ['topics', 'groups'] as const) {
        await store.commit(upTo(2_000).map((i) => row(table, i)));
      }
      for (const from of [0, 1_000]) {
        await store.commit(upTo(1_000).map((i) => batch(1, from + i)));
      }
      const { fileBytes } = store.usage();
      for (const i of upTo(162)) {
        const batches = upTo(12).map((k) => batch(2, 12 * i + k, value));
        const rows = [row('topics', (i * 37) % 2_000), row('groups', (i * 41) % 2_000)];
        await store.commit([...batches, ...rows]);
      }
      expect(store.usage().fileBytes).toBe(fileBytes);
    } finally {
      await store.close();
    }
  });
});
