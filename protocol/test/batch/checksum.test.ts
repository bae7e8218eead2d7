import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { checksumOf, crc32OfSmall } from '../../src/batch/checksum.ts';
import { runs } from '../fuzz.ts';

it('the checksum has the known value of CRC-32', () => {
  expect(checksumOf(Buffer.from('123456789'), 0, 9)).toBe(0xcbf4_3926);
  expect(checksumOf(Buffer.alloc(0), 0, 0)).toBe(0);
});

it('both ways to the checksum agree, at every length and place', () => {
  const bytes = Uint8Array.from({ length: 600 }, (_, i) => (i * 31) & 0xff);
  for (let to = 0; to <= bytes.length; to += 1) {
    const from = to % 7;
    if (from > to) continue;
    const known = crc32(bytes.subarray(from, to));
    expect(crc32OfSmall(bytes, from, to)).toBe(known);
    expect(checksumOf(bytes, from, to)).toBe(known);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (any) => {
      expect(crc32OfSmall(any, 0, any.length)).toBe(crc32(any));
    }),
    runs(200),
  );
});
