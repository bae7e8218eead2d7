// A frame in parts is the frame; large bytes are the caller's own memory.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeRequest,
  encodeRequestParts,
  encodeResponse,
  encodeResponseParts,
  LIMITS,
} from '../../src/index.ts';
import { packFrameParts } from '../../src/message-pack/pack-parts.ts';
import { packFrame } from '../../src/message-pack/pack-values.ts';
import { codeOf, runs } from '../fuzz.ts';

const LARGE = 32 * 1024;

const bytes = fc
  .oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 300 }) },
    fc.constantFrom(LARGE - 1, LARGE, LARGE + 1, 0xffff, 0x1_0000, 0x1_0001),
  )
  .map((size) => new Uint8Array(size).fill(size));

const values = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    bytes,
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger(),
    fc.string({ maxLength: 40 }),
    fc.array(tie('any'), { maxLength: 20 }),
  ),
})).any;

describe('a frame in parts', () => {
  it('is the frame', () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 20 }), (all) => {
        const whole = Buffer.from(packFrame(all));
        expect(Buffer.concat(packFrameParts(all)).equals(whole)).toBe(true);
      }),
      runs(300),
    );
  });

  it('has long arrays as the frame has', () => {
    for (const count of [15, 16, 0xffff, 0x1_0000]) {
      const all = [Array.from({ length: count }, (_, i) => (i === 1 ? new Uint8Array(LARGE) : i))];
      const whole = Buffer.from(packFrame(all));
      expect(Buffer.concat(packFrameParts(all)).equals(whole)).toBe(true);
    }
  });

  it('does not copy what is large', () => {
    const batch = new Uint8Array(LARGE);
    const batches = [{ topicId: 1, partition: 0, batch }];
    const parts = encodeRequestParts('Produce', 1, 7, { batches });
    expect(parts).toContain(batch);
    const whole = encodeRequest('Produce', 1, 7, { batches });
    expect(Buffer.concat(parts).equals(whole)).toBe(true);
  });

  it('does not copy what is large in a response either', () => {
    const batch = new Uint8Array(LARGE);
    const ends = { errorCode: 0, errorMessage: null, startOffset: 0, endOffset: 1 };
    const partitions = [{ topicId: 1, partition: 0, ...ends, batches: [batch] }];
    const parts = encodeResponseParts('Fetch', 1, 7, { partitions });
    expect(parts).toContain(batch);
    expect(Buffer.concat(parts).equals(encodeResponse('Fetch', 1, 7, { partitions }))).toBe(true);
  });

  it('is bounded as a frame is', () => {
    const large = new Uint8Array(LIMITS.frameBytesMax / 2);
    expect(codeOf(() => packFrameParts([large, large]))).toBe('FRAME_TOO_LARGE');
  });
});
