// What is left of a stored batch without some of its records: the others, with all that was said of them, where they were.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batchHeader,
  encodeBatch,
  LIMITS,
  type RecordInput,
  readRecords,
  recordDedup,
  recordDelayMs,
  recordGroup,
  recordMaxDeliveries,
  recordTtlMs,
  stampBatch,
  thinBatch,
  validateBatch,
} from '../../src/index.ts';

const bytes = fc.uint8Array({ maxLength: 40 });
const record: fc.Arbitrary<RecordInput> = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  timestampMs: fc.nat({ max: 2 ** 41 }),
  headers: fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 5 }), bytes), { maxLength: 3 }),
  delayMs: fc.constantFrom(0, 0, 5_000),
  ttlMs: fc.constantFrom(0, 0, 7_000),
  dedup: fc.option(fc.uint8Array({ minLength: 16, maxLength: 16 }), { nil: undefined }),
  maxDeliveries: fc.constantFrom(0, 0, 3),
  groupId: fc.constantFrom(0, 0, 9),
});

function contentOf(batch: Uint8Array) {
  return readRecords(batch).map(({ offset, key, value, headers, timestampMs }, i) => ({
    offset,
    key,
    value,
    headers: headers.map(([name, text]) => [name, [...text]]),
    timestampMs,
    delayMs: recordDelayMs(batch, i),
    ttlMs: recordTtlMs(batch, i),
    dedup: recordDedup(batch, i)?.toString(),
    maxDeliveries: recordMaxDeliveries(batch, i),
    groupId: recordGroup(batch, i),
  }));
}

function indexesOf(count: number, choose: { next(): IteratorResult<boolean> }): number[] {
  const kept = Array.from({ length: count }, (_, i) => i).filter(() => choose.next().value);
  return kept.length === 0 ? [count - 1] : kept;
}

describe('thinBatch', () => {
  it('keeps offsets, times and columns, also of what was thinned or cut before [G-36] [G-40]', () => {
    const scene = fc.record({
      records: fc.array(record, { minLength: 1, maxLength: 12 }),
      codec: fc.constantFrom('none', 'gzip', 'brotli'),
      choose: fc.infiniteStream(fc.boolean()),
      baseOffset: fc.constantFrom(0, 7, 2 ** 40),
      isCut: fc.boolean(),
    });
    const property = fc.property(scene, ({ records, codec, choose, baseOffset, isCut }) => {
      let batch = encodeBatch(records, { nowMs: 0, codec });
      stampBatch(batch, baseOffset, 99);
      for (let round = 0; round < 2; round += 1) {
        const before = batch.slice();
        const old = batchHeader(batch);
        const kept = indexesOf(old.count, choose);
        const whole = contentOf(batch);
        const expected = kept.map((index) => whole[index]);
        const base = isCut ? (expected[0]?.offset ?? 0) : old.baseOffset;
        const [left, ...others] = thinBatch(batch, kept, base);
        expect(others).toEqual([]);
        expect(batch).toEqual(before);
        if (left === undefined) throw new Error('nothing is left');
        expect(contentOf(left)).toEqual(expected);
        const header = validateBatch(left);
        expect(header.baseOffset).toBe(base);
        expect(base + header.lastOffsetDelta).toBe(old.baseOffset + old.lastOffsetDelta);
        const { appendTimeMs, producerId, sequence, firstTimestampMs, lastTimestampMs } = old;
        const same = { appendTimeMs, producerId, sequence, firstTimestampMs, lastTimestampMs };
        expect(header).toMatchObject(same);
        batch = left;
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('gives several batches where gaps make one too large', () => {
    const value = new Uint8Array(80);
    const records = Array.from({ length: 90_000 }, () => ({ value }));
    const batch = encodeBatch(records, { nowMs: 0 });
    expect(batch.length).toBeLessThan(LIMITS.batchBytesMax);
    const kept = Array.from({ length: records.length - 1 }, (_, i) => i + 1);
    const pieces = thinBatch(batch, kept);
    expect(pieces.length).toBe(2);
    let next = 0;
    const offsets: number[] = [];
    for (const piece of pieces) {
      const { baseOffset, lastOffsetDelta } = validateBatch(piece);
      expect(baseOffset).toBe(next);
      next = baseOffset + lastOffsetDelta + 1;
      for (const { offset } of readRecords(piece)) offsets.push(offset);
    }
    expect(next).toBe(records.length);
    expect(offsets).toEqual(kept);
  });

  it('refuses a body that cannot be opened', () => {
    const batch = encodeBatch([{ value: new Uint8Array(500) }, {}], { nowMs: 0, codec: 'gzip' });
    batch.fill(7, batch.length - 20);
    expect(() => thinBatch(batch, [0])).toThrow('Corrupt batch');
  });
});
