import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashKey, partitionForKey } from '../src/index.ts';
import { runs } from './fuzz.ts';

const signed = (text: string) => hashKey(Buffer.from(text)) | 0;

describe('hashKey', () => {
  // The values that Kafka's own tests expect of its murmur2.
  it.each([
    ['21', -973_932_308],
    ['foobar', -790_332_482],
    ['a-little-bit-long-string', -985_981_536],
    ['a-little-bit-longer-string', -1_486_304_829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
    ['abc', 479_470_107],
  ])('%s', (key, hash) => {
    expect(signed(key)).toBe(hash);
  });

  it('is an unsigned number of 32 bits, the same for equal bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (key) => {
        const hash = hashKey(key);
        expect(Number.isInteger(hash) && hash >= 0 && hash <= 0xffff_ffff).toBe(true);
        expect(hashKey(Buffer.from(key))).toBe(hash);
        expect(hashKey(Buffer.concat([Buffer.alloc(3), key]).subarray(3))).toBe(hash);
      }),
      runs(200),
    );
  });

  it('spreads keys over partitions', () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 10_000; i += 1) {
      const partition = partitionForKey(Buffer.from(`user-${i}`), counts.length);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(900);
    expect(Math.max(...counts)).toBeLessThan(1_100);
  });

  it('takes the sign bit away before it divides', () => {
    expect(partitionForKey(Buffer.from('21'), 7)).toBe((-973_932_308 & 0x7fff_ffff) % 7);
    expect(partitionForKey(Buffer.alloc(0), 1)).toBe(0);
  });
});
