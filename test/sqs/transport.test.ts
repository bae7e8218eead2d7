// How the JSON protocol looks on the wire, and which of the two protocols a request is taken for: made by hand.

import { beforeAll, describe, expect, test, vi } from 'vitest';
import { dial, TestQueue } from './support/queues.ts';
import { sharedServer } from './support/server.ts';
import { ask, askForm, askJson, JSON_TYPE, jsonRefusal } from './support/wire.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000, maxConcurrency: 20 });

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

const { endpoint } = sharedServer();
let queue: TestQueue;

beforeAll(async () => {
  queue = await TestQueue.standard(dial(endpoint));
});

describe.concurrent('the JSON protocol', () => {
  test('type, length and request id of an answer', async () => {
    const { status, headers, text } = await askJson(endpoint, 'ListQueues');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe(JSON_TYPE);
    expect(headers['x-amzn-requestid']).toMatch(UUID);
    expect(headers['content-length']).toBe(`${Buffer.byteLength(text)}`);
  });

  test('actions without output answer an empty object', async () => {
    const { status, text } = await askJson(endpoint, 'TagQueue', {
      QueueUrl: queue.url,
      Tags: { a: 'b' },
    });
    expect([status, text]).toEqual([200, '{}']);
  });

  test('a receive of nothing says nothing', async () => {
    const empty = await TestQueue.standard(dial(endpoint));
    const { text } = await askJson(endpoint, 'ReceiveMessage', { QueueUrl: empty.url });
    expect(text).toBe('{}');
  });

  test('an error has its type, and its older code in a header', async () => {
    const answer = await askJson(endpoint, 'GetQueueUrl', { QueueName: 'no-such-queue' });
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe(JSON_TYPE);
    expect(answer.headers['x-amzn-requestid']).toMatch(UUID);
    expect(answer.headers['x-amzn-query-error']).toBe(
      'AWS.SimpleQueueService.NonExistentQueue;Sender',
    );
    expect(JSON.parse(answer.text)).toEqual({
      __type: 'com.amazonaws.sqs#QueueDoesNotExist',
      message: 'The specified queue does not exist.',
    });
  });

  test('any path will do', async () => {
    for (const path of ['/', '/000000000000/x', '/a/b/c?d=e', '//', '/topics']) {
      const { status } = await askJson(endpoint, 'ListQueues', {}, path);
      expect([path, status]).toEqual([path, 200]);
    }
  });

  test('numbers as texts are understood', async () => {
    const input = { QueueUrl: queue.url, MaxNumberOfMessages: '1', WaitTimeSeconds: '0' };
    expect((await askJson(endpoint, 'ReceiveMessage', input)).status).toBe(200);
  });

  test('members that no action has are ignored', async () => {
    expect((await askJson(endpoint, 'ListQueues', { Colour: 'red' })).status).toBe(200);
  });

  test.for([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"x"'],
    ['deep nesting', '['.repeat(100_000)],
    ['bytes that are no UTF-8', '{"QueueNamePrefix":"\udc80"'],
    ['a list for a text', '{"QueueNamePrefix":[]}'],
    ['an object for a text', '{"QueueNamePrefix":{}}'],
    ['a text for a number', '{"MaxResults":"many"}'],
    ['a fraction', '{"MaxResults":1.5}'],
    ['a number that has no end', '{"MaxResults":1e999}'],
    ['true for a number', '{"MaxResults":true}'],
  ] as const)('%s is refused', async ([, body]) => {
    const answer = await askJson(endpoint, 'ListQueues', body);
    expect(answer.status).toBe(400);
    expect(jsonRefusal(answer)).toMatchObject({ type: expect.stringMatching(/#\w+$/) });
    expect(answer.headers['x-amzn-query-error']).toMatch(/^[\w.]+;Sender$/);
  });

  test.for([
    ['an action that is none', 'AmazonSQS.Dance'],
    ['an action in small letters', 'AmazonSQS.listqueues'],
    ['a name every object has', 'AmazonSQS.constructor'],
    ['another service', 'DynamoDB_20120810.ListTables'],
    ['no service', 'ListQueues'],
    ['nothing', ''],
  ] as const)('%s is no operation', async ([, target]) => {
    const headers = { 'content-type': JSON_TYPE, 'x-amz-target': target };
    const answer = await ask(endpoint, { headers, body: '{}' });
    expect([400, 404]).toContain(answer.status);
    expect(jsonRefusal(answer).type).toMatch(/#\w+$/);
  });

  test('nulls are as if absent', async () => {
    const input = { QueueUrl: queue.url, AttributeNames: ['QueueArn'], Colour: null };
    const { text } = await askJson(endpoint, 'GetQueueAttributes', input);
    expect(Object.keys(JSON.parse(text).Attributes)).toEqual(['QueueArn']);
    const without = { QueueUrl: queue.url, AttributeNames: null };
    expect((await askJson(endpoint, 'GetQueueAttributes', without)).text).toBe('{}');
  });

  test('X-Amzn-Trace-Id is kept as the trace header [Q-64]', async () => {
    const own = await TestQueue.standard(dial(endpoint));
    const headers = {
      'content-type': JSON_TYPE,
      'x-amz-target': 'AmazonSQS.SendMessage',
      'x-amzn-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793',
    };
    const body = JSON.stringify({ QueueUrl: own.url, MessageBody: 'a' });
    expect((await ask(endpoint, { headers, body })).status).toBe(200);
    const { Attributes } = await own.receiveOne();
    expect(Attributes?.AWSTraceHeader).toBe('Root=1-5759e988-bd862e3fe1be46a994272793');
  });

  test('unsigned and signed by anybody, where no keys are configured', async () => {
    const authorization =
      'AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-3/sqs/aws4_request, SignedHeaders=host, Signature=00';
    const headers = { 'content-type': JSON_TYPE, 'x-amz-target': 'AmazonSQS.GetQueueAttributes' };
    const body = JSON.stringify({ QueueUrl: queue.url, AttributeNames: ['QueueArn'] });
    const arn = async (more: Record<string, string>) => {
      const { text } = await ask(endpoint, { headers: { ...headers, ...more }, body });
      return JSON.parse(text).Attributes.QueueArn.split(':')[3];
    };
    expect(await arn({ authorization })).toBe('eu-west-3');
    expect(await arn({})).toBe('us-east-1');
  });

  test('addresses carry the host that was asked', async () => {
    const headers = {
      'content-type': JSON_TYPE,
      'x-amz-target': 'AmazonSQS.GetQueueUrl',
      host: 'localhost:1234',
    };
    const body = JSON.stringify({ QueueName: queue.name });
    const { text } = await ask(endpoint, { headers, body });
    expect(JSON.parse(text).QueueUrl).toMatch(/^http:\/\/localhost:1234\/\d{12}\//);
  });
});

describe.concurrent('which protocol', () => {
  test('a target goes before a form', async () => {
    const headers = { 'content-type': JSON_TYPE, 'x-amz-target': 'AmazonSQS.ListQueues' };
    const { text } = await ask(endpoint, { path: '/?Action=CreateQueue', headers, body: '{}' });
    expect(Object.keys(JSON.parse(text))).not.toContain('__type');
  });

  test('a form is a query', async () => {
    const { headers } = await askForm(endpoint, { Action: 'ListQueues' });
    expect(headers['content-type']).toBe('text/xml');
  });

  test('an action in the address is a query', async () => {
    const { headers, status } = await ask(endpoint, { method: 'GET', path: '/?Action=ListQueues' });
    expect([status, headers['content-type']]).toEqual([200, 'text/xml']);
  });
});
