// Limits met here: headersPerRecordMax, deadLetterHeadroomBytes.
import { describe, expect, it } from 'vitest';
import {
  BatchBuilder,
  encodeBatch,
  LIMITS,
  RECORD_BYTES_MAX,
  readRecords,
  validateBatch,
} from '../../src/index.ts';
import { codeOf, errorOf } from '../fuzz.ts';

const small = { value: Buffer.from('v') };

describe('BatchBuilder', () => {
  it('says how large the batch has become', () => {
    const builder = new BatchBuilder();
    builder.add(small, 1);
    const bytes = builder.add({ value: Buffer.alloc(1_000) }, 1);
    expect(bytes).toBe(builder.bytes);
    expect(builder.count).toBe(2);
    expect(builder.build()).toHaveLength(bytes);
  });

  it('refuses to build nothing', () => {
    expect(codeOf(() => new BatchBuilder().build())).toBe('INVALID_REQUEST');
  });

  it.each([
    [
      'a record beyond the limit',
      { value: Buffer.alloc(LIMITS.messageBytesMax) },
      'MESSAGE_TOO_LARGE',
    ],
    [
      'too many headers',
      { headers: Array.from({ length: 129 }, () => ['h', Buffer.alloc(1)] as const) },
      'INVALID_REQUEST',
    ],
    [
      'a long header name',
      { headers: [['h'.repeat(256), Buffer.alloc(1)] as const] },
      'INVALID_REQUEST',
    ],
    [
      'a long header name in bytes',
      { headers: [['é'.repeat(128), Buffer.alloc(1)] as const] },
      'INVALID_REQUEST',
    ],
    ['a key of text', { key: 'text' as never }, 'INVALID_REQUEST'],
    ['a value of text', { value: 'text' as never }, 'INVALID_REQUEST'],
    ['a value of other numbers', { value: new Uint16Array(4) as never }, 'INVALID_REQUEST'],
    ['a header value of text', { headers: [['h', 'text' as never] as const] }, 'INVALID_REQUEST'],
    ['a header without a value', { headers: [['h', null as never] as const] }, 'INVALID_REQUEST'],
    [
      'a header name of bytes',
      { headers: [[Buffer.from('h') as never, Buffer.alloc(1)] as const] },
      'INVALID_REQUEST',
    ],
    ['a time with a fraction', { timestampMs: 1.5 }, 'INVALID_REQUEST'],
    ['a time before 1970', { timestampMs: -1 }, 'INVALID_REQUEST'],
    ['a time beyond 2^53-1', { timestampMs: 2 ** 53 }, 'INVALID_REQUEST'],
  ])('refuses %s and is then as before', (_, record, code) => {
    const builder = new BatchBuilder();
    builder.add(small, 5);
    const bytes = builder.bytes;
    expect(codeOf(() => builder.add(record, 5))).toBe(code);
    expect(builder.bytes).toBe(bytes);
    builder.add(small, 6);
    const batch = builder.build();
    validateBatch(batch);
    expect(readRecords(batch).map(({ timestampMs }) => timestampMs)).toEqual([5, 6]);
  });

  it('refuses the first record without keeping anything of it', () => {
    const builder = new BatchBuilder();
    const tooLong = [
      ['h', Buffer.alloc(1)],
      ['h'.repeat(256), Buffer.alloc(1)],
    ] as const;
    expect(codeOf(() => builder.add({ headers: tooLong, timestampMs: 99 }, 1))).toBe(
      'INVALID_REQUEST',
    );
    builder.add(small, 7);
    expect(builder.build()).toEqual(encodeBatch([small], { nowMs: 7 }));
  });

  it('is full at its largest number of records and bytes', () => {
    const counted = new BatchBuilder();
    for (let i = 0; i < LIMITS.batchRecordsMax; i += 1) counted.add({}, 1);
    expect(errorOf(() => counted.add({}, 1))?.detail.limit).toBe('100000 records');
    validateBatch(counted.build());

    const filled = new BatchBuilder();
    const large = { value: Buffer.alloc(1_000_000) };
    for (let i = 0; i < 8; i += 1) filled.add(large, 1);
    expect(errorOf(() => filled.add(large, 1))?.code).toBe('BATCH_TOO_LARGE');
    validateBatch(filled.build());
  });

  it('leaves a body as it is where compression does not shorten it', () => {
    const random = Buffer.from(Array.from({ length: 200 }, (_, i) => (i * i * 31 + i * 7) % 251));
    const short = encodeBatch([{ value: Buffer.from('short') }], { nowMs: 1, codec: 'gzip' });
    expect(validateBatch(short).codec).toBe(0);
    expect(short).toEqual(encodeBatch([{ value: Buffer.from('short') }], { nowMs: 1 }));
    const long = encodeBatch([{ value: random }, { value: random }], { nowMs: 1, codec: 'gzip' });
    expect(validateBatch(long).codec).toBe(1);
    expect(readRecords(long)[1]?.value).toEqual(new Uint8Array(random));
  });

  it('gives dead letters room beyond a message of the largest size', () => {
    const headers = Array.from(
      { length: LIMITS.headersPerRecordMax },
      (_, i) => [`h${i}`, Buffer.alloc(1)] as const,
    );
    const more = Array.from(
      { length: LIMITS.deadLetterHeadersMax },
      (_, i) => [`d${i}`, Buffer.alloc(1)] as const,
    );
    const record = { value: Buffer.alloc(LIMITS.messageBytesMax), headers: [...headers, ...more] };
    const batch = encodeBatch([record], { nowMs: 1, deadLetter: true });
    validateBatch(batch);
    validateBatch(batch, { messageBytesMax: RECORD_BYTES_MAX });
    expect(codeOf(() => validateBatch(batch, { messageBytesMax: LIMITS.messageBytesMax }))).toBe(
      'MESSAGE_TOO_LARGE',
    );
    const beyond = { value: Buffer.alloc(RECORD_BYTES_MAX) };
    expect(codeOf(() => encodeBatch([beyond], { nowMs: 1, deadLetter: true }))).toBe(
      'MESSAGE_TOO_LARGE',
    );
  });
});
