// A batch is believed only where every number in it agrees with every other.
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  batchHeader,
  encodeBatch,
  LIMITS,
  readRecords,
  stampBatch,
  validateBatch,
} from '../../src/index.ts';
import { codeOf, errorOf } from '../fuzz.ts';
import { assemble, type Parts, seal } from './assemble.ts';

const record = Buffer.from('9500c0c0c0c0', 'hex');
const two = [record, record];

function u32At(at: number, value: number): (batch: Buffer) => Buffer {
  return (batch) => {
    batch.writeUInt32BE(value, at);
    return seal(batch);
  };
}

describe('validateBatch', () => {
  it('accepts what is whole', () => {
    expect(validateBatch(assemble({ records: two })).count).toBe(2);
    expect(validateBatch(assemble({ records: two, deltas: [3, 9] })).lastOffsetDelta).toBe(9);
    expect(
      validateBatch(assemble({ records: two, deltas: [0, 1], lastOffsetDelta: 7 })).flags,
    ).toBe(1);
  });

  it.each<[string, Parts]>([
    ['no record', { records: [] }],
    ['a later format', { records: two, format: 2 }],
    ['format 0', { records: two, format: 0 }],
    ['an unknown flag', { records: two, flags: 64 }],
    ['all flags', { records: two, flags: 0xffff }],
    ['a count above the index', { records: two, count: 3 }],
    ['a count below the index', { records: two, count: 1 }],
    ['offsets that do not match the count', { records: two, lastOffsetDelta: 2 }],
    ['offsets that do not grow', { records: two, deltas: [1, 1] }],
    ['offsets that fall', { records: two, deltas: [5, 4], lastOffsetDelta: 9 }],
    ['an offset beyond the range', { records: two, deltas: [0, 5], lastOffsetDelta: 4 }],
    ['a flag of gaps without the column', { records: two, flags: 1 }],
    ['a column without its flag', { records: two, deltas: [0, 1], flags: 0 }],
    ['a record of no bytes', { records: [record, Buffer.alloc(0)] }],
    ['a body longer than its records', { records: two, bodyBytesRaw: 13 }],
    ['a body shorter than its records', { records: two, body: record }],
    ['two sizes of a plain body', { records: two, body: record, bodyBytesRaw: 12 }],
    ['times in the wrong order', { records: two, firstTimestampMs: 5, lastTimestampMs: 4 }],
    ['a time beyond 2^53-1', { records: two, lastTimestampMs: 2 ** 53 }],
    ['offsets beyond 2^53-1', { records: two, baseOffset: 2 ** 53 - 1 }],
    ['a producer id below -1', { records: two, producerId: -2 }],
  ])('refuses %s', (_, parts) => {
    expect(codeOf(() => validateBatch(assemble(parts)))).toBe('CORRUPT_BATCH');
  });

  it.each<[string, (batch: Buffer) => Uint8Array]>([
    ['nothing', () => Buffer.alloc(0)],
    ['part of a header', (batch) => batch.subarray(0, 75)],
    ['a byte too few', (batch) => seal(batch.subarray(0, -1))],
    ['a byte too many', (batch) => seal(Buffer.concat([batch, Buffer.alloc(1)]))],
    ['two batches', (batch) => Buffer.concat([batch, batch])],
    ['an index of 4 GiB', u32At(64, 0xffff_ffff)],
    ['a body of 4 GiB', u32At(68, 0xffff_ffff)],
    ['a length in the index that is off', u32At(76, 7)],
    ['lengths whose sum passes 2^32', u32At(76, 0xffff_fffa)],
    ['a checksum that is off', (batch) => batch.fill(batch[16] === 0 ? 1 : 0, 16, 17)],
  ])('refuses %s', (_, harm) => {
    expect(codeOf(() => validateBatch(harm(assemble({ records: two }))))).toBe('CORRUPT_BATCH');
  });

  it('refuses every flipped bit that the checksum covers', () => {
    const batch = encodeBatch([{ key: Buffer.from('k'), value: Buffer.from('value') }], {
      nowMs: 7,
    });
    for (let at = 16; at < batch.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const harmed = Buffer.from(batch);
        harmed[at] = (harmed[at] ?? 0) ^ (1 << bit);
        expect(
          codeOf(() => validateBatch(harmed)),
          `byte ${at} bit ${bit}`,
        ).toBeDefined();
      }
    }
  });

  it('knows its limits', () => {
    const plain = assemble({ records: two });
    const limit = (act: () => unknown) => {
      const error = errorOf(act);
      return `${error?.code} ${error?.detail.limit}`;
    };
    expect(limit(() => validateBatch(plain, { messageBytesMax: 5 }))).toBe(
      'MESSAGE_TOO_LARGE 5 bytes',
    );
    expect(codeOf(() => validateBatch(plain, { messageBytesMax: 6 }))).toBeUndefined();
    const many = Array.from({ length: LIMITS.batchRecordsMax + 1 }, () => record);
    expect(limit(() => validateBatch(assemble({ records: many })))).toBe(
      'BATCH_TOO_LARGE 100000 records',
    );
    const long = Buffer.alloc(LIMITS.batchBytesMax);
    expect(limit(() => validateBatch(assemble({ records: [long] })))).toBe(
      'BATCH_TOO_LARGE 8388608 bytes',
    );
    const wide = assemble({
      records: two,
      codec: 1,
      body: gzipSync(record),
      bodyBytesRaw: LIMITS.batchBodyBytesMax + 1,
    });
    expect(limit(() => validateBatch(wide))).toBe('BATCH_TOO_LARGE 33554432 bytes');
  });

  it.each([6, 255])('refuses codec %i', (codec) => {
    const batch = assemble({ records: two, codec });
    expect(codeOf(() => validateBatch(batch))).toBe('UNSUPPORTED_CODEC');
    expect(codeOf(() => readRecords(batch))).toBe('UNSUPPORTED_CODEC');
  });

  it('holds after the broker has stamped the batch', () => {
    const batch = encodeBatch([{ value: Buffer.from('v') }], { nowMs: 7 });
    stampBatch(batch, 2 ** 53 - 1, 1_767_225_600_000);
    const header = validateBatch(batch);
    expect(header.baseOffset).toBe(2 ** 53 - 1);
    expect(header.appendTimeMs).toBe(1_767_225_600_000);
    expect(batchHeader(batch)).toEqual(header);
  });
});

describe('compressed bodies', () => {
  const raw = Buffer.concat(two);
  const codecs: [string, number, (bytes: Uint8Array) => Buffer][] = [
    ['gzip', 1, (bytes) => gzipSync(bytes, { level: 1 })],
    [
      'brotli',
      2,
      (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
    ],
  ];

  it.each(codecs)('%s is read', (_, codec, pack) => {
    expect(readRecords(assemble({ records: two, codec, body: pack(raw) }))).toHaveLength(2);
  });

  it.each(codecs)('%s that is none', (_, codec) => {
    const batch = assemble({ records: two, codec, body: Buffer.from('not compressed at all') });
    expect(validateBatch(batch).count).toBe(2);
    expect(codeOf(() => readRecords(batch))).toBe('CORRUPT_BATCH');
  });

  it.each(codecs)('%s of another size than the header says', (_, codec, pack) => {
    for (const body of [
      pack(record),
      pack(Buffer.concat([raw, record])),
      pack(Buffer.alloc(0)),
      pack(raw).subarray(0, -4),
    ]) {
      expect(codeOf(() => readRecords(assemble({ records: two, codec, body })))).toBe(
        'CORRUPT_BATCH',
      );
    }
  });

  it.each(codecs)('%s of 64 MiB in a small body costs no memory', (_, codec, pack) => {
    const bomb = pack(Buffer.alloc(64 * 1024 * 1024));
    const batch = assemble({ records: two, codec, body: bomb });
    const before = process.memoryUsage().rss;
    expect(codeOf(() => readRecords(batch))).toBe('CORRUPT_BATCH');
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1024 * 1024);
  });
});
