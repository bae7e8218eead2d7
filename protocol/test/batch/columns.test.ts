// The optional columns of the index: there only where used, kept by every cut, refused where they make no sense.
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BatchBuilder,
  batchFlags,
  batchHeader,
  contentHash,
  dedupHash,
  encodeBatch,
  FLAG_DEDUP,
  FLAG_DELAY,
  FLAG_DELIVERIES,
  FLAG_GAPS,
  FLAG_GROUP,
  FLAG_TTL,
  indexEntryBytes,
  LIMITS,
  type RecordInput,
  readRecords,
  recordIndexFrom,
  recordOffset,
  sliceBatch,
  validateBatch,
} from '../../src/index.ts';
import { codeOf, damage, errorOf, runs } from '../fuzz.ts';
import {
  assemble,
  expected,
  expectedSaid,
  hex,
  plain,
  recordInputs,
  said,
  seal,
} from './assemble.ts';

const HASH = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const USES: readonly (readonly [flag: number, bytes: number, record: RecordInput])[] = [
  [FLAG_DELAY, 8, { delayMs: 60_000 }],
  [FLAG_TTL, 8, { ttlMs: LIMITS.messageTtlMsMax }],
  [FLAG_DEDUP, 16, { dedup: HASH }],
  [FLAG_DELIVERIES, 4, { maxDeliveries: 1_000 }],
  [FLAG_GROUP, 4, { groupId: 2 ** 32 - 1 }],
];
const EVERY_FLAGS = Array.from({ length: 64 }, (_, flags) => flags);
const record = Buffer.from('9500c0c0c0c0', 'hex');

/** Columns as docs/protocol.md has them, for records whose values all differ; with the flags' gaps where asked for. */
function laidOut(flags: number, count: number): Buffer {
  const columns = USES.filter(([flag]) => (flags & flag) !== 0).map(([flag, bytes]) => {
    const column = Buffer.alloc(bytes * count);
    for (let i = 0; i < count; i += 1) column[bytes * (i + 1) - 1] = flag + i;
    return column;
  });
  const records = Array.from({ length: count }, () => record);
  const hasGaps = (flags & FLAG_GAPS) !== 0;
  const deltas = records.map((_, i) => 2 * i + 1);
  const parts = { records, columns, flags, baseOffset: 1_000 };
  return assemble(hasGaps ? { ...parts, deltas } : parts);
}

function saidAt(flags: number, i: number) {
  const value = (flag: number) => ((flags & flag) === 0 ? 0 : flag + i);
  const dedup = value(FLAG_DEDUP).toString(16).padStart(32, '0');
  return {
    delayMs: value(FLAG_DELAY),
    ttlMs: value(FLAG_TTL),
    dedup: (flags & FLAG_DEDUP) === 0 ? null : dedup,
    maxDeliveries: value(FLAG_DELIVERIES),
    groupId: value(FLAG_GROUP),
  };
}

describe('columns of the index', () => {
  it('are not there where no record uses them', () => {
    const plainRecords = [{ key: Buffer.from('k') }, { value: Buffer.from('v') }];
    const nothing = { delayMs: 0, ttlMs: 0, maxDeliveries: 0, groupId: 0, dedup: undefined };
    const batch = encodeBatch(plainRecords, { nowMs: 1 });
    expect(batchFlags(batch)).toBe(0);
    expect(batchHeader(batch).indexBytes).toBe(8);
    const same = plainRecords.map((each) => ({ ...each, ...nothing }));
    expect(hex(encodeBatch(same, { nowMs: 1 }))).toBe(hex(batch));
    expect(said(batch, 1)).toEqual(expectedSaid({}));
  });

  it.each(USES)('flag %i adds %i bytes a record, for all where one uses it', (flag, bytes, use) => {
    const builder = new BatchBuilder();
    builder.add({}, 1);
    const without = builder.bytes;
    const length = builder.add(use, 1) - without;
    expect(length).toBe(4 + 6 + 2 * bytes);
    const batch = builder.build();
    expect(batch).toHaveLength(without + length);
    expect(batchFlags(batch)).toBe(flag);
    validateBatch(batch);
    expect([said(batch, 0), said(batch, 1)]).toEqual([expectedSaid({}), expectedSaid(use)]);
    builder.add({}, 1);
    expect(hex(builder.build())).toBe(hex(encodeBatch([{}], { nowMs: 1 })));
  });

  it('come out of a batch as they went in', () => {
    fc.assert(
      fc.property(recordInputs, fc.constantFrom('none', 'gzip'), (records, codec) => {
        const batch = encodeBatch(records, { nowMs: 1_000, codec });
        const { flags, indexBytes, count } = validateBatch(batch);
        expect(indexBytes).toBe((indexEntryBytes(flags) ?? 0) * count);
        expect(records.map((_, i) => said(batch, i))).toEqual(records.map(expectedSaid));
        expect(readRecords(batch).map(plain)).toEqual(
          records.map((each, i) => expected(each, i, 1_000)),
        );
      }),
      runs(200),
    );
  });

  it.each(EVERY_FLAGS)('lie one after the other: flags %i', (flags) => {
    const batch = laidOut(flags, 4);
    const header = validateBatch(batch);
    expect(header.flags).toBe(flags);
    expect([0, 1, 2, 3].map((i) => said(batch, i))).toEqual(
      [0, 1, 2, 3].map((i) => saidAt(flags, i)),
    );
  });

  it.each(EVERY_FLAGS)('are cut with their records: flags %i', (flags) => {
    const batch = laidOut(flags, 5);
    for (let first = 0; first < 5; first += 1) {
      for (let last = first; last < 5; last += 1) {
        const slice = sliceBatch(batch, recordOffset(batch, first), recordOffset(batch, last));
        const { count } = validateBatch(slice);
        expect(count).toBe(last - first + 1);
        for (let i = 0; i < count; i += 1) {
          expect(said(slice, i)).toEqual(saidAt(flags, first + i));
          expect(recordOffset(slice, i)).toBe(recordOffset(batch, first + i));
        }
        const found = recordIndexFrom(slice, recordOffset(batch, last));
        expect(found).toBe(count - 1);
      }
    }
  });

  it('are copied from the record when it is added', () => {
    const dedup = Buffer.from(HASH);
    const builder = new BatchBuilder();
    builder.add({ dedup }, 1);
    dedup.fill(9);
    expect(said(builder.build(), 0).dedup).toBe(hex(HASH));
  });

  it('count when the batch is full', () => {
    const builder = new BatchBuilder();
    const size = LIMITS.messageBytesMax / 2;
    while (builder.bytes + size + 100 < LIMITS.batchBytesMax) {
      builder.add({ value: Buffer.alloc(size) }, 1);
    }
    const left = LIMITS.batchBytesMax - builder.bytes - 4 - 8 - 14;
    const last = { value: Buffer.alloc(left) };
    const { bytes } = builder;
    expect(codeOf(() => builder.add({ ...last, dedup: HASH }, 1))).toBe('BATCH_TOO_LARGE');
    expect(builder.bytes).toBe(bytes);
    builder.add({ value: Buffer.alloc(10) }, 1);
    expect(batchFlags(builder.build())).toBe(0);
  });
});

describe('columns that a builder refuses', () => {
  it.each<[RecordInput, string, string]>([
    [{ delayMs: LIMITS.delayMsMax + 1 }, 'delayMs', '31536000000 ms'],
    [{ delayMs: -1 }, 'delayMs', '31536000000 ms'],
    [{ delayMs: 0.5 }, 'delayMs', '31536000000 ms'],
    [{ delayMs: Number.NaN }, 'delayMs', '31536000000 ms'],
    [{ ttlMs: LIMITS.messageTtlMsMax + 1 }, 'ttlMs', '31536000000 ms'],
    [{ ttlMs: -1 }, 'ttlMs', '31536000000 ms'],
    [{ maxDeliveries: LIMITS.maxDeliveriesMax + 1 }, 'maxDeliveries', '1000'],
    [{ groupId: 2 ** 32 }, 'groupId', '4294967295'],
    [{ dedup: Buffer.alloc(15) }, 'dedup', '16 bytes'],
    [{ dedup: Buffer.alloc(17) }, 'dedup', '16 bytes'],
    [{ dedup: '0123456789abcdef' as never }, 'dedup', '16 bytes'],
  ])('%j', (input, field, limit) => {
    const builder = new BatchBuilder();
    builder.add({ ttlMs: 1 }, 1);
    const { bytes } = builder;
    const error = errorOf(() => builder.add(input, 1));
    expect(error?.code).toBe('INVALID_REQUEST');
    expect(error?.detail).toMatchObject({ field, limit });
    expect(builder.bytes).toBe(bytes);
    expect(batchFlags(builder.build())).toBe(FLAG_TTL);
  });
});

describe('columns that are refused in a batch', () => {
  it.each([
    ['delayMs', FLAG_DELAY, '0000000757b12c01'],
    ['delayMs', FLAG_DELAY, 'ffffffffffffffff'],
    ['ttlMs', FLAG_TTL, '0000000757b12c01'],
    ['maxDeliveries', FLAG_DELIVERIES, '000003e9'],
  ])('%s beyond its limit: flag %i, %s', (field, flag, value) => {
    const bytes = Buffer.from(value, 'hex');
    const column = Buffer.concat([Buffer.alloc(bytes.length), bytes]);
    const batch = assemble({ records: [record, record], columns: [column], flags: flag });
    const error = errorOf(() => validateBatch(batch));
    expect(error).toMatchObject({ code: 'CORRUPT_BATCH', detail: { field } });
    expect(error?.message).toContain('record 1');
    const { delayMs, ttlMs, maxDeliveries } = said(batch, 1);
    expect(delayMs).toBeLessThanOrEqual(LIMITS.delayMsMax);
    expect(ttlMs).toBeLessThanOrEqual(LIMITS.messageTtlMsMax);
    expect(maxDeliveries).toBeLessThanOrEqual(LIMITS.maxDeliveriesMax);
  });

  it.each(EVERY_FLAGS.slice(1))('without the bytes for them: flags %i', (flags) => {
    const batch = laidOut(flags, 3);
    const short = Buffer.concat([batch.subarray(0, 80), batch.subarray(81)]);
    short.writeUInt32BE(batch.readUInt32BE(64) - 1, 64);
    expect(codeOf(() => validateBatch(seal(short)))).toBe('CORRUPT_BATCH');
    const unsaid = Buffer.from(batch);
    unsaid.writeUInt16BE(flags & (flags - 1), 22);
    expect(codeOf(() => validateBatch(seal(unsaid)))).toBe('CORRUPT_BATCH');
    const more = Buffer.from(batch);
    more.writeUInt16BE(flags | 64, 22);
    expect(codeOf(() => validateBatch(seal(more)))).toBe('CORRUPT_BATCH');
  });

  it('hostile ones are refused, or stay within their limits and bounds', () => {
    const batches = fc.tuple(fc.constantFrom(...EVERY_FLAGS), fc.integer({ min: 1, max: 4 }));
    fc.assert(
      fc.property(batches, damage, ([flags, count], harm) => {
        const harmed = seal(harm(laidOut(flags, count)));
        const code = codeOf(() => validateBatch(harmed));
        if (code !== undefined) return;
        for (let i = 0; i < batchHeader(harmed).count; i += 1) {
          const { delayMs, ttlMs, maxDeliveries, groupId, dedup } = said(harmed, i);
          expect(delayMs <= LIMITS.delayMsMax && ttlMs <= LIMITS.messageTtlMsMax).toBe(true);
          expect(maxDeliveries <= LIMITS.maxDeliveriesMax && groupId < 2 ** 32).toBe(true);
          expect(dedup === null || dedup.length === 32).toBe(true);
        }
      }),
      runs(800),
    );
  });
});

describe('dedup hashes', () => {
  const sha = (data: string) => createHash('sha256').update(data).digest('hex').slice(0, 32);

  it('are the first 16 bytes of SHA-256', () => {
    expect(hex(dedupHash('é'))).toBe(sha('é'));
    expect(hex(contentHash(Buffer.from('é')))).toBe(sha('é'));
    expect(dedupHash('a')).toHaveLength(LIMITS.dedupHashBytes);
  });

  it('of no value is that of an empty one', () => {
    expect(hex(contentHash(null))).toBe(hex(contentHash(Buffer.alloc(0))));
  });
});
