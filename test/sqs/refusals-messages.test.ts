// What the actions on messages refuse as a whole: error type, older code, status and text, through the JSON protocol.

import { beforeAll, vi } from 'vitest';
import { dial, TestQueue } from './support/queues.ts';
import { entries, type Ground, type RefusalRow, refusalTests } from './support/refusals.ts';
import { sharedServer } from './support/server.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000, maxConcurrency: 20 });

const NEITHER_DEDUP =
  'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly';
const ENTRY_ID =
  'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.';
const CHARACTERS =
  'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF';
const GROUP = { MessageGroupId: 'g', MessageDeduplicationId: 'd' };
const UNKNOWN = 'http://127.0.0.1:1/000000000000/no-such-queue';
const badId = (name: string, value: string) =>
  `Value ${value} for parameter ${name} is invalid. Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
const text = (StringValue: string) => ({ DataType: 'String', StringValue });

const send = (input: object) => (on: Ground) => ({
  QueueUrl: on.standard.url,
  MessageBody: 'a',
  ...input,
});
const sendFifo = (input: object) => (on: Ground) => ({
  QueueUrl: on.fifo.url,
  MessageBody: 'a',
  ...GROUP,
  ...input,
});
const batch = (Entries: object[]) => (on: Ground) => ({ QueueUrl: on.standard.url, Entries });
const batchFifo = (Entries: object[]) => (on: Ground) => ({ QueueUrl: on.fifo.url, Entries });
const receive = (input: object) => (on: Ground) => ({ QueueUrl: on.standard.url, ...input });

const UNKNOWN_QUEUE: RefusalRow[] = [
  ['SendMessage', { MessageBody: 'a' }],
  ['SendMessageBatch', { Entries: entries(1, { MessageBody: 'a' }) }],
  ['ReceiveMessage', {}],
  ['DeleteMessage', { ReceiptHandle: 'x' }],
  ['DeleteMessageBatch', { Entries: entries(1, { ReceiptHandle: 'x' }) }],
  ['ChangeMessageVisibility', { ReceiptHandle: 'x', VisibilityTimeout: 1 }],
  ['ChangeMessageVisibilityBatch', { Entries: entries(1, { ReceiptHandle: 'x' }) }],
].map(([action, input]) => ({
  what: 'a queue that does not exist',
  action: action as string,
  input: () => ({ QueueUrl: UNKNOWN, ...(input as object) }),
  error: 'QueueDoesNotExist',
  text: 'The specified queue does not exist.',
}));

// biome-ignore format: a table reads best with one line a row.
const SENDS: RefusalRow[] = [
  { what: 'no body', action: 'SendMessage', input: ({ standard }) => ({ QueueUrl: standard.url }), error: 'MissingParameter', text: 'The request must contain the parameter MessageBody.' },
  { what: 'an empty body', action: 'SendMessage', input: send({ MessageBody: '' }), error: 'MissingParameter', text: 'The request must contain the parameter MessageBody.' },
  { what: 'no queue', action: 'SendMessage', input: () => ({ MessageBody: 'a' }), error: 'MissingParameter', text: 'The request must contain the parameter QueueUrl.' },
  { what: 'a body with NUL', action: 'SendMessage', input: send({ MessageBody: 'a\u0000' }), error: 'InvalidMessageContents', text: CHARACTERS },
  { what: 'a body with U+FFFE', action: 'SendMessage', input: send({ MessageBody: 'a\ufffe' }), error: 'InvalidMessageContents', text: CHARACTERS },
  { what: 'a body with half a pair', action: 'SendMessage', input: send({ MessageBody: 'a\ud800' }), error: 'InvalidMessageContents', text: CHARACTERS },
  { what: 'a body of 1 MiB and a byte', action: 'SendMessage', input: send({ MessageBody: 'a'.repeat(1_048_577) }), error: 'InvalidParameterValue', text: 'One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.' },
  { what: 'a body that attributes push over the limit', action: 'SendMessage', input: send({ MessageBody: 'a'.repeat(1_048_570), MessageAttributes: { n: text('0') } }), error: 'InvalidParameterValue', text: 'One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.' },
  { what: 'a body whose bytes are more than its characters', action: 'SendMessage', input: send({ MessageBody: 'ä'.repeat(524_289) }), error: 'InvalidParameterValue', text: 'One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.' },
  { what: 'a delay over 900 s', action: 'SendMessage', input: send({ DelaySeconds: 901 }), error: 'InvalidParameterValue', text: 'Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.' },
  { what: 'a negative delay', action: 'SendMessage', input: send({ DelaySeconds: -1 }), error: 'InvalidParameterValue', text: 'Value -1 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.' },
  { what: 'a deduplication id on a standard queue', action: 'SendMessage', input: send({ MessageDeduplicationId: 'x' }), error: 'InvalidParameterValue', text: 'Value x for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is not valid for this queue type.' },
  { what: 'a FIFO queue without a group', action: 'SendMessage', input: sendFifo({ MessageGroupId: undefined }), error: 'MissingParameter', text: 'The request must contain the parameter MessageGroupId.' },
  { what: 'a FIFO queue without a deduplication id', action: 'SendMessage', input: sendFifo({ MessageDeduplicationId: undefined }), error: 'InvalidParameterValue', text: NEITHER_DEDUP },
  { what: 'a delay on a FIFO queue', action: 'SendMessage', input: sendFifo({ DelaySeconds: 1 }), error: 'InvalidParameterValue', text: 'Value 1 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.' },
  { what: 'a group id with a blank', action: 'SendMessage', input: sendFifo({ MessageGroupId: 'a b' }), error: 'InvalidParameterValue', text: badId('MessageGroupId', 'a b') },
  { what: 'a group id of 129 characters', action: 'SendMessage', input: sendFifo({ MessageGroupId: 'g'.repeat(129) }), error: 'InvalidParameterValue', text: badId('MessageGroupId', 'g'.repeat(129)) },
  { what: 'a deduplication id with an umlaut', action: 'SendMessage', input: sendFifo({ MessageDeduplicationId: 'ü' }), error: 'InvalidParameterValue', text: badId('MessageDeduplicationId', 'ü') },
  { what: 'a deduplication id of 129 characters', action: 'SendMessage', input: sendFifo({ MessageDeduplicationId: 'd'.repeat(129) }), error: 'InvalidParameterValue', text: badId('MessageDeduplicationId', 'd'.repeat(129)) },
];

const attribute = (name: string, value: object) => send({ MessageAttributes: { [name]: value } });
const many = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`n${at}`, text('x')]));

// biome-ignore format: a table reads best with one line a row.
const ATTRIBUTES: RefusalRow[] = [
  { what: 'an attribute with an empty text', action: 'SendMessage', input: attribute('n', text('')), error: 'InvalidParameterValue', text: "Message (user) attribute 'n' must contain a non-empty value of type 'String'." },
  { what: 'an attribute without a value', action: 'SendMessage', input: attribute('n', { DataType: 'String' }), error: 'InvalidParameterValue' },
  { what: 'an attribute without a type', action: 'SendMessage', input: attribute('n', { StringValue: 'x' }), error: 'InvalidParameterValue' },
  { what: 'an attribute of an unknown type', action: 'SendMessage', input: attribute('n', { DataType: 'Text', StringValue: 'x' }), error: 'InvalidParameterValue' },
  { what: 'a type of 257 characters', action: 'SendMessage', input: attribute('n', { DataType: `String.${'x'.repeat(250)}`, StringValue: 'x' }), error: 'InvalidParameterValue' },
  { what: 'an attribute with NUL', action: 'SendMessage', input: attribute('n', text('\u0000')), error: 'InvalidParameterValue' },
  { what: 'a number that is none', action: 'SendMessage', input: attribute('n', { DataType: 'Number', StringValue: 'x' }), error: 'InvalidParameterValue' },
  { what: 'an attribute name of AWS', action: 'SendMessage', input: attribute('aWs.n', text('x')), error: 'InvalidParameterValue' },
  { what: 'an attribute name of Amazon', action: 'SendMessage', input: attribute('amazon.n', text('x')), error: 'InvalidParameterValue' },
  { what: 'an attribute name that begins with a dot', action: 'SendMessage', input: attribute('.n', text('x')), error: 'InvalidParameterValue' },
  { what: 'an attribute name that ends with a dot', action: 'SendMessage', input: attribute('n.', text('x')), error: 'InvalidParameterValue' },
  { what: 'an attribute name with a blank', action: 'SendMessage', input: attribute('n n', text('x')), error: 'InvalidParameterValue' },
  { what: 'an attribute name of 257 characters', action: 'SendMessage', input: attribute('n'.repeat(257), text('x')), error: 'InvalidParameterValue' },
  { what: '11 attributes', action: 'SendMessage', input: send({ MessageAttributes: many }), error: 'InvalidParameterValue' },
  { what: 'a system attribute that is not the trace header', action: 'SendMessage', input: send({ MessageSystemAttributes: { SenderId: text('x') } }), error: 'InvalidParameterValue' },
];

const one = { MessageBody: 'a' };
const half = { MessageBody: 'a'.repeat(600_000) };

// biome-ignore format: a table reads best with one line a row.
const BATCHES: RefusalRow[] = [
  { what: 'no entry', action: 'SendMessageBatch', input: batch([]), error: 'EmptyBatchRequest', text: 'There should be at least one SendMessageBatchRequestEntry in the request.' },
  { what: '11 entries', action: 'SendMessageBatch', input: batch(entries(11, one)), error: 'TooManyEntriesInBatchRequest', text: 'Maximum number of entries per request are 10. You have sent 11.' },
  { what: 'an id with a dot', action: 'SendMessageBatch', input: batch([{ Id: 'a.b', ...one }]), error: 'InvalidBatchEntryId', text: ENTRY_ID },
  { what: 'an id of 81 characters', action: 'SendMessageBatch', input: batch([{ Id: 'a'.repeat(81), ...one }]), error: 'InvalidBatchEntryId', text: ENTRY_ID },
  { what: 'an empty id', action: 'SendMessageBatch', input: batch([{ Id: '', ...one }]), error: 'InvalidBatchEntryId', text: ENTRY_ID },
  { what: 'two ids repeated', action: 'SendMessageBatch', input: batch([{ Id: 'a', ...one }, { Id: 'b', ...one }, { Id: 'b', ...one }, { Id: 'a', ...one }]), error: 'BatchEntryIdsNotDistinct', text: 'Id b repeated.' },
  { what: 'over 1 MiB in all', action: 'SendMessageBatch', input: batch(entries(2, half)), error: 'BatchRequestTooLong', text: 'Batch requests cannot be longer than 1048576 bytes. You have sent 1200000 bytes.' },
  { what: 'an entry without a group on a FIFO queue', action: 'SendMessageBatch', input: batchFifo(entries(1, { ...one, MessageDeduplicationId: 'x' })), error: 'InvalidParameterValue', text: 'The request must contain the parameter MessageGroupId.' },
  { what: 'an entry without a deduplication id on a FIFO queue', action: 'SendMessageBatch', input: batchFifo([{ Id: 'a', ...one, ...GROUP }, { Id: 'b', ...one, MessageGroupId: 'g' }]), error: 'InvalidParameterValue', text: NEITHER_DEDUP },
  { what: 'no entry', action: 'DeleteMessageBatch', input: batch([]), error: 'EmptyBatchRequest', text: 'There should be at least one DeleteMessageBatchRequestEntry in the request.' },
  { what: '11 entries', action: 'DeleteMessageBatch', input: batch(entries(11, { ReceiptHandle: 'x' })), error: 'TooManyEntriesInBatchRequest', text: 'Maximum number of entries per request are 10. You have sent 11.' },
  { what: 'a repeated id', action: 'DeleteMessageBatch', input: batch([{ Id: 'a', ReceiptHandle: 'x' }, { Id: 'a', ReceiptHandle: 'y' }]), error: 'BatchEntryIdsNotDistinct', text: 'Id a repeated.' },
  { what: 'no entry', action: 'ChangeMessageVisibilityBatch', input: batch([]), error: 'EmptyBatchRequest', text: 'There should be at least one ChangeMessageVisibilityBatchRequestEntry in the request.' },
  { what: 'an id with a blank', action: 'ChangeMessageVisibilityBatch', input: batch([{ Id: 'a b', ReceiptHandle: 'x', VisibilityTimeout: 1 }]), error: 'InvalidBatchEntryId', text: ENTRY_ID },
];

// biome-ignore format: a table reads best with one line a row.
const RECEIVES: RefusalRow[] = [
  { what: '0 messages', action: 'ReceiveMessage', input: receive({ MaxNumberOfMessages: 0 }), error: 'InvalidParameterValue', text: 'Value 0 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.' },
  { what: '11 messages', action: 'ReceiveMessage', input: receive({ MaxNumberOfMessages: 11 }), error: 'InvalidParameterValue', text: 'Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.' },
  { what: 'a wait of 21 s', action: 'ReceiveMessage', input: receive({ WaitTimeSeconds: 21 }), error: 'InvalidParameterValue', text: 'Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.' },
  { what: 'a negative wait', action: 'ReceiveMessage', input: receive({ WaitTimeSeconds: -1 }), error: 'InvalidParameterValue', text: 'Value -1 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.' },
  { what: 'a visibility timeout over 12 h', action: 'ReceiveMessage', input: receive({ VisibilityTimeout: 43_201 }), error: 'InvalidParameterValue' },
  { what: 'an unknown system attribute', action: 'ReceiveMessage', input: receive({ MessageSystemAttributeNames: ['Colour'] }), error: 'InvalidAttributeName', text: 'Unknown Attribute Colour.' },
  { what: 'a handle that nobody gave', action: 'DeleteMessage', input: receive({ ReceiptHandle: 'x y' }), error: 'ReceiptHandleIsInvalid', text: 'The input receipt handle "x y" is not a valid receipt handle.' },
  { what: 'no handle', action: 'DeleteMessage', input: receive({}), error: 'MissingParameter', text: 'The request must contain the parameter ReceiptHandle.' },
  { what: 'a handle that nobody gave', action: 'ChangeMessageVisibility', input: receive({ ReceiptHandle: 'x', VisibilityTimeout: 1 }), error: 'ReceiptHandleIsInvalid', text: 'The input receipt handle "x" is not a valid receipt handle.' },
  { what: 'a timeout over 12 h', action: 'ChangeMessageVisibility', input: receive({ ReceiptHandle: 'x', VisibilityTimeout: 43_201 }), error: 'InvalidParameterValue' },
  { what: 'no timeout', action: 'ChangeMessageVisibility', input: receive({ ReceiptHandle: 'x' }), error: 'MissingParameter', text: 'The request must contain the parameter VisibilityTimeout.' },
];

const { endpoint } = sharedServer();
let ground: Ground;

beforeAll(async () => {
  const sqs = dial(endpoint);
  ground = {
    endpoint,
    standard: await TestQueue.standard(sqs),
    fifo: await TestQueue.fifo(sqs),
  };
});

refusalTests([...UNKNOWN_QUEUE, ...SENDS, ...ATTRIBUTES, ...BATCHES, ...RECEIVES], () => ground);
