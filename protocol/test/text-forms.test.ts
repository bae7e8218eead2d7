// Message ids and receipts: texts that are told to people and come back.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatReceipt, LIMITS, messageId, parseMessageId, parseReceipt } from '../src/index.ts';
import { codeOf, runs } from './fuzz.ts';

const id = fc.nat(0xffff_ffff);
const partition = fc.nat(LIMITS.partitionsPerTopicMax - 1);
const offset = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 2 ** 48 - 1, 2 ** 48, 2 ** 53 - 1));

describe('message ids', () => {
  it('have the shape of a UUID of version 8 and lead back', () => {
    fc.assert(
      fc.property(id, partition, offset, (topicId, number, position) => {
        const text = messageId(topicId, number, position);
        expect(text).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/);
        const parts = { topicId, partition: number, offset: position };
        expect(parseMessageId(text)).toEqual(parts);
        expect(parseMessageId(text.toUpperCase())).toEqual(parts);
      }),
      runs(200),
    );
  });

  it('are in the order of offsets as text', () => {
    const texts = [0, 1, 2 ** 32, 2 ** 48 - 1, 2 ** 48, 2 ** 53 - 1].map((o) => messageId(1, 0, o));
    expect(texts.toSorted()).toEqual(texts);
  });

  it.each([
    '',
    'message',
    '00000001-0003-8000-8000-0000000004d',
    '00000001-0003-8000-8000-0000000004d2 ',
    '00000001-0003-4000-8000-0000000004d2',
    '00000001-0003-8000-c000-0000000004d2',
    '00000001-0003-8000-8020-000000000000',
    '00000001-0400-8000-8000-000000000000',
    '0000000g-0003-8000-8000-0000000004d2',
  ])('%s is none', (text) => {
    expect(codeOf(() => parseMessageId(text))).toBe('INVALID_REQUEST');
  });
});

describe('receipts', () => {
  it('lead back', () => {
    const group = fc.oneof(id, fc.constant(null));
    fc.assert(
      fc.property(
        id,
        partition,
        group,
        offset,
        offset,
        offset,
        (topicId, number, groupId, a, b, token) => {
          const receipt = {
            topicId,
            partition: number,
            groupId,
            firstOffset: Math.min(a, b),
            lastOffset: Math.max(a, b),
            token,
          };
          const text = formatReceipt(receipt);
          expect(text).toMatch(/^[\w.-]+$/);
          expect(parseReceipt(text)).toEqual(receipt);
        },
      ),
      runs(200),
    );
  });

  it('have a form that stays', () => {
    const receipt = {
      topicId: 7,
      partition: 3,
      groupId: 9,
      firstOffset: 10,
      lastOffset: 12,
      token: 4,
    };
    expect(formatReceipt(receipt)).toBe('r1.7.3.9.10.12.4');
    expect(formatReceipt({ ...receipt, groupId: undefined })).toBe('r1.7.3.-.10.12.4');
  });

  it.each([
    '',
    'r1',
    'r2.7.3.9.10.12.4',
    'r1.7.3.9.10.12',
    'r1.7.3.9.10.12.4.5',
    'r1.7.3.9.10.12.4\n',
    'r1.7.3.9.12.10.4',
    'r1.4294967296.3.9.10.12.4',
    'r1.7.1024.9.10.12.4',
    'r1.7.3.4294967296.10.12.4',
    'r1.7.3.9.10.9007199254740992.4',
    'r1.7.3.9.10.12.9007199254740992',
    'r1.-7.3.9.10.12.4',
    'r1.7.3.9.1e1.12.4',
    'r1.7.3.9.0x1.12.4',
  ])('%j is none', (text) => {
    expect(codeOf(() => parseReceipt(text))).toBe('UNKNOWN_RECEIPT');
  });
});
