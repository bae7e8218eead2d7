import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packKey, packPrefix, prefixEnd, unpackKey } from '../src/key-codec.ts';
import { type Key, type KeyPart, TABLES, type TableName, type TableSpec } from '../src/keys.ts';
import { STORAGE_LIMITS } from '../src/limits.ts';

const NAMES = Object.keys(TABLES) as TableName[];
const specOf = (table: TableName): TableSpec => TABLES[table];

const keyString = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
  )
  .filter((text) => !text.includes('\0'));

const PARTS: Readonly<Record<KeyPart, fc.Arbitrary<number | string>>> = {
  u16: fc.integer({ min: 0, max: 0xffff }),
  u32: fc.oneof(fc.nat({ max: 300 }), fc.integer({ min: 0, max: 0xffff_ffff })),
  u53: fc.oneof(fc.nat({ max: 300 }), fc.maxSafeNat()),
  string: keyString,
};

const keyOf = (table: TableName): fc.Arbitrary<Key> =>
  fc.tuple(...specOf(table).key.map((part) => PARTS[part]));

/** Two keys of one table that often share their first parts. */
const twoKeys = fc
  .constantFrom(...NAMES)
  .chain((table) =>
    fc
      .tuple(keyOf(table), keyOf(table), fc.nat({ max: 4 }))
      .map(([a, b, shared]) => ({ table, a, b: [...a.slice(0, shared), ...b.slice(shared)] })),
  );

function comparePart(a: number | string, b: number | string): number {
  if (typeof a === 'number') return a - (b as number);
  const [left, right] = [Array.from(a), Array.from(b as string)];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const order = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareKeys(a: Key, b: Key): number {
  for (const [i, part] of a.entries()) {
    const order = comparePart(part, b[i] as number | string);
    if (order !== 0) return Math.sign(order);
  }
  return 0;
}

const compareBytes = (a: string, b: string): number =>
  Buffer.compare(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));

describe('keys', () => {
  it('come back as they went in', () => {
    fc.assert(
      fc.property(twoKeys, ({ table, a }) => {
        expect(unpackKey(table, packKey(table, a))).toEqual(a);
      }),
    );
  });

  it('sort as bytes in the order of their parts', () => {
    fc.assert(
      fc.property(twoKeys, ({ table, a, b }) => {
        const [left, right] = [packKey(table, a), packKey(table, b)];
        expect(compareBytes(left, right)).toBe(compareKeys(a, b));
        expect(left < right).toBe(compareBytes(left, right) < 0);
      }),
      { numRuns: 1_000 },
    );
  });

  it('lie between their prefix and its end, and no other key does', () => {
    fc.assert(
      fc.property(twoKeys, fc.nat({ max: 4 }), ({ table, a, b }, length) => {
        const prefix = packPrefix(table, a.slice(0, length));
        const inside = packKey(table, b) >= prefix && packKey(table, b) < prefixEnd(prefix);
        const shared = a.slice(0, length);
        expect(inside).toBe(compareKeys(shared, b.slice(0, shared.length)) === 0);
      }),
      { numRuns: 1_000 },
    );
  });

  it('have an end behind the greatest parts there are', () => {
    const greatest: Key = [0xffff_ffff, 0xffff, Number.MAX_SAFE_INTEGER];
    for (const length of [0, 1, 2, 3]) {
      const end = prefixEnd(packPrefix('batches', greatest.slice(0, length)));
      expect(end > packKey('batches', greatest)).toBe(true);
      expect(end <= packPrefix('segments', [])).toBe(true);
      expect(Buffer.from(end, 'latin1').toString('latin1')).toBe(end);
    }
  });

  it('start with the id of their table', () => {
    for (const table of NAMES) {
      expect(packPrefix(table, []).charCodeAt(0)).toBe(specOf(table).id);
    }
    expect(new Set(NAMES.map((table) => specOf(table).id)).size).toBe(NAMES.length);
  });

  it('store a u53 as eight bytes, the highest first', () => {
    const packed = packKey('batches', [1, 2, Number.MAX_SAFE_INTEGER]);
    expect(Buffer.from(packed, 'latin1').toString('hex')).toBe('03000000010002001fffffffffffff');
  });

  it('fit LMDB in every table', () => {
    const widths: Readonly<Record<KeyPart, number>> = {
      u16: 2,
      u32: 4,
      u53: 8,
      string: STORAGE_LIMITS.keyStringBytesMax + 1,
    };
    for (const table of NAMES) {
      const bytes = specOf(table).key.reduce((sum, part) => sum + widths[part], 1);
      expect(bytes).toBeLessThanOrEqual(STORAGE_LIMITS.keyBytesMax);
    }
  });

  it.each<[string, TableName, Key]>([
    ['a part below its range', 'topics', [-1]],
    ['a part above its range', 'batches', [1, 0x1_0000, 0]],
    ['a part that is no integer', 'topics', [1.5]],
    ['an unsafe integer', 'batches', [1, 1, 2 ** 53]],
    ['a number for a string', 'meta', [1]],
    ['a string for a number', 'topics', ['1']],
    ['NUL in a string', 'meta', ['a\0b']],
    ['half a character', 'meta', ['\ud800']],
    ['a long string', 'meta', ['x'.repeat(STORAGE_LIMITS.keyStringBytesMax + 1)]],
    ['a missing part', 'batches', [1, 1]],
    ['a part too many', 'topics', [1, 1]],
  ])('refuse %s', (_, table, key) => {
    expect(() => packKey(table, key)).toThrow('key');
  });

  it('take a string of the greatest length', () => {
    const key = ['x'.repeat(STORAGE_LIMITS.keyStringBytesMax)];
    expect(unpackKey('meta', packKey('meta', key))).toEqual(key);
  });
});
