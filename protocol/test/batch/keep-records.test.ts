// What is left of a batch without some of its records is what its producer would have sent without them.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeBatch,
  keepRecords,
  MillraceError,
  type RecordInput,
  readRecords,
  recordDedup,
  recordDelayMs,
  recordGroup,
  recordMaxDeliveries,
  recordTtlMs,
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

describe('keepRecords', () => {
  it('keeps all that is said of the records it keeps, in a batch that is whole [L-85]', () => {
    const scene = fc.record({
      records: fc.array(record, { minLength: 1, maxLength: 12 }),
      codec: fc.constantFrom('none', 'gzip', 'brotli'),
      choose: fc.infiniteStream(fc.boolean()),
    });
    fc.assert(
      fc.property(scene, ({ records, codec, choose }) => {
        const batch = encodeBatch(records, { nowMs: 0, codec });
        const before = batch.slice();
        const kept = [...records.keys()].filter(() => choose.next().value === true);
        if (kept.length === 0) kept.push(records.length - 1);
        const left = keepRecords(batch, kept);
        const header = validateBatch(left);
        const whole = contentOf(batch);
        expect(contentOf(left)).toEqual(kept.map((index, offset) => ({ ...whole[index], offset })));
        expect(header).toMatchObject({ count: kept.length, lastOffsetDelta: kept.length - 1 });
        const { producerId, firstTimestampMs, lastTimestampMs, flags } = validateBatch(batch);
        expect(header).toMatchObject({ producerId, firstTimestampMs, lastTimestampMs, flags });
        expect(batch).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });

  it('compresses again with the codec of the producer, where that makes it shorter', () => {
    const value = new Uint8Array(1_000);
    const batch = encodeBatch([{ value }, { value }, { value: value.subarray(0, 1) }], {
      nowMs: 0,
      codec: 'gzip',
    });
    expect(validateBatch(keepRecords(batch, [1])).codec).toBe(validateBatch(batch).codec);
    expect(validateBatch(keepRecords(batch, [2])).codec).toBe(0);
  });

  it('says so where the body is not what the codec makes', () => {
    const value = new Uint8Array(1_000);
    const batch = encodeBatch([{ value }, { value }], { nowMs: 0, codec: 'gzip' });
    batch.fill(0xff, batch.length - 8);
    expect(() => keepRecords(batch, [0])).toThrow(MillraceError);
  });
});
