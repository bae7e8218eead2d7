import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batchHeader,
  encodeBatch,
  readRecords,
  recordBytes,
  recordIndexFrom,
  recordOffset,
  sliceBatch,
  stampBatch,
  validateBatch,
} from '../../src/index.ts';
import { codeOf, runs } from '../fuzz.ts';
import { assemble, plain, recordInputs } from './assemble.ts';

/** A batch of random records at a random place, with or without gaps. */
const batches = fc
  .tuple(
    recordInputs,
    fc.nat(1_000_000),
    fc.boolean(),
    fc.array(fc.nat(5), { minLength: 12 }),
    fc.nat(3),
  )
  .map(([records, baseOffset, hasGaps, gaps, tail]) => {
    const batch = encodeBatch(records, { nowMs: 1_000 });
    if (!hasGaps) {
      stampBatch(batch, baseOffset, 77);
      return batch;
    }
    const header = batchHeader(batch);
    let at = 76 + header.indexBytes;
    let delta = -1;
    const deltas: number[] = [];
    const bodies = records.map((_, i) => {
      delta += 1 + (gaps[i] ?? 0);
      deltas.push(delta);
      at += recordBytes(batch, i);
      return batch.subarray(at - recordBytes(batch, i), at);
    });
    const { firstTimestampMs, lastTimestampMs } = header;
    const lastOffsetDelta = delta + tail;
    const parts = { records: bodies, deltas, lastOffsetDelta, baseOffset };
    return assemble({ ...parts, firstTimestampMs, lastTimestampMs });
  });

describe('sliceBatch', () => {
  it('keeps the records of the range, with their offsets and times, in a valid batch', () => {
    const cases = fc.tuple(batches, fc.integer({ min: -3, max: 80 }), fc.nat(80));
    fc.assert(
      fc.property(cases, ([batch, skip, length]) => {
        const first = batchHeader(batch).baseOffset + skip;
        const last = first + length;
        const kept = readRecords(batch)
          .map(plain)
          .filter(({ offset }) => offset >= first && offset <= last);
        expect(readRecords(batch, { from: first, to: last }).map(plain)).toEqual(kept);
        const refused = codeOf(() => sliceBatch(batch, first, last));
        expect(refused).toBe(kept.length === 0 ? 'OFFSET_OUT_OF_RANGE' : undefined);
        if (kept.length === 0) return;
        const slice = sliceBatch(batch, first, last);
        const header = validateBatch(slice);
        expect(readRecords(slice).map(plain)).toEqual(kept);
        expect(header.appendTimeMs).toBe(batchHeader(batch).appendTimeMs);
        const isWhole = kept.length === batchHeader(batch).count;
        expect(slice === batch).toBe(isWhole);
        const end = header.baseOffset + header.lastOffsetDelta;
        expect(isWhole || end === kept.at(-1)?.offset).toBe(true);
      }),
      runs(200),
    );
  });

  it('cuts a slice again', () => {
    const records = Array.from({ length: 10 }, (_, i) => ({ value: Buffer.from([i]) }));
    const batch = encodeBatch(records, { nowMs: 1 });
    stampBatch(batch, 100, 1);
    const slice = sliceBatch(sliceBatch(batch, 102, 108), 104, 105);
    expect(readRecords(slice).map(({ offset, value }) => [offset, value?.[0]])).toEqual([
      [104, 4],
      [105, 5],
    ]);
    expect(slice.length).toBeLessThan(110);
  });

  it('gives a compressed batch as it is', () => {
    const records = Array.from({ length: 10 }, () => ({ value: Buffer.alloc(100) }));
    const batch = encodeBatch(records, { nowMs: 1, codec: 'gzip' });
    expect(sliceBatch(batch, 2, 3)).toBe(batch);
    expect(readRecords(batch, { from: 2, to: 3 }).map(({ offset }) => offset)).toEqual([2, 3]);
    expect(codeOf(() => sliceBatch(batch, 10, 20))).toBe('OFFSET_OUT_OF_RANGE');
  });

  it('does not change the batch it cuts', () => {
    const batch = encodeBatch([{ value: Buffer.from('a') }, { value: Buffer.from('b') }], {
      nowMs: 1,
    });
    const copy = Buffer.from(batch);
    sliceBatch(batch, 1, 1);
    expect(batch).toEqual(copy);
  });
});

describe('the index', () => {
  it('finds records by offset', () => {
    fc.assert(
      fc.property(batches, fc.integer({ min: -3, max: 80 }), (batch, skip) => {
        const { count, baseOffset } = batchHeader(batch);
        const offsets = Array.from({ length: count }, (_, i) => recordOffset(batch, i));
        expect(readRecords(batch).map(({ offset }) => offset)).toEqual(offsets);
        const wanted = baseOffset + skip;
        const found = offsets.findIndex((offset) => offset >= wanted);
        expect(recordIndexFrom(batch, wanted)).toBe(found < 0 ? count : found);
      }),
      runs(150),
    );
  });
});
