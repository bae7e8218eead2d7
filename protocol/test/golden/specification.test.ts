// The examples in docs/protocol.md are what the code does.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COLUMNS } from '../../src/batch/columns.ts';
import { AT, HEADER_BYTES } from '../../src/batch/layout.ts';
import {
  CODECS,
  DEAD_LETTER_HEADERS,
  dedupHash,
  encodeBatch,
  encodeErrorResponse,
  encodeRequest,
  encodeResponse,
  formatReceipt,
  hashKey,
  LIMITS,
  MillraceError,
  messageId,
  TENANT_HEADER,
} from '../../src/index.ts';
import { hexOf } from './frozen.ts';

const TEXT = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');

/** The bytes of the examples: in each line the groups of hexadecimal digits before the words. */
const EXAMPLES = [...TEXT.matchAll(/```hex\n([\s\S]*?)```/g)].map(([, block = '']) =>
  block
    .split('\n')
    .map((line) => /^(?:[\da-f]{2,} ?)*/.exec(line)?.[0] ?? '')
    .join('')
    .replaceAll(' ', ''),
);

const digits = (value: number) => String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');

describe('the specification', () => {
  it('shows a request, its response and an error as they are sent', () => {
    const question = { partitions: [{ topicId: 1, partition: 0, at: -1 }] };
    const answer = {
      topicId: 1,
      partition: 0,
      errorCode: 0,
      offset: 2 ** 32,
      timestampMs: 1_767_225_600_000,
    };
    expect(EXAMPLES.slice(0, 3)).toEqual([
      hexOf(encodeRequest('ListOffsets', 1, 1, question)),
      hexOf(encodeResponse('ListOffsets', 1, 1, { partitions: [answer] })),
      hexOf(encodeErrorResponse(1, new MillraceError('UNKNOWN_TOPIC'))),
    ]);
  });

  it('shows a batch as it is sent', () => {
    const nowMs = 1_767_225_600_000;
    const first = { key: Buffer.from('k'), value: Buffer.from('hello') };
    const second = { value: Buffer.from('!'), timestampMs: nowMs + 300 };
    expect(EXAMPLES[3]).toBe(hexOf(encodeBatch([first, second], { nowMs })));
    const later = { ...first, delayMs: 60_000 };
    const once = { ...second, dedup: dedupHash('order-17'), maxDeliveries: 3 };
    expect(EXAMPLES[4]).toBe(hexOf(encodeBatch([later, once], { nowMs })));
  });

  it('gives the columns of the index that the code has', () => {
    const names = { GAPS: 1, DELAY: 2, TTL: 4, DEDUP: 8, DELIVERIES: 16, GROUP: 32 };
    const rows = COLUMNS.map(([flag, bytes], i) => [flag, Object.keys(names)[i], bytes] as const);
    expect(rows.map(([flag, name]) => [name, flag])).toEqual(Object.entries(names));
    for (const [flag, name, bytes] of rows) {
      expect(TEXT).toContain(`| ${flag} | ${name} | ${bytes} |`);
      expect(TEXT).toContain(`${flag} ${name}`);
    }
    expect(TEXT).toContain(
      `\`${TENANT_HEADER}\`, its value UTF-8 of at most ${LIMITS.tenantBytesMax}`,
    );
  });

  it.each(Object.entries(AT))('places %s at byte %i', (name, at) => {
    expect(TEXT).toMatch(new RegExp(`\\| ${at} \\| [ui]\\d+ \\| ${name} \\|`));
  });

  it('gives the numbers that the code has', () => {
    const limits = [LIMITS.frameBytesMax, LIMITS.requestValuesMax, LIMITS.batchBytesMax];
    const more = [
      LIMITS.responseValuesMax,
      LIMITS.batchBodyBytesMax,
      LIMITS.batchRecordsMax,
      hashKey(Buffer.from('foobar')),
      LIMITS.delayMsMax,
      LIMITS.messageTtlMsMax,
      LIMITS.maxDeliveriesMax,
    ];
    const numbers = [...limits, ...more, hashKey(Buffer.from('21'))].map(digits);
    expect(numbers.filter((number) => !TEXT.includes(number))).toEqual([]);
    expect(TEXT).toContain(`header   ${HEADER_BYTES} bytes`);
    expect(TEXT).toContain(`nested at most ${LIMITS.frameDepthMax} deep`);
    const { headersPerRecordMax: own, deadLetterHeadersMax: more2 } = LIMITS;
    expect(TEXT.replaceAll('\n', ' ')).toContain(
      `Up to   ${own} headers (${own + more2} in a dead letter)`,
    );
    expect(TEXT).toContain(CODECS.map((name, i) => `${i} ${name}`).join(', '));
  });

  it('gives the texts that the code has', () => {
    const receipt = {
      topicId: 7,
      partition: 3,
      groupId: 9,
      firstOffset: 10,
      lastOffset: 12,
      token: 4,
    };
    expect(TEXT).toContain(`\`${formatReceipt(receipt)}\``);
    expect(TEXT).toContain(`\`${messageId(1, 3, 1_234)}\``);
    const names = Object.values(DEAD_LETTER_HEADERS);
    expect(names.filter((name) => !TEXT.includes(`\`${name}\``))).toEqual([]);
  });
});
