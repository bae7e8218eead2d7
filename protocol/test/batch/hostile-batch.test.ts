// Damaged and hostile batches: refused, or exactly what they were. Never a crash, a hang or a view out of bounds.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batchHeader,
  codecsAvailable,
  encodeBatch,
  type LogRecord,
  readRecords,
  sliceBatch,
  validateBatch,
} from '../../src/index.ts';
import { codeOf, damage, runs } from '../fuzz.ts';
import { assemble, hex, plain, recordInputs, seal } from './assemble.ts';

const KNOWN = [
  undefined,
  'CORRUPT_BATCH',
  'BATCH_TOO_LARGE',
  'MESSAGE_TOO_LARGE',
  'UNSUPPORTED_CODEC',
];

const batches = fc
  .tuple(recordInputs, fc.constantFrom('none', 'none', 'none', ...codecsAvailable()))
  .map(([records, codec]) => encodeBatch(records, { nowMs: 1_000, codec }));

/** Touches every byte that a record points to. */
function touch(records: readonly LogRecord[]): number {
  let sum = 0;
  for (const { key, value, headers } of records) {
    for (const part of [key, value, ...headers.map(([, last]) => last)]) {
      for (const byte of part ?? []) sum += byte;
    }
  }
  return sum;
}

/** Behind the part that the broker stamps, nothing may differ. */
function whatChanged(batch: Uint8Array, harmed: Uint8Array): string | undefined {
  if (hex(batch.subarray(16)) !== hex(harmed.subarray(16))) return 'bytes';
  const { baseOffset } = batchHeader(harmed);
  const were = readRecords(batch).map((record) => plain(record));
  const are = readRecords(harmed).map((record) => plain(record));
  for (const record of were) record.offset += baseOffset;
  return JSON.stringify(were) === JSON.stringify(are) ? undefined : 'records';
}

describe('damaged batches', () => {
  it('are refused, or hold what they held', () => {
    fc.assert(
      fc.property(batches, damage, (batch, harm) => {
        const harmed = harm(batch);
        const code = codeOf(() => validateBatch(harmed));
        expect(KNOWN).toContain(code);
        expect(code === undefined ? whatChanged(batch, harmed) : undefined).toBeUndefined();
      }),
      runs(600),
    );
  });
});

describe('hostile batches, their checksum put right', () => {
  it('are refused, or read within their bounds', () => {
    let read = 0;
    fc.assert(
      fc.property(batches, damage, (batch, harm) => {
        const harmed = seal(harm(batch));
        const code = codeOf(() => {
          validateBatch(harmed);
          const records = readRecords(harmed);
          touch(records);
          const offset = records[0]?.offset ?? 0;
          validateBatch(sliceBatch(harmed, offset, offset));
          read += 1;
        });
        expect(KNOWN).toContain(code);
      }),
      runs(1_200),
    );
    expect(read).toBeGreaterThan(100);
  });

  it('of random records', () => {
    const start = fc.constantFrom('95', '9500', '9500c0c0', '9500c401', '9500c0c092a161', '95d3');
    const record = fc
      .tuple(start, fc.uint8Array({ maxLength: 12 }))
      .map(([head, rest]) => Buffer.concat([Buffer.from(head, 'hex'), rest]));
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 3 }), (records) => {
        const batch = assemble({ records });
        validateBatch(batch);
        expect([undefined, 'CORRUPT_BATCH']).toContain(codeOf(() => touch(readRecords(batch))));
      }),
      runs(1_500),
    );
  });

  it.each([
    ['an array of four', '9400c0c0c0'],
    ['an array of six', '9600c0c0c0c0c0'],
    ['a map', '8100c0'],
    ['a timestamp of text', '95a0c0c0c0c0'],
    ['a timestamp of nil', '95c0c0c0c0c0'],
    ['a timestamp in float format', '95cb3ff0000000000000c0c0c0c0'],
    ['a time before 1970', '95d3ffff000000000000c0c0c0c0'],
    ['a time beyond 2^53-1', '95cf001fffffffffffffc0c0c0c0'],
    ['a timestamp of 2^64-1', '95cfffffffffffffffffc0c0c0c0'],
    ['a key of text', '9500a16bc0c0c0'],
    ['a value of text', '9500c0a176c0c0'],
    ['a value beyond the record', '9500c0c40ac0c0'],
    ['a value of 4 GiB', '9500c0c6ffffffffc0c0'],
    ['a value without its length', '9500c0c6ff'],
    ['headers that are a map', '9500c0c081a161c400c0'],
    ['headers of an odd count', '9500c0c091a161c0'],
    ['more headers than there are', '9500c0c092a161c0'],
    ['headers of 65535', '9500c0c0dcffffc0'],
    ['headers of 2^32-1', '9500c0c0ddffffffffc0'],
    ['a header name of bytes', '9500c0c092c40161c400c0'],
    ['a header name of nil', '9500c0c092c0c400c0'],
    ['a header name that is not UTF-8', '9500c0c092a2c328c400c0'],
    ['a header name of more than 255 bytes', '9500c0c092da0001 61c400c0'],
    ['a header value of nil', '9500c0c092a161c0c0'],
    ['a header value of text', '9500c0c092a161a162c0'],
    ['attributes', '9500c0c0c000'],
    ['bytes after it', '9500c0c0c0c0c0'],
    ['nothing after its values', '9500c0c0c0'],
  ])('%s', (_, form) => {
    const batch = assemble({ records: [Buffer.from(form.replaceAll(' ', ''), 'hex')] });
    expect(validateBatch(batch).count).toBe(1);
    expect(codeOf(() => readRecords(batch))).toBe('CORRUPT_BATCH');
  });

  it('do not let a record reach into the next one', () => {
    const records = [Buffer.from('9500c0c405c0', 'hex'), Buffer.from('9500c0c0c0c0', 'hex')];
    expect(codeOf(() => readRecords(assemble({ records })))).toBe('CORRUPT_BATCH');
  });

  it('are checked before the first record is read', () => {
    expect(codeOf(() => readRecords(Buffer.alloc(10)))).toBe('CORRUPT_BATCH');
    expect(codeOf(() => readRecords(Buffer.alloc(76, 0xff)))).toBe('CORRUPT_BATCH');
  });
});
