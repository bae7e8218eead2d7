import * as fc from 'fast-check';
import { Packr, Unpackr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/limits.ts';
import { checkMessagePack as check } from '../../src/message-pack/check-message-pack.ts';
import { unpackChecked } from '../../src/message-pack/pack-values.ts';
import { character, codeOf, damage, errorOf, runs } from '../fuzz.ts';

const packr = new Packr({ useRecords: false });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: false, int64AsType: 'number' });

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.maxSafeInteger().map(BigInt),
    fc.double(),
    fc.string({ unit: character, maxLength: 40 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('any'), { maxLength: 20 }),
    fc.uniqueArray(fc.tuple(fc.string(), tie('any')), { maxLength: 20 }).map((e) => new Map(e)),
  ),
})).any;

const VALUES_MAX = 5_000;
const checkMessagePack = (bytes: Uint8Array) => check(bytes, VALUES_MAX);

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('checkMessagePack', () => {
  it('lets through whatever msgpackr writes in standard MessagePack', () => {
    fc.assert(
      fc.property(value, (v) => {
        const bytes = packr.pack(v);
        checkMessagePack(bytes);
        expect(unpackChecked(bytes)).toEqual(unpackr.unpack(bytes));
      }),
      runs(500),
    );
  });

  it('lets through every form of length and number', () => {
    const forms = ['00', '7f', 'e0', 'ff', 'c0', 'c2', 'c3', 'cc ff', 'cd ffff', 'ce ffffffff'];
    forms.push('cf 001fffffffffffff', 'd0 80', 'd1 8000', 'd2 80000000', 'd3 8000000000000000');
    forms.push('c4 01 00', 'c5 0001 00', 'c6 00000001 00', 'd9 01 61', 'da 0001 61');
    forms.push('db 00000001 61', '91 c0', 'dc 0001 c0', 'dd 00000001 c0', '81 a161 c0');
    forms.push('de 0001 a161 c0', 'df 00000001 a161 c0', 'a2 c3a9', '80', '90', 'a0');
    const refused = forms.filter((form) => codeOf(() => checkMessagePack(hex(form))) !== undefined);
    expect(refused).toEqual([]);
  });

  it.each(['ca 3f800000', 'cb 3ff0000000000000', '93 01 92 cb 3ff0000000000000 01 02'])(
    'says that a float is in %s',
    (form) => {
      expect(checkMessagePack(hex(form))).toBe(true);
    },
  );

  it.each([
    ['nothing', ''],
    ['the reserved tag', 'c1'],
    ['fixext 1', 'd4 01 00'],
    ['fixext 2', 'd5 01 0000'],
    ['fixext 4 (a timestamp)', 'd6 ff 00000000'],
    ['fixext 8', 'd7 01 0000000000000000'],
    ['fixext 16', 'd8 01 00000000000000000000000000000000'],
    ['ext 8', 'c7 01 01 00'],
    ['ext 16', 'c8 0001 01 00'],
    ['ext 32', 'c9 00000001 01 00'],
    ['undefined as msgpackr writes it', '92 01 d4 00 00'],
    ['a second value', 'c0 c0'],
    ['a string cut short', 'a3 6161'],
    ['a length field cut short', 'db 0000'],
    ['bytes cut short', 'c6 00ffffff 00'],
    ['a number cut short', 'cf 00000000'],
    ['an array cut short', '93 01 02'],
    ['an array of 2^32-1', 'dd ffffffff'],
    ['a map of 2^32-1', 'df ffffffff a161 01'],
    ['arrays of 2^32-1 inside each other', '91 dd ffffffff dd ffffffff'],
    ['a map with half an entry', '81 a161'],
    ['a string that is not UTF-8', 'a2 c328'],
    ['half a surrogate pair', 'a3 eda080'],
    ['a string cut inside a character', 'a4 616161c3'],
  ])('refuses %s', (_, form) => {
    expect(codeOf(() => checkMessagePack(hex(form)))).toBe('MALFORMED_FRAME');
  });

  it('does not begin with an array that cannot be complete', () => {
    const error = errorOf(() => checkMessagePack(hex('dd 00000003 01 c1')));
    expect(error?.message).toContain('an array or map is cut short');
  });

  it('refuses nesting beyond the limit', () => {
    const nested = (levels: number) => Buffer.concat([Buffer.alloc(levels, 0x91), hex('c0')]);
    expect(checkMessagePack(nested(LIMITS.frameDepthMax))).toBe(false);
    const error = errorOf(() => checkMessagePack(nested(LIMITS.frameDepthMax + 1)));
    expect(error?.code).toBe('MALFORMED_FRAME');
    expect(error?.detail.limit).toBe(`${LIMITS.frameDepthMax} levels`);
    expect(codeOf(() => checkMessagePack(Buffer.alloc(1_000_000, 0x91)))).toBe('MALFORMED_FRAME');
  });

  it('refuses more values than the limit, which cost memory by the value', () => {
    const array = (count: number) => {
      const bytes = Buffer.alloc(5 + count, 0x90);
      bytes[0] = 0xdd;
      bytes.writeUInt32BE(count, 1);
      return bytes;
    };
    expect(checkMessagePack(array(VALUES_MAX - 1))).toBe(false);
    const error = errorOf(() => checkMessagePack(array(VALUES_MAX)));
    expect(error?.detail.limit).toBe('5000 values');
  });

  it('counts a map as more than its entries, for even an empty one costs memory', () => {
    const maps = (count: number) =>
      Buffer.concat([hex(`dd${count.toString(16).padStart(8, '0')}`), Buffer.alloc(count, 0x80)]);
    expect(checkMessagePack(maps(Math.floor((VALUES_MAX - 1) / 17)))).toBe(false);
    expect(codeOf(() => checkMessagePack(maps(Math.ceil(VALUES_MAX / 17))))).toBe(
      'MALFORMED_FRAME',
    );
  });

  it('lets nothing through that msgpackr would stumble over', () => {
    const cases = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.tuple(value, damage).map(([v, harm]) => harm(packr.pack(v))),
    );
    let passed = 0;
    fc.assert(
      fc.property(cases, (bytes) => {
        const code = codeOf(() => checkMessagePack(bytes));
        expect([undefined, 'MALFORMED_FRAME']).toContain(code);
        if (code !== undefined) return;
        passed += 1;
        unpackChecked(bytes);
      }),
      runs(3_000),
    );
    expect(passed).toBeGreaterThan(100);
  });
});
