// What the JSON protocol reads: each kind of member, what stands for another, and what is refused.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ask, askJson, jsonHeaders, type SqsServer, startSqsServer } from './sqs-server.ts';

let server: SqsServer;

beforeAll(async () => {
  server = await startSqsServer();
});
afterAll(async () => {
  await server.close();
});
beforeEach(() => {
  server.calls.length = 0;
});

async function inputOf(action: string, input: unknown): Promise<unknown> {
  const answer = await askJson(server.port, action, input);
  if (answer.status !== 200) throw new Error(answer.body);
  return server.calls.at(-1)?.input;
}

test('members of all kinds; what is not declared, and null, is left out', async () => {
  const input = {
    QueueUrl: 'q',
    MessageBody: 'b',
    DelaySeconds: 5,
    MessageGroupId: null,
    MessageAttributes: {
      a: { DataType: 'Binary', BinaryValue: 'AQL/', Colour: 'red' },
      l: { DataType: 'String', StringListValues: ['x'] },
    },
    Colour: 'red',
  };
  const read = await inputOf('SendMessage', input);
  expect(read).toEqual({
    QueueUrl: 'q',
    MessageBody: 'b',
    DelaySeconds: 5,
    MessageAttributes: {
      a: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2, 255]) },
      l: { DataType: 'String', StringListValues: ['x'] },
    },
  });
  expect(Object.keys(read as object)).not.toContain('MessageGroupId');
});

test('lists and structs in them', async () => {
  const entry = { Id: '1', MessageBody: '' };
  expect(await inputOf('SendMessageBatch', { QueueUrl: 'q', Entries: [entry] })).toEqual({
    QueueUrl: 'q',
    Entries: [entry],
  });
  expect(await inputOf('SendMessageBatch', { QueueUrl: 'q', Entries: [] })).toEqual({
    QueueUrl: 'q',
    Entries: [],
  });
});

test('numbers may be texts of digits, and whole floats', async () => {
  for (const given of [7, '7', 7.0, '07']) {
    const input = { QueueUrl: 'q', MaxNumberOfMessages: given };
    expect(await inputOf('ReceiveMessage', input)).toEqual({
      QueueUrl: 'q',
      MaxNumberOfMessages: 7,
    });
  }
});

test('names of maps are the caller’s: none of them reaches a prototype', async () => {
  const body = '{"QueueUrl":"q","Attributes":{"__proto__":"a","constructor":"b","toString":"c"}}';
  const read = (await inputOf('SetQueueAttributes', body)) as { Attributes: object };
  expect(Object.entries(read.Attributes)).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
    ['toString', 'c'],
  ]);
  expect(Object.getPrototypeOf(read.Attributes)).toBeNull();
  const members = '{"__proto__":{"QueueUrl":"q"},"constructor":{"QueueUrl":"q"}}';
  const answer = await askJson(server.port, 'DeleteQueue', members);
  expect(answer.body).toContain('The request must contain the parameter QueueUrl.');
});

test('of a key that is given twice the last counts', async () => {
  expect(await inputOf('DeleteQueue', '{"QueueUrl":"a","QueueUrl":"b"}')).toEqual({
    QueueUrl: 'b',
  });
});

const FAULT = 'com.amazon.coral.service#SerializationException';

test.each([
  [
    'SendMessage',
    { QueueUrl: 1, MessageBody: 'b' },
    'NUMBER_VALUE can not be converted to a String',
  ],
  ['SendMessage', { QueueUrl: 1.5 }, 'DECIMAL_VALUE can not be converted to a String'],
  [
    'SendMessage',
    { QueueUrl: 'q', MessageBody: true },
    'TRUE_VALUE can not be converted to a String',
  ],
  ['SendMessage', { QueueUrl: ['q'] }, 'START_ARRAY can not be converted to a String'],
  ['SendMessage', { QueueUrl: { a: 1 } }, 'START_OBJECT can not be converted to a String'],
  [
    'ReceiveMessage',
    { QueueUrl: 'q', WaitTimeSeconds: 'x' },
    'STRING_VALUE can not be converted to an Integer',
  ],
  [
    'ReceiveMessage',
    { QueueUrl: 'q', WaitTimeSeconds: '' },
    'STRING_VALUE can not be converted to an Integer',
  ],
  [
    'ReceiveMessage',
    { QueueUrl: 'q', WaitTimeSeconds: 1.5 },
    'DECIMAL_VALUE can not be converted to an Integer',
  ],
  [
    'ReceiveMessage',
    { QueueUrl: 'q', WaitTimeSeconds: 1e300 },
    'NUMBER_VALUE can not be converted to an Integer',
  ],
  [
    'ReceiveMessage',
    { QueueUrl: 'q', AttributeNames: 'All' },
    'STRING_VALUE can not be converted to a list',
  ],
  [
    'ReceiveMessage',
    { QueueUrl: 'q', AttributeNames: [null] },
    'NULL_VALUE can not be converted to a String',
  ],
  ['TagQueue', { QueueUrl: 'q', Tags: ['a'] }, 'START_ARRAY can not be converted to an object'],
  ['TagQueue', { QueueUrl: 'q', Tags: { a: null } }, 'NULL_VALUE can not be converted to a String'],
  [
    'DeleteMessageBatch',
    { QueueUrl: 'q', Entries: ['x'] },
    'STRING_VALUE can not be converted to an object',
  ],
])('%s refuses a member of a wrong type: %j', async (action, input, message) => {
  const answer = await askJson(server.port, action, input);
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body)).toEqual({ __type: FAULT, message });
});

test.each(['A', 'AQ-_', 'A*==', 'AQ L/', 'AQ==AQ==', 'AQ\n'])(
  'a blob that no encoder wrote is refused: %j',
  async (BinaryValue) => {
    const MessageAttributes = { a: { DataType: 'Binary', BinaryValue } };
    const input = { QueueUrl: 'q', MessageBody: 'b', MessageAttributes };
    const answer = await askJson(server.port, 'SendMessage', input);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toEqual({
      __type: FAULT,
      message: 'A blob is not valid base64.',
    });
  },
);

test.each([
  ['', 'The body is not valid JSON.'],
  ['{', 'The body is not valid JSON.'],
  ['[]', 'The body is not a JSON object.'],
  ['null', 'The body is not a JSON object.'],
  ['"x"', 'The body is not a JSON object.'],
  [new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'The body is not valid UTF-8.'],
  ['[['.repeat(4_000_000), 'The body has more than 4096 objects and arrays.'],
  [`{"a":${'[{"b":'.repeat(3_000)}`, 'The body has more than 4096 objects and arrays.'],
])('a body that is no object is refused %#', async (body, message) => {
  const answer = await ask(server.port, { headers: jsonHeaders('ListQueues'), body });
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body)).toEqual({ __type: FAULT, message });
});

test('signs inside of texts do not count as nesting', async () => {
  const MessageBody = '{["\\'.repeat(20_000);
  expect(await inputOf('SendMessage', { QueueUrl: 'q', MessageBody })).toEqual({
    QueueUrl: 'q',
    MessageBody,
  });
});

test.each([
  ['SendMessage', { MessageBody: 'b' }, 'QueueUrl'],
  ['SendMessage', { QueueUrl: 'q' }, 'MessageBody'],
  ['SendMessageBatch', { QueueUrl: 'q' }, 'Entries'],
  ['SendMessageBatch', { QueueUrl: 'q', Entries: [{ Id: 'a' }] }, 'MessageBody'],
  ['SetQueueAttributes', { QueueUrl: 'q', Attributes: null }, 'Attributes'],
])('%s without a required member: %j', async (action, input, name) => {
  const answer = await askJson(server.port, action, input);
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body)).toEqual({
    __type: 'com.amazon.coral.service#MissingRequiredParameterException',
    message: `The request must contain the parameter ${name}.`,
  });
});

test.each(['AmazonSQS.FooBar', 'SendMessage', 'DynamoDB.SendMessage', 'AmazonSQS.constructor', ''])(
  'an operation that there is not: %j',
  async (target) => {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
    const answer = await ask(server.port, { headers, body: '{}' });
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.body)).toMatchObject({
      __type: 'com.amazon.coral.service#UnknownOperationException',
    });
    expect(answer.headers['x-amzn-query-error']).toBe('InvalidAction;Sender');
  },
);

test('any path will do', async () => {
  for (const path of ['/', '//', '/000000000000/q', '/some/where?x=1']) {
    const answer = await ask(server.port, { path, headers: jsonHeaders('ListQueues'), body: '{}' });
    expect(answer.status).toBe(200);
  }
});

test('so will any content type that is one, and none at all', async () => {
  const { 'content-type': type, ...rest } = jsonHeaders('ListQueues');
  for (const given of [
    type,
    'text/plain',
    'application/json',
    'application/x-www-form-urlencoded',
  ]) {
    const headers = { ...rest, 'content-type': given ?? '' };
    expect((await ask(server.port, { headers, body: '{}' })).status).toBe(200);
  }
  expect((await ask(server.port, { headers: rest, body: '{}' })).status).toBe(200);
  const headers = { ...rest, 'content-type': 'nonsense' };
  const answer = await ask(server.port, { headers, body: '{}' });
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body)).toMatchObject({ __type: FAULT });
});
