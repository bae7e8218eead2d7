// The older query protocol, made by hand: forms and addresses in, XML out.

import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { dial, freshName, sorted, TestQueue } from './support/queues.ts';
import { sharedServer } from './support/server.ts';
import { ask, askForm, elementsOf, FORM_TYPE, xmlRefusal } from './support/wire.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000, maxConcurrency: 20 });

const NAMESPACE = 'http://queue.amazonaws.com/doc/2012-11-05/';
const Version = '2012-11-05';
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

const { endpoint } = sharedServer();
const standard = () => TestQueue.standard(dial(endpoint));

const query = (Action: string, more: Record<string, string> = {}, path = '/') =>
  askForm(endpoint, { Action, Version, ...more }, path);
const on = ({ url: QueueUrl }: TestQueue, Action: string, more: Record<string, string> = {}) =>
  query(Action, { QueueUrl, ...more });

describe.concurrent('answers', () => {
  test('an answer has its element, its namespace and a request id', async () => {
    const QueueName = freshName();
    const { status, headers, text } = await query('CreateQueue', { QueueName });
    expect([status, headers['content-type']]).toEqual([200, 'text/xml']);
    const [url = ''] = elementsOf(text, 'QueueUrl');
    const [id = ''] = elementsOf(text, 'RequestId');
    expect(url.endsWith(`/${QueueName}`)).toBe(true);
    expect(id).toMatch(/^[\da-f-]{36}$/);
    const body = text.replace(/^<\?xml[^>]*>\s*/, '');
    expect(body.replaceAll(/>\s+</g, '><')).toBe(
      `<CreateQueueResponse xmlns="${NAMESPACE}"><CreateQueueResult><QueueUrl>${url}</QueueUrl></CreateQueueResult>` +
        `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata></CreateQueueResponse>`,
    );
  });

  test('an action without output has no result', async () => {
    const queue = await standard();
    const { text } = await on(queue, 'TagQueue', { 'Tag.1.Key': 'a', 'Tag.1.Value': 'b' });
    expect(text).toMatch(/<TagQueueResponse [^>]*><ResponseMetadata>/);
    expect(text).not.toContain('Result');
  });

  test('an empty result closes itself', async () => {
    const { text } = await on(await standard(), 'ReceiveMessage');
    expect(text).toContain('<ReceiveMessageResult/>');
  });

  test('an error', async () => {
    const { status, headers, text } = await query('GetQueueUrl', { QueueName: 'no-such-queue' });
    expect([status, headers['content-type']]).toEqual([400, 'text/xml']);
    expect(text).toContain(`<ErrorResponse xmlns="${NAMESPACE}">`);
    expect(elementsOf(text, 'Type')).toEqual(['Sender']);
    expect(elementsOf(text, 'Code')).toEqual(['AWS.SimpleQueueService.NonExistentQueue']);
    expect(elementsOf(text, 'Message')).toEqual([
      'The specified queue does not exist for this wsdl version.',
    ]);
    expect(text).toContain('<Detail/>');
    expect(elementsOf(text, 'RequestId').length).toBe(1);
  });

  test.for(['Dance', 'constructor', '__proto__', 'listQueues', '<a>&"'])(
    'the action %s is not valid',
    async (action) => {
      expect(xmlRefusal(await query(action))).toEqual({
        status: 400,
        code: 'InvalidAction',
        message: `The action ${action} is not valid for this endpoint.`,
      });
    },
  );
});

describe.concurrent('messages', () => {
  test('texts with marks and line ends come back with their sum', async () => {
    const queue = await standard();
    const MessageBody = `<a b="c">&amp; 'd' \r\n\r\t 🚀 é ]]> + %20 </a>`;
    const sent = await on(queue, 'SendMessage', { MessageBody });
    expect(elementsOf(sent.text, 'MD5OfMessageBody')).toEqual([md5(MessageBody)]);
    const { text } = await on(queue, 'ReceiveMessage', { 'AttributeName.1': 'All' });
    expect(elementsOf(text, 'Body')).toEqual([MessageBody]);
    expect(elementsOf(text, 'MD5OfBody')).toEqual([md5(MessageBody)]);
    expect(elementsOf(text, 'Attribute').length).toBe(4);
    expect(elementsOf(text, 'ReceiptHandle').length).toBe(1);
  });

  test('attributes of each type', async () => {
    const queue = await standard();
    const attribute = (at: number, name: string, type: string, field: string, value: string) => ({
      [`MessageAttribute.${at}.Name`]: name,
      [`MessageAttribute.${at}.Value.DataType`]: type,
      [`MessageAttribute.${at}.Value.${field}`]: value,
    });
    const sent = await on(queue, 'SendMessage', {
      MessageBody: 'a',
      ...attribute(1, 'id', 'String', 'StringValue', '453ae55e-f03b-21a6-a4b1-70c2e2e8fe71'),
      ...attribute(2, 'mybin', 'Binary', 'BinaryValue', 'a2VrY2hlYnVrZWs='),
      ...attribute(3, 'timestamp', 'Number.java.lang.Long', 'StringValue', '1603134247654'),
      ...attribute(4, 'contentType', 'String', 'StringValue', 'application/json'),
      'MessageSystemAttribute.1.Name': 'AWSTraceHeader',
      'MessageSystemAttribute.1.Value.DataType': 'String',
      'MessageSystemAttribute.1.Value.StringValue': 'Root=1',
    });
    const sum = '049075255ebc53fb95f7f9f3cedf3c50';
    expect(elementsOf(sent.text, 'MD5OfMessageAttributes')).toEqual([sum]);
    const { text } = await on(queue, 'ReceiveMessage', {
      'MessageAttributeName.1': 'All',
      'MessageSystemAttributeName.1': 'AWSTraceHeader',
    });
    expect(elementsOf(text, 'MD5OfMessageAttributes')).toEqual([sum]);
    const held = elementsOf(text, 'MessageAttribute').map((each) => [
      elementsOf(each, 'Name')[0],
      elementsOf(each, 'DataType')[0],
      (elementsOf(each, 'StringValue')[0] ?? elementsOf(each, 'BinaryValue')[0])?.slice(0, 8),
    ]);
    expect(sorted(held)).toEqual([
      ['contentType', 'String', 'applicat'],
      ['id', 'String', '453ae55e'],
      ['mybin', 'Binary', 'a2VrY2hl'],
      ['timestamp', 'Number.java.lang.Long', '16031342'],
    ]);
    expect(elementsOf(text, 'Value')).toContain('Root=1');
  });

  test('batches of each kind', async () => {
    const queue = await standard();
    const entry = (kind: string, at: number, fields: Record<string, string>) =>
      Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [
          `${kind}BatchRequestEntry.${at}.${name}`,
          value,
        ]),
      );
    const sent = await on(queue, 'SendMessageBatch', {
      ...entry('SendMessage', 1, { Id: 'a', MessageBody: 'one' }),
      ...entry('SendMessage', 2, { Id: 'b', MessageBody: '\u0001' }),
      ...entry('SendMessage', 3, { Id: 'c', MessageBody: 'three' }),
    });
    const good = elementsOf(sent.text, 'SendMessageBatchResultEntry');
    expect(good.flatMap((each) => elementsOf(each, 'Id'))).toEqual(['a', 'c']);
    const [bad = ''] = elementsOf(sent.text, 'BatchResultErrorEntry');
    expect(elementsOf(bad, 'Id')).toEqual(['b']);
    expect(elementsOf(bad, 'SenderFault')).toEqual(['true']);
    expect(elementsOf(bad, 'Code')).toEqual(['InvalidMessageContents']);
    const received = await on(queue, 'ReceiveMessage', { MaxNumberOfMessages: '10' });
    const [one = '', three = ''] = elementsOf(received.text, 'ReceiptHandle');
    const changed = await on(queue, 'ChangeMessageVisibilityBatch', {
      ...entry('ChangeMessageVisibility', 1, {
        Id: 'x',
        ReceiptHandle: one,
        VisibilityTimeout: '0',
      }),
    });
    expect(elementsOf(changed.text, 'Id')).toEqual(['x']);
    const deleted = await on(queue, 'DeleteMessageBatch', {
      ...entry('DeleteMessage', 1, { Id: 'y', ReceiptHandle: one }),
      ...entry('DeleteMessage', 2, { Id: 'z', ReceiptHandle: three }),
    });
    expect(elementsOf(deleted.text, 'Id')).toEqual(['y', 'z']);
    expect(await queue.counts()).toEqual([0, 0, 0]);
  });

  test('by the address of the queue, with GET', async () => {
    const queue = await standard();
    const { pathname } = new URL(queue.url);
    const send = new URLSearchParams({ Action: 'SendMessage', MessageBody: 'a b', Version });
    const { status } = await ask(endpoint, {
      method: 'GET',
      path: `${pathname}?${send.toString()}`,
    });
    expect(status).toBe(200);
    const receive = `Action=ReceiveMessage&Version=${Version}&X-Amz-Credential=AKID%2F20260101%2Feu-west-1%2Fsqs%2Faws4_request`;
    const got = await ask(endpoint, { method: 'GET', path: `${pathname}?${receive}` });
    expect(elementsOf(got.text, 'Body')).toEqual(['a b']);
  });
});

describe.concurrent('parameters', () => {
  test('those of the address and of the form count together; QueueUrl goes before the path', async () => {
    const [queue, other] = [await standard(), await standard()];
    const { pathname } = new URL(other.url);
    const { status } = await ask(endpoint, {
      path: `${pathname}?Action=SendMessage&MessageBody=a`,
      headers: { 'content-type': `${FORM_TYPE}; charset=utf-8` },
      body: new URLSearchParams({ QueueUrl: queue.url }).toString(),
    });
    expect(status).toBe(200);
    expect(await queue.bodies()).toEqual(['a']);
    expect(await other.bodies()).toEqual([]);
  });

  test('attributes and tags, in lists, alone, and empty', async () => {
    const QueueName = freshName();
    const made = await query('CreateQueue', {
      QueueName,
      'Attribute.1.Name': 'VisibilityTimeout',
      'Attribute.1.Value': '17',
      'Attribute.2.Name': 'DelaySeconds',
      'Attribute.2.Value': '3',
      'Tag.1.Key': 'team',
      'Tag.1.Value': 'a',
    });
    const [QueueUrl = ''] = elementsOf(made.text, 'QueueUrl');
    const changed = { QueueUrl, 'Attribute.Name': 'DelaySeconds', 'Attribute.Value': '4' };
    expect((await query('SetQueueAttributes', changed)).status).toBe(200);
    const names = { 'AttributeName.1': 'VisibilityTimeout', 'AttributeName.2': 'DelaySeconds' };
    const { text } = await query('GetQueueAttributes', { QueueUrl, ...names });
    const held = elementsOf(text, 'Attribute').map((each) => [
      elementsOf(each, 'Name')[0],
      elementsOf(each, 'Value')[0],
    ]);
    expect(sorted(held)).toEqual([
      ['DelaySeconds', '4'],
      ['VisibilityTimeout', '17'],
    ]);
    const tags = (await query('ListQueueTags', { QueueUrl })).text;
    expect([elementsOf(tags, 'Key'), elementsOf(tags, 'Value')]).toEqual([['team'], ['a']]);
    const empty = await query('ReceiveMessage', {
      QueueUrl,
      AttributeNames: '',
      MessageAttributeNames: '',
    });
    expect(empty.status).toBe(200);
  });

  test('an empty list of entries is an empty batch', async () => {
    const queue = await standard();
    expect(xmlRefusal(await on(queue, 'SendMessageBatch', { Entries: '' }))).toEqual({
      status: 400,
      code: 'AWS.SimpleQueueService.EmptyBatchRequest',
      message: 'There should be at least one SendMessageBatchRequestEntry in the request.',
    });
  });

  test('lists of queues repeat their element', async () => {
    const prefix = freshName('-list');
    for (const at of [1, 2]) await query('CreateQueue', { QueueName: `${prefix}-${at}` });
    const { text } = await query('ListQueues', { QueueNamePrefix: prefix });
    expect(sorted(elementsOf(text, 'QueueUrl').map((url) => url.split('/').at(-1)))).toEqual([
      `${prefix}-1`,
      `${prefix}-2`,
    ]);
  });
});

describe.concurrent("on a queue's own path", () => {
  test.for(['ListQueues', 'CreateQueue'])('%s is no action', async (Action) => {
    const { pathname } = new URL((await standard()).url);
    const answer = await query(Action, { QueueName: 'x' }, pathname);
    expect(xmlRefusal(answer)).toMatchObject({ status: 400, code: 'InvalidAction' });
  });

  test('GetQueueUrl is one', async () => {
    const queue = await standard();
    const { pathname } = new URL(queue.url);
    const { text } = await query('GetQueueUrl', { QueueName: queue.name }, pathname);
    expect(elementsOf(text, 'QueueUrl')).toEqual([queue.url]);
  });

  test('GET without an action is an unknown operation', async () => {
    const { pathname } = new URL((await standard()).url);
    const { status, text } = await ask(endpoint, { method: 'GET', path: pathname });
    expect(status).toBe(404);
    expect(text).toContain('<UnknownOperationException/>');
  });
});
