import * as fc from 'fast-check';
import { Packr, Unpackr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import type { PlainValue } from '../src/contract.ts';
import { STORAGE_LIMITS } from '../src/limits.ts';
import { writeRow } from '../src/row-writer.ts';
import { decodeValue, encodeValue } from '../src/values.ts';

const bytes = fc.uint8Array({ maxLength: 300 });
const name = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => text !== '__proto__');
const integer = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(2 ** 32, -(2 ** 31) - 1),
);
const plain = fc.letrec<{ value: PlainValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    integer,
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
    name,
    fc.string({ unit: 'grapheme', maxLength: 400 }),
    bytes,
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(name, tie('value'), { maxKeys: 20 }),
  ),
})).value;

const decode = (encoded: Uint8Array): PlainValue => decodeValue('runs', new Uint8Array(encoded));

/** Doubles of a whole value beyond 2^53 are no integers to us, and no safe ones to anybody. */
function holdsUnsafe(value: PlainValue): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false;
  return Object.values(value).some(holdsUnsafe);
}

describe('rows', () => {
  it('come back as they went in', () => {
    fc.assert(
      fc.property(
        plain.filter((value) => !holdsUnsafe(value)),
        (value) => {
          expect(decode(writeRow(value))).toEqual(value);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('are what msgpackr writes, where msgpackr writes integers as such', () => {
    const packr = new Packr({ useRecords: false, variableMapSize: true });
    const row = {
      state: 2,
      list: [1, -1, 200, -200, 70_000, -70_000, 2 ** 31],
      text: 'ä',
      gone: null,
    };
    expect(Buffer.from(writeRow(row))).toEqual(packr.pack(row));
  });

  it.each([
    [2 ** 32 - 1, 'ceffffffff'],
    [2 ** 32, 'cf0000000100000000'],
    [Number.MAX_SAFE_INTEGER, 'cf001fffffffffffff'],
    [1_763_765_119_000, 'cf0000019aa897e818'],
    [-(2 ** 31), 'd280000000'],
    [-(2 ** 31) - 1, 'd3ffffffff7fffffff'],
    [Number.MIN_SAFE_INTEGER, 'd3ffe0000000000001'],
    [127, '7f'],
    [128, 'cc80'],
    [-32, 'e0'],
    [-33, 'd0df'],
    [0.5, 'cb3fe0000000000000'],
  ])('write %d in the integer format', (value, hex) => {
    expect(Buffer.from(writeRow(value)).toString('hex')).toBe(hex);
    const unpackr = new Unpackr({ useRecords: false, int64AsType: 'bigint' });
    expect(Number(unpackr.unpack(Buffer.from(hex, 'hex')))).toBe(value);
  });

  it('grow beyond a chunk and leave earlier rows as they are', () => {
    const first = writeRow('first');
    const large = { text: 'x'.repeat(100_000), more: new Uint8Array(80_000).fill(7) };
    const second = writeRow(large);
    for (let i = 0; i < 10_000; i += 1) writeRow({ i });
    expect(decode(first)).toBe('first');
    expect(decode(second)).toEqual(large);
  });

  const nested = (depth: number): PlainValue => (depth === 0 ? 1 : [nested(depth - 1)]);

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['undefined in a map', { a: undefined }],
    ['undefined in an array', [undefined]],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['a date', new Date()],
    ['a map of the language', new Map()],
    ['not a number', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['an unsafe integer', 2 ** 53],
    ['a name that is no name', JSON.parse('{"__proto__":1}')],
    ['too deep a row', nested(STORAGE_LIMITS.rowDepthMax + 1)],
  ])('refuse %s, and write the next row well', (_, value) => {
    expect(() => writeRow({ before: 1, value: value as PlainValue })).toThrow('row');
    expect(decode(writeRow({ a: 1 }))).toEqual({ a: 1 });
  });
});

describe('raw bytes', () => {
  it('are passed on by reference, and read as copies', () => {
    const batch = new Uint8Array([1, 2, 3]);
    expect(encodeValue('batches', batch)).toBe(batch);
    expect(decodeValue('batches', batch)).toEqual(batch);
    expect(decodeValue('batches', batch)).not.toBe(batch);
  });

  it('are refused as anything else, and above the limit', () => {
    expect(() => encodeValue('batches', 'text')).toThrow('raw bytes');
    const large = new Uint8Array(STORAGE_LIMITS.valueBytesMax + 1);
    expect(() => encodeValue('batches', large)).toThrow('limit');
    expect(() => encodeValue('runs', large)).toThrow('limit');
  });
});
