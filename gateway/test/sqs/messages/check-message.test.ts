// What is looked at in one message before it is stored, in which order, and with which words.
import { describe, expect, it } from 'vitest';
import { SqsError } from '../../../src/sqs/errors.ts';
import type { SqsCall } from '../../../src/sqs/handler.ts';
import { checkMessage, weigh } from '../../../src/sqs/messages/check-message.ts';
import type { MessageMembers } from '../../../src/sqs/model/actions.ts';
import type { SqsQueue } from '../../../src/sqs/queues/queue.ts';
import { ACCOUNT, callOf } from './setup.ts';

const STANDARD: SqsQueue = {
  name: 'q',
  topicId: 1,
  partitions: 1,
  isFifo: false,
  visibilityTimeoutMs: 30_000,
  delayMs: 5_000,
  messageBytesMax: 1_024,
  waitMs: 0,
  contentBasedDeduplication: false,
  dedupScope: 'queue',
};
const FIFO: SqsQueue = { ...STANDARD, name: 'q.fifo', isFifo: true };
const BY_CONTENT: SqsQueue = { ...FIFO, contentBasedDeduplication: true };
const IDS = { MessageGroupId: 'g', MessageDeduplicationId: 'd' };
const CHARACTERS =
  'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF';

function check(more: Partial<MessageMembers>, queue = STANDARD, call: Partial<SqsCall> = {}) {
  return checkMessage(weigh({ MessageBody: 'b', ...more }), queue, callOf(call), 'are invalid');
}

function refused(more: Partial<MessageMembers>, queue = STANDARD): string {
  try {
    check(more, queue);
  } catch (error) {
    if (error instanceof SqsError) return `${error.error}: ${error.message}`;
    throw error;
  }
  throw new Error('it was taken');
}

const text = (value: string, type = 'String') => ({ DataType: type, StringValue: value });
const binary = (value: string, type = 'Binary') => ({
  DataType: type,
  BinaryValue: Buffer.from(value),
});

describe('size [Q-61]', () => {
  const long =
    'One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.';

  it('counts the body as UTF-8, and names, types and values of attributes', () => {
    expect(check({ MessageBody: 'ü'.repeat(512) }).bytes.length).toBe(1_024);
    expect(refused({ MessageBody: `${'ü'.repeat(512)}x` })).toBe(`InvalidParameterValue: ${long}`);
    const attributes = { ab: text('cde'), fg: binary('hijk', 'Binary.x') };
    const body = 'x'.repeat(1_024 - 2 - 6 - 3 - 2 - 8 - 4);
    check({ MessageBody: body, MessageAttributes: attributes });
    const more = { MessageBody: `${body}x`, MessageAttributes: attributes };
    expect(refused(more)).toBe(`InvalidParameterValue: ${long}`);
  });

  it('leaves system attributes, ids and what a proxy says out', () => {
    const MessageSystemAttributes = { AWSTraceHeader: text('Root=1-5759e988') };
    const body = { MessageBody: 'x'.repeat(1_024) };
    const more = { ...body, MessageSystemAttributes, ...IDS };
    expect(check(more, FIFO, { traceHeader: 'Root=2' }).bytes.length).toBe(1_024);
  });
});

describe('characters [Q-62]', () => {
  it('are those that XML can hold', () => {
    const body = '\t\n\r ~\u{d7ff}\u{e000}\u{fffd}\u{10000}\u{10ffff}';
    expect(check({ MessageBody: body }).bytes.toString()).toBe(body);
    for (const bad of ['\0', '\b', '\v', '\u{1f}', '\u{fffe}', '\u{ffff}', '\ud800', 'a\udc00b']) {
      expect(refused({ MessageBody: `a${bad}` })).toBe(`InvalidMessageContents: ${CHARACTERS}`);
    }
  });

  it('of an attribute that is a text are the same', () => {
    const refusedText = refused({ MessageAttributes: { a: text('\0') } });
    expect(refusedText).toBe(`InvalidParameterValue: ${CHARACTERS}`);
    expect(check({ MessageAttributes: { a: binary('\0') } }).attributes).toHaveLength(1);
  });
});

describe('attributes [Q-63]', () => {
  it('are kept with their types, labels and all', () => {
    const { attributes } = check({
      MessageAttributes: {
        a: text('x', 'String.json'),
        'B_1-2.c': text('-1.5e10', 'Number.float'),
        ['__proto__']: binary('\xff', 'Binary.png'),
        '\u{e4}': text('ä'),
        'millrace-x': text('y'),
      },
    });
    expect(attributes).toEqual([
      { name: 'a', type: 'String.json', value: 'x' },
      { name: 'B_1-2.c', type: 'Number.float', value: '-1.5e10' },
      { name: '__proto__', type: 'Binary.png', value: Buffer.from('\xff') },
      { name: '\u{e4}', type: 'String', value: 'ä' },
      { name: 'millrace-x', type: 'String', value: 'y' },
    ]);
  });

  it('have names of these characters', () => {
    const named = (name: string) => refused({ MessageAttributes: { [name]: text('v') } });
    expect(check({ MessageAttributes: { ['n'.repeat(256)]: text('v') } }).attributes.length).toBe(
      1,
    );
    expect(named('n'.repeat(257))).toContain('must be shorter than 256 Bytes');
    for (const bad of ['a b', 'a/b', '\u{4e00}', '']) expect(named(bad)).toContain('attribute');
    for (const bad of ['AWS.x', 'aws.x', 'Amazon.x', 'amazon.', '.a', 'a.']) {
      expect(named(bad)).toContain('reserved for internal use');
    }
    check({ MessageAttributes: { AWSx: text('v'), 'a.b': text('v') } });
  });

  it('have a type, and one value that fits it', () => {
    const valued = (value: object) => refused({ MessageAttributes: { n: value } });
    const about = 'message (user) attribute';
    expect(valued(text(''))).toBe(
      `InvalidParameterValue: Message (user) attribute 'n' must contain a non-empty value of type 'String'.`,
    );
    expect(valued(binary(''))).toContain(`non-empty value of type 'Binary'`);
    expect(valued({ DataType: 'String' })).toContain(`non-empty value of type 'String'`);
    expect(valued({ StringValue: 'x' })).toContain(
      'must contain a non-empty message attribute type',
    );
    expect(valued(text('x', 'Stringy'))).toContain(
      `The type of ${about} 'n' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
    expect(valued(text('x', `String.${'l'.repeat(250)}`))).toContain('shorter than 256 Bytes');
    expect(valued({ ...text('x'), ...binary('y'), DataType: 'String' })).toContain('single value');
    expect(valued(text('x', 'Binary'))).toContain(`with type 'Binary' must use field 'Binary'`);
    expect(valued(binary('x', 'String'))).toContain(`with type 'String' must use field 'String'`);
    expect(valued(text('x', 'Number'))).toContain(
      `Can't cast the value of ${about} 'n' to a number.`,
    );
    expect(valued(text('1,5', 'Number.x'))).toContain("Can't cast");
    expect(valued({ DataType: 'String', StringListValues: ['x'] })).toBe(
      'UnsupportedOperation: Message attribute list values in SendMessage operation are not supported.',
    );
  });

  it('are at most ten', () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`n${at}`, text('v')]));
    expect(check({ MessageAttributes: many(10) }).attributes).toHaveLength(10);
    expect(refused({ MessageAttributes: many(11) })).toBe(
      'InvalidParameterValue: Number of message attributes [11] exceeds the allowed maximum [10].',
    );
  });
});

describe('the trace header [Q-64]', () => {
  it('is the one system attribute, and goes before the header of the request', () => {
    const given = { AWSTraceHeader: text('Root=1') };
    expect(check({ MessageSystemAttributes: given }).traceHeader).toBe('Root=1');
    expect(
      check({ MessageSystemAttributes: given }, STANDARD, { traceHeader: 'Root=2' }),
    ).toMatchObject({
      traceHeader: 'Root=1',
      systemAttributes: [{ name: 'AWSTraceHeader', type: 'String', value: 'Root=1' }],
    });
    expect(check({}, STANDARD, { traceHeader: 'Root=2' })).toMatchObject({
      traceHeader: 'Root=2',
      systemAttributes: [],
    });
  });

  it('is a text of bounded length', () => {
    const given = (value: object) =>
      refused({ MessageSystemAttributes: { AWSTraceHeader: value } });
    expect(given(binary('x'))).toContain("must be of type 'String'");
    expect(given(text('x'.repeat(4_097)))).toContain('must be shorter than 4097 bytes');
    expect(refused({ MessageSystemAttributes: { Other: text('x') } })).toBe(
      "InvalidParameterValue: Message (system) attribute 'Other' is not supported.",
    );
    const long = { traceHeader: 'x'.repeat(4_097) };
    expect(check({}, STANDARD, long).traceHeader).toBeUndefined();
  });
});

describe('ids and delays', () => {
  it('a standard queue takes a group, and no dedup id [Q-67] [Q-68]', () => {
    expect(check({ MessageGroupId: 'tenant' })).toMatchObject({
      groupId: 'tenant',
      dedupId: undefined,
    });
    expect(refused({ MessageDeduplicationId: 'd' })).toBe(
      'InvalidParameterValue: Value d for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is not valid for this queue type.',
    );
  });

  it('ids are printable and of 1 to 128 characters [Q-67] [Q-68]', () => {
    const reason = (name: string) =>
      `is invalid. Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
    for (const bad of ['a b', 'ä', 'x'.repeat(129)]) {
      expect(refused({ MessageGroupId: bad })).toContain(reason('MessageGroupId'));
      const dedup = { ...IDS, MessageDeduplicationId: bad };
      expect(refused(dedup, FIFO)).toContain(reason('MessageDeduplicationId'));
    }
    const all = `!~${'x'.repeat(126)}`;
    expect(check({ MessageGroupId: all, MessageDeduplicationId: all }, FIFO).dedupId).toBe(all);
  });

  it('a FIFO queue needs a group, and a dedup id unless it makes one of the body [Q-67] [Q-68]', () => {
    expect(refused({ MessageDeduplicationId: 'd' }, FIFO)).toBe(
      'MissingParameter: The request must contain the parameter MessageGroupId.',
    );
    expect(refused({ MessageGroupId: 'g' }, FIFO)).toBe(
      'InvalidParameterValue: The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
    expect(check({ MessageBody: 'abc', MessageGroupId: 'g' }, BY_CONTENT).dedupId).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(check(IDS, BY_CONTENT).dedupId).toBe('d');
  });

  it('delays are the message’s on a standard queue, the queue’s on a FIFO queue [Q-66]', () => {
    expect(check({}).delayMs).toBe(5_000);
    expect(check({ DelaySeconds: 0 }).delayMs).toBe(0);
    expect(check({ DelaySeconds: 900 }).delayMs).toBe(900_000);
    expect(check({ ...IDS, DelaySeconds: 0 }, FIFO).delayMs).toBe(5_000);
    for (const bad of [-1, 901, 1.5]) {
      expect(refused({ DelaySeconds: bad })).toBe(
        `InvalidParameterValue: Value ${bad} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
      );
    }
    expect(refused({ ...IDS, DelaySeconds: 1 }, FIFO)).toBe(
      'InvalidParameterValue: Value 1 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.',
    );
  });

  it('the sender is kept where it is more than the account', () => {
    expect(check({}).sender).toBeUndefined();
    expect(check({}, STANDARD, { sender: 'AKIA1' }).sender).toBe('AKIA1');
    expect(ACCOUNT).toHaveLength(12);
  });
});

it('looks at body, size, characters, attributes, ids and delay in this order [Q-65]', () => {
  const faults: Partial<MessageMembers>[] = [
    { MessageBody: '' },
    { MessageBody: '\0'.repeat(2_000) },
    { MessageBody: '\0' },
    { MessageAttributes: { 'a b': text('v') } },
    { MessageSystemAttributes: { other: text('v') } },
    { MessageDeduplicationId: ' ' },
    { MessageGroupId: ' ' },
    { DelaySeconds: -1 },
    { MessageDeduplicationId: 'd' },
  ];
  // Each fault hides those after it.
  for (const [at, fault] of faults.entries()) {
    const all = Object.assign({}, ...faults.slice(at).toReversed()) as Partial<MessageMembers>;
    expect(refused({ ...all, ...fault })).toBe(refused(fault));
  }
});
