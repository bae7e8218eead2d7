// What every store promises. Each store's test runs this suite over it.
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RangeQuery, Store, StoredRow, StoreWrite } from '../src/contract.ts';
import type { Key } from '../src/keys.ts';
import { STORAGE_LIMITS } from '../src/limits.ts';

const put = (key: Key, value: StoreWrite['value']): StoreWrite => ({ table: 'runs', key, value });
const batch = (offset: number, value: Uint8Array | undefined): StoreWrite => ({
  table: 'batches',
  key: [1, 0, offset],
  value,
});
const row = (offset: number, partition = 0, topic = 1): Key => [7, topic, partition, offset];

/** Small numbers, so that keys meet and share prefixes. */
const smallKey = fc.tuple(
  fc.constant(7),
  fc.nat({ max: 2 }),
  fc.nat({ max: 2 }),
  fc.nat({ max: 5 }),
);
const smallPrefix = fc
  .tuple(smallKey, fc.nat({ max: 4 }))
  .map(([key, length]): Key => key.slice(0, length));
const smallQuery: fc.Arbitrary<RangeQuery> = fc.record(
  {
    prefix: smallPrefix,
    from: smallPrefix,
    to: smallPrefix,
    reverse: fc.boolean(),
    limit: fc.nat({ max: 8 }),
  },
  { requiredKeys: [] },
);

/** The naive reading of a range: all rows, filtered part by part. */
function naiveRange(rows: readonly StoredRow[], query: RangeQuery): StoredRow[] {
  const { prefix = [], from = [], to, reverse = false, limit = Infinity } = query;
  const compare = (key: Key, bound: Key): number => {
    for (const [i, part] of bound.entries()) {
      const order = Number(key[i]) - Number(part);
      if (order !== 0) return order;
    }
    return 0;
  };
  const sign = reverse ? -1 : 1;
  const found = rows.filter(
    ([key]) =>
      compare(key, prefix) === 0 &&
      sign * compare(key, from) >= 0 &&
      (to === undefined || sign * compare(key, to) < 0),
  );
  const whole = (a: StoredRow, b: StoredRow): number => sign * compare(a[0], b[0]);
  return found.toSorted(whole).slice(0, limit);
}

export function describeStore(name: string, open: () => Promise<Store>): void {
  describe(`the store contract: ${name}`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(async () => {
      await store.close();
    });

    const keys = (query: RangeQuery = {}): Key[] =>
      [...store.range('runs', query)].map(([key]) => key);

    it('reads back what was committed, and nothing else', async () => {
      await store.commit([
        put(row(1), { state: 'leased', at: 2 ** 40 }),
        batch(5, Buffer.from('x')),
      ]);
      expect(store.get('runs', row(1))).toEqual({ state: 'leased', at: 2 ** 40 });
      expect(store.get('batches', [1, 0, 5])).toEqual(new Uint8Array([0x78]));
      expect(store.get('runs', row(2))).toBeUndefined();
      expect(store.get('dead', row(1))).toBeUndefined();
      expect([...store.range('dead', {})]).toEqual([]);
    });

    it('puts, puts anew and deletes in one commit; the last write of a key wins', async () => {
      await store.commit([put(row(1), 1), put(row(2), 2), put(row(3), 3)]);
      await store.commit([put(row(1), 10), put(row(2), undefined), put(row(9), undefined)]);
      expect([...store.range('runs', {})]).toEqual([
        [row(1), 10],
        [row(3), 3],
      ]);
      await store.commit([
        put(row(1), 11),
        put(row(1), undefined),
        put(row(3), 30),
        put(row(3), 31),
      ]);
      expect([...store.range('runs', {})]).toEqual([[row(3), 31]]);
    });

    it('shows nothing in the turn of a commit and everything when it has resolved', async () => {
      const commit = store.commit([put(row(1), 1), put(row(2), 2)]);
      expect(keys()).toEqual([]);
      await commit;
      expect(keys()).toEqual([row(1), row(2)]);
      await store.commit([put(row(3), 3)]);
      expect(store.get('runs', row(3))).toBe(3);
      await store.commit([put(row(3), undefined)]);
      expect(store.get('runs', row(3))).toBeUndefined();
    });

    it('takes an empty commit', async () => {
      await store.commit([]);
      expect(keys()).toEqual([]);
    });

    it('reads ranges as a naive reader does', async () => {
      const model = fc.uniqueArray(smallKey, {
        selector: (key) => key.join(),
        minLength: 10,
        maxLength: 40,
      });
      const [sample] = fc.sample(model, { numRuns: 1, seed: 3 });
      const rows = (sample ?? []).map((key): StoredRow => [key, key.join()]);
      await store.commit(rows.map(([key, value]) => put(key, value)));
      // Rows of the tables on both sides must never come into sight.
      await store.commit([
        { table: 'sharePartitions', key: [9, 9, 9], value: 1 },
        { table: 'dead', key: [7, 0, 0, 0], value: 1 },
      ]);
      fc.assert(
        fc.property(smallQuery, (query) => {
          expect([...store.range('runs', query)]).toEqual(naiveRange(rows, query));
        }),
        { numRuns: 500 },
      );
    });

    it('reads long ranges in both directions, however they are cut', async () => {
      const count = 3 * STORAGE_LIMITS.rangeRowsMax + 5;
      const all = Array.from({ length: count }, (_, offset) => row(offset));
      await store.commit(all.map((key) => put(key, 1)));
      expect(keys()).toEqual(all);
      expect(keys({ reverse: true })).toEqual(all.toReversed());
      expect(keys({ limit: count - 1 })).toEqual(all.slice(0, -1));
      expect(keys({ prefix: [7, 1, 0], from: row(600), limit: 3 })).toEqual(all.slice(600, 603));
      expect(keys({ from: row(600), to: row(597), reverse: true })).toEqual(
        [600, 599, 598].map((offset) => row(offset)),
      );
    });

    it('reads the same keys when only keys are asked for', async () => {
      const all = Array.from({ length: 600 }, (_, offset) => row(offset));
      await store.commit([...all.map((key) => put(key, 1)), batch(1, new Uint8Array(9))]);
      const keysOf = (query: RangeQuery, table: 'runs' | 'batches' = 'runs') =>
        [...store.range(table, { ...query, keysOnly: true })].map(([key]) => key);
      expect(keysOf({})).toEqual(all);
      expect(keysOf({ reverse: true, limit: 300 })).toEqual(all.toReversed().slice(0, 300));
      expect(keysOf({ from: row(10), to: row(20), limit: 5 })).toEqual(all.slice(10, 15));
      expect(keysOf({ prefix: [1] }, 'batches')).toEqual([[1, 0, 1]]);
    });

    it.each([false, true])(
      'gives whole values up to where its reader stops, reverse: %s',
      async (reverse) => {
        const lengths = [20_000, 10, 70_000, 16_360, 30, 90_000, 16_361, 5];
        const sized = (length: number, salt: number) => {
          const value = Buffer.alloc(length, salt);
          value.writeUInt32BE(length);
          return value;
        };
        await store.commit(lengths.map((length, at) => batch(at, sized(length, at))));
        // What is written later may lie elsewhere than what it hides.
        const [deleted, replaced] = [0, 5];
        await store.commit([batch(deleted, undefined), batch(replaced, sized(40, 99))]);
        const values = lengths.flatMap((length, at) => {
          if (at === deleted) return [];
          return [at === replaced ? sized(40, 99) : sized(length, at)];
        });
        const expected = reverse ? values.toReversed() : values;
        for (let max = 0; max < 120_000; max += 5_000) {
          let sum = 0;
          const sizeOf = (value: Uint8Array) => Buffer.from(value).readUInt32BE();
          const stopsAt = (beginning: Uint8Array) => sum + sizeOf(beginning) > max;
          const found: Uint8Array[] = [];
          let stoppedAt: number | undefined;
          for (const [, value] of store.range('batches', { reverse, stopsAt })) {
            const bytes = value as Uint8Array;
            if (stopsAt(bytes)) {
              stoppedAt = sizeOf(bytes);
              break;
            }
            sum += bytes.length;
            found.push(bytes);
          }
          const fitting = found.length;
          expect(found.every((value, at) => expected[at]?.equals(value))).toBe(true);
          expect(stoppedAt).toBe(expected[fitting]?.length);
        }
      },
    );

    it('can be left in the middle of a range, and read and written after', async () => {
      await store.commit(Array.from({ length: 50 }, (_, offset) => put(row(offset), offset)));
      for (const [key] of store.range('runs', {})) {
        if (key[3] === 20) break;
        expect(store.get('runs', key)).toBe(key[3]);
      }
      const abandoned = store.range('runs', {})[Symbol.iterator]();
      abandoned.next();
      await store.commit([put(row(0), undefined)]);
      expect(keys({ limit: 1 })).toEqual([row(1)]);
    });

    it('gives values that are the own of the reader', async () => {
      const bytes = new Uint8Array(40_000).fill(1);
      const small = new Uint8Array([1, 2, 3]);
      await store.commit([batch(1, bytes), batch(2, small), put(row(1), { bytes: small })]);
      const first = store.get('batches', [1, 0, 1]) as Uint8Array;
      const [[, ranged] = []] = store.range('batches', {});
      const nested = store.get('runs', row(1)) as { bytes: Uint8Array };
      first.fill(9);
      (ranged as Uint8Array).fill(8);
      nested.bytes.fill(7);
      // Other reads, of other sizes, must not show through either.
      for (const offset of [1, 2]) store.get('batches', [1, 0, offset]);
      await store.commit([batch(1, undefined), batch(3, new Uint8Array(40_000).fill(5))]);
      expect(first.every((byte) => byte === 9)).toBe(true);
      expect((ranged as Uint8Array).every((byte) => byte === 8)).toBe(true);
      expect(nested.bytes).toEqual(new Uint8Array([7, 7, 7]));
      expect(store.get('runs', row(1))).toEqual({ bytes: small });
      expect(store.get('batches', [1, 0, 2])).toEqual(small);
      expect(Object.getPrototypeOf(first)).toBe(Uint8Array.prototype);
    });

    it.each([0, 1, 8, 64, 4_000, 4_096, 32_768, 65_537, 1_000_000])(
      'keeps %d raw bytes',
      async (size) => {
        const bytes = Uint8Array.from({ length: size }, (_, i) => i * 31 + (i >> 8));
        await store.commit([batch(1, bytes), batch(2, Buffer.from([1]))]);
        expect(Buffer.compare(store.get('batches', [1, 0, 1]) as Uint8Array, bytes)).toBe(0);
        const [, value] = [...store.range('batches', {})][0] ?? [];
        expect(Buffer.compare(value as Uint8Array, bytes)).toBe(0);
      },
    );

    it('refuses what cannot be stored with nothing applied, and goes on', async () => {
      const bad: StoreWrite[] = [
        put([7, 1, 0], 1),
        put(row(2), { a: undefined } as unknown as StoreWrite['value']),
        put(row(2), 2 ** 60),
        { table: 'batches', key: [1, 0, 1], value: 'text' },
        batch(1, new Uint8Array(STORAGE_LIMITS.valueBytesMax + 1)),
      ];
      for (const write of bad) {
        await expect(store.commit([put(row(1), 1), write])).rejects.toMatchObject({
          code: 'COMMIT_ABORTED',
          reason: 'invalid',
        });
      }
      expect(keys()).toEqual([]);
      await store.commit([put(row(1), 1)]);
      expect(keys()).toEqual([row(1)]);
    });

    it('takes one commit at a time', async () => {
      const first = store.commit([put(row(1), 1)]);
      await expect(store.commit([put(row(2), 2)])).rejects.toThrow('one commit at a time');
      await first;
      expect(keys()).toEqual([row(1)]);
    });

    it('tells how much it uses and how much is free', async () => {
      const before = store.usage();
      expect(before.freeBytes).toBeGreaterThan(0);
      await store.commit([batch(1, new Uint8Array(3_000_000))]);
      const after = store.usage();
      expect(after.fileBytes).toBeGreaterThanOrEqual(before.fileBytes + 3_000_000);
    });

    it('waits at close for the commit in flight', async () => {
      const commit = store.commit([put(row(1), 1)]);
      await store.close();
      await commit;
      expect(() => store.get('runs', row(1))).toThrow('open');
    });
  });
}
