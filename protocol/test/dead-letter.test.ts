import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batchFlags,
  DEAD_LETTER_HEADERS,
  deadLetterOf,
  encodeBatch,
  type HeaderInput,
  LIMITS,
  type LogRecord,
  messageId,
  type RecordInput,
  readRecords,
  stampBatch,
  validateBatch,
} from '../src/index.ts';
import { assemble, expected, plain, recordInputs } from './batch/assemble.ts';
import { errorOf, runs } from './fuzz.ts';

const header = (name: string, value: string) => [name, Buffer.from(value)] as const;
const added = [
  header(DEAD_LETTER_HEADERS.reason, 'exhausted'),
  header(DEAD_LETTER_HEADERS.messageId, messageId(1, 2, 3)),
];

/** The dead letter of the record at an offset, as the broker makes it. */
function letterRecord(batch: Uint8Array, offset: number, headers: HeaderInput): RecordInput {
  const records: LogRecord[] = [];
  const error = errorOf(() => records.push(...readRecords(batch, { from: offset, to: offset })));
  const found = error ?? records[0];
  if (found === undefined) throw new Error('no record');
  return deadLetterOf(found, headers);
}

/** The dead letter as its reader gets it. */
function letterOf(record: RecordInput) {
  const batch = encodeBatch([record], { nowMs: 99, deadLetter: true });
  validateBatch(batch);
  const [letter] = readRecords(batch);
  if (letter === undefined) throw new Error('no letter');
  return letter;
}

function headersOf(record: RecordInput): Record<string, string> {
  return Object.fromEntries(
    letterOf(record).headers.map(([name, value]) => [name, Buffer.from(value).toString()]),
  );
}

describe('deadLetterOf', () => {
  it('copies the record and adds the headers', () => {
    fc.assert(
      fc.property(
        recordInputs,
        fc.nat(),
        fc.constantFrom('none', 'gzip'),
        (records, pick, codec) => {
          const batch = encodeBatch(records, { nowMs: 5, codec });
          stampBatch(batch, 1_000, 7);
          const i = pick % records.length;
          const record = records[i] ?? {};
          const letter = letterOf(letterRecord(batch, 1_000 + i, added));
          const headers = [...(record.headers ?? []), ...added];
          expect(plain(letter)).toEqual(expected({ ...record, headers }, 0, 5));
        },
      ),
      runs(60),
    );
  });

  it('takes over nothing that the index said: no delay, no age, no dedup hash, no group', () => {
    const record = {
      value: Buffer.from('v'),
      delayMs: 1,
      ttlMs: 2,
      dedup: Buffer.alloc(16, 3),
      maxDeliveries: 4,
      groupId: 5,
    };
    const batch = encodeBatch([record], { nowMs: 1 });
    expect(batchFlags(batch)).toBe(62);
    const input = letterRecord(batch, 0, added);
    expect(Object.keys(input).toSorted()).toEqual(['headers', 'key', 'timestampMs', 'value']);
    expect(batchFlags(encodeBatch([input], { nowMs: 2, deadLetter: true }))).toBe(0);
  });

  it('replaces the headers of an earlier move but keeps the first message id', () => {
    const first = encodeBatch([{ value: Buffer.from('v'), headers: [header('own', 'x')] }], {
      nowMs: 1,
    });
    const moved = encodeBatch([letterRecord(first, 0, added)], { nowMs: 2, deadLetter: true });
    const again = letterRecord(moved, 0, [
      header(DEAD_LETTER_HEADERS.reason, 'rejected'),
      header(DEAD_LETTER_HEADERS.messageId, messageId(8, 8, 8)),
    ]);
    expect(again.headers).toHaveLength(3);
    expect(headersOf(again)).toEqual({
      own: 'x',
      [DEAD_LETTER_HEADERS.reason]: 'rejected',
      [DEAD_LETTER_HEADERS.messageId]: messageId(1, 2, 3),
    });
  });

  it('sums the deliveries of earlier moves up, however often it dies', () => {
    const { deliveries, earlierDeliveries } = DEAD_LETTER_HEADERS;
    let batch = encodeBatch([{ headers: [header(earlierDeliveries, 'many')] }], { nowMs: 1 });
    const counts: (string | undefined)[] = [];
    for (const count of ['3', '1', '5']) {
      const record = letterRecord(batch, 0, [header(deliveries, count)]);
      counts.push(headersOf(record)[earlierDeliveries]);
      batch = encodeBatch([record], { nowMs: 2, deadLetter: true });
    }
    expect(counts).toEqual([undefined, '3', '4']);
  });

  it('believes no first message id that is none', () => {
    const forged = [header(DEAD_LETTER_HEADERS.messageId, 'mine')];
    const batch = encodeBatch([{ headers: forged }], { nowMs: 1 });
    const { [DEAD_LETTER_HEADERS.messageId]: id } = headersOf(letterRecord(batch, 0, added));
    expect(id).toBe(messageId(1, 2, 3));
  });

  it('takes a message of the largest size with the most headers', () => {
    const headers = Array.from({ length: LIMITS.headersPerRecordMax }, (_, i) =>
      header(`h${i}`, 'x'),
    );
    const most = LIMITS.messageBytesMax - 2_000;
    const batch = encodeBatch([{ value: Buffer.alloc(most), headers }], { nowMs: 1 });
    const record = letterRecord(batch, 0, added);
    expect(letterOf(record).headers).toHaveLength(LIMITS.headersPerRecordMax + added.length);
  });

  it('drops headers beyond what a letter may have', () => {
    const pairs = Array.from({ length: 1_000 }, () => 'a168c400').join('');
    const hostile = Buffer.from(`9500c0c0dc07d0${pairs}c0`, 'hex');
    const batch = assemble({ records: [hostile] });
    expect(readRecords(batch)[0]?.headers).toHaveLength(1_000);
    const room = LIMITS.headersPerRecordMax + LIMITS.deadLetterHeadersMax;
    expect(letterOf(letterRecord(batch, 0, added)).headers).toHaveLength(room);
  });

  it.each([
    ['is no record', assemble({ records: [Buffer.from('c1c1c1', 'hex')] })],
    [
      'cannot be decompressed',
      assemble({ records: [Buffer.alloc(9)], codec: 1, body: Buffer.alloc(5) }),
    ],
  ])('makes a letter of what %s', (_, batch) => {
    validateBatch(batch);
    const record = letterRecord(batch, 0, added);
    expect(letterOf(record)).toMatchObject({ key: null, value: null, timestampMs: 99 });
    expect(headersOf(record)).toMatchObject({
      [DEAD_LETTER_HEADERS.reason]: 'exhausted',
      [DEAD_LETTER_HEADERS.undecodable]: expect.stringContaining('Corrupt batch'),
    });
  });
});
