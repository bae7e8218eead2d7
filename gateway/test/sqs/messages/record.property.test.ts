// Messages to records and back. Random SQS messages come back as they went, and random records of native producers, also
// those that forge our own headers, become messages that the service itself would have taken.
import { encodeBatch, type LogRecord, readRecords } from '@millrace/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMessage } from '../../../../client/src/producer/outgoing.ts';
import { type Attribute, baseType, isNumber } from '../../../src/sqs/messages/attribute.ts';
import { isAttributeName, isId, isMessageText } from '../../../src/sqs/messages/message-text.ts';
import { fromRecord, type NewMessage, toRecord } from '../../../src/sqs/messages/record.ts';

const BYTES = { encode: (value: Uint8Array) => value, decode: (bytes: Uint8Array) => bytes };
const MIB = 1_048_576;

function stored(record: Parameters<typeof encodeBatch>[0][number]): LogRecord {
  const batch = encodeBatch([record], { nowMs: 1 });
  return [...readRecords(batch)][0] as LogRecord;
}

const fifo = { name: 'q.fifo', isFifo: true };
const standard = { name: 'q', isFifo: false };

const someText = fc.string({ unit: 'grapheme', minLength: 1 }).filter(isMessageText);
const someId = fc.string({ minLength: 1, maxLength: 128 }).filter(isId);
const someName = fc
  .oneof(
    fc.stringMatching(/^[A-Za-z0-9_.-]{1,30}$/),
    fc.constantFrom(
      '__proto__',
      'constructor',
      'millrace-sqs',
      'millrace-tenant',
      'millrace-sqs-0',
    ),
    fc.constant('n'.repeat(256)),
  )
  .filter(isAttributeName);
const label = fc.constantFrom('', '.x', '.', '."\\\n');
const someValue = fc.oneof(
  fc.tuple(label, someText).map(([end, value]) => ({ type: `String${end}`, value })),
  fc.tuple(label, fc.integer()).map(([end, n]) => ({ type: `Number${end}`, value: String(n) })),
  fc
    .tuple(label, fc.uint8Array({ minLength: 1 }))
    .map(([end, value]) => ({ type: `Binary${end}`, value })),
);
const someAttributes = fc
  .uniqueArray(fc.tuple(someName, someValue), { maxLength: 10, selector: ([name]) => name })
  .map((pairs) => pairs.map(([name, rest]): Attribute => ({ name, ...rest })));

const someMessage = fc.record({
  body: someText,
  attributes: someAttributes,
  groupId: fc.option(someId, { nil: undefined }),
  dedupId: fc.option(someId, { nil: undefined }),
  traceHeader: fc.option(someText, { nil: undefined }),
  sender: fc.option(someId, { nil: undefined }),
});

function byName(attributes: readonly Attribute[]): Attribute[] {
  const plain = attributes.map(({ name, type, value }) => ({
    name,
    type,
    value: typeof value === 'string' ? value : Uint8Array.from(value),
  }));
  return plain.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

describe('messages of SQS clients [Q-60]', () => {
  it('come back as they were sent', () => {
    fc.assert(
      fc.property(someMessage, fc.constantFrom(fifo, standard), (message, queue) => {
        const sent: NewMessage = { ...message, bytes: Buffer.from(message.body), delayMs: 0 };
        const record = stored(encodeMessage(toRecord(sent, queue), BYTES, MIB));
        const { key: keyBytes, value: valueBytes, headers } = record;
        const back = fromRecord({ keyBytes, valueBytes, headers }, queue);
        expect({ ...back, attributes: byName(back.attributes) }).toEqual({
          ...message,
          attributes: byName(message.attributes),
        });
      }),
      { numRuns: 500 },
    );
  });

  it('read well natively: the body is the value, attributes are headers, and no more than needed', () => {
    const message = { attributes: [], traceHeader: undefined, sender: undefined, delayMs: 0 };
    const plain = { ...message, bytes: Buffer.from('hi'), groupId: undefined, dedupId: undefined };
    expect(toRecord(plain, standard)).toEqual({ topic: 'q', value: Buffer.from('hi') });
    const full = toRecord(
      {
        ...plain,
        groupId: 'g',
        dedupId: 'd',
        attributes: [
          { name: 'city', type: 'String', value: 'Ulm' },
          { name: 'n', type: 'Number', value: '4' },
        ],
        delayMs: 7,
      },
      fifo,
    );
    expect(full).toMatchObject({ topic: 'q.fifo', key: 'g', dedupId: 'd', delayMs: 7 });
    expect(Object.fromEntries(full.headers as [string, Uint8Array][])).toEqual({
      city: Buffer.from('Ulm'),
      n: Buffer.from('4'),
      'millrace-sqs': Buffer.from('{"types":{"n":"Number"},"dedupId":"d"}'),
    });
  });
});

const forged = fc.oneof(
  fc.json().map((text) => Buffer.from(text)),
  fc
    .record({
      types: fc.dictionary(
        fc.constantFrom('a', '__proto__'),
        fc.constantFrom('Number', 'Binary.y', 'No'),
      ),
      names: fc.dictionary(
        fc.constantFrom('millrace-sqs-0', 'b'),
        fc.constantFrom('a', 'a b', 'c'),
      ),
      dedupId: fc.oneof(fc.string(), fc.integer()),
      traceHeader: fc.string({ unit: 'binary' }),
      sender: fc.string(),
    })
    .map((extras) => Buffer.from(JSON.stringify(extras))),
);
const someHeader = fc.oneof(
  fc.tuple(
    fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.constantFrom('a', 'b', '__proto__', 'millrace-encoding'),
    ),
    fc.uint8Array(),
  ),
  fc.tuple(fc.constant('millrace-sqs'), forged),
  fc.tuple(fc.constantFrom('millrace-sqs-0', 'millrace-tenant'), fc.uint8Array()),
);
const someRecord = fc.record({
  keyBytes: fc.option(fc.uint8Array()),
  valueBytes: fc.option(
    fc.oneof(
      fc.uint8Array(),
      fc.string().map((text) => Buffer.from(text)),
    ),
  ),
  headers: fc.array(someHeader, { maxLength: 12 }),
});

function expectValid({ name, type, value }: Attribute): void {
  expect(isAttributeName(name)).toBe(true);
  expect(value.length).toBeGreaterThan(0);
  const base = baseType(type);
  expect(base === 'Binary').toBe(typeof value !== 'string');
  expect(typeof value !== 'string' || isMessageText(value)).toBe(true);
  expect(base !== 'Number' || isNumber(value as string)).toBe(true);
  expect(base).toBeDefined();
}

describe('records of native producers [Q-76]', () => {
  it('become messages that SQS clients accept', () => {
    fc.assert(
      fc.property(someRecord, fc.constantFrom(fifo, standard), (record, queue) => {
        const message = fromRecord(record, queue);
        expect(isMessageText(message.body)).toBe(true);
        const bytes = Buffer.from(record.valueBytes ?? []);
        const encoding = message.attributes.find(({ name }) => name === 'millrace-encoding');
        const isEncoded = encoding?.value === 'base64' && message.body !== bytes.toString();
        expect(Buffer.from(message.body, isEncoded ? 'base64' : 'utf8')).toEqual(bytes);
        for (const attribute of message.attributes) expectValid(attribute);
        const names = message.attributes.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        const { groupId = 'g', dedupId = 'd', traceHeader = 't', sender = 's' } = message;
        expect([groupId, dedupId, sender].every(isId)).toBe(true);
        expect(isMessageText(traceHeader)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('have their headers as attributes: texts as String, the last of a name, others as Binary', () => {
    const headers = [
      ['city', Buffer.from('Bonn')],
      ['city', Buffer.from('Ulm')],
      ['raw', Buffer.from([0xff])],
      ['not a name', Buffer.from('x')],
      ['empty', Buffer.alloc(0)],
      ['millrace-cron', Buffer.from('x')],
    ] as const;
    const record = { keyBytes: Buffer.from('k'), valueBytes: Buffer.from([0xff, 0]), headers };
    expect(fromRecord(record, fifo)).toEqual({
      body: '/wA=',
      attributes: [
        { name: 'city', type: 'String', value: 'Ulm' },
        { name: 'raw', type: 'Binary', value: Uint8Array.of(0xff) },
        { name: 'millrace-encoding', type: 'String', value: 'base64' },
      ],
      groupId: 'k',
      dedupId: undefined,
      traceHeader: undefined,
      sender: undefined,
    });
  });

  it('without a value are empty', () => {
    const message = fromRecord({ keyBytes: null, valueBytes: null, headers: [] }, standard);
    expect(message).toMatchObject({ body: '', attributes: [] });
  });
});
