// What the query protocol reads: flattened lists and maps, where parameters may stand, and what is refused.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ask, askForm, type SqsServer, startSqsServer } from './sqs-server.ts';

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

async function inputOf(form: string, path = '/'): Promise<unknown> {
  const answer = await askForm(server.port, form, path);
  if (answer.status !== 200) throw new Error(answer.body);
  return server.calls.at(-1)?.input;
}

function codeOf(body: string): string | undefined {
  return /<Code>([^<]*)<\/Code><Message>([^<]*)</.exec(body)?.slice(1).join(': ');
}

test('attributes of messages and of entries, in the order of their numbers, whatever the gaps', async () => {
  const entry = 'SendMessageBatchRequestEntry';
  const form =
    `Action=SendMessageBatch&QueueUrl=q&${entry}.10.Id=b&${entry}.10.MessageBody=y` +
    `&${entry}.2.Id=a&${entry}.2.MessageBody=x+%26%0D%0a%F0%9F%98%80&${entry}.2.DelaySeconds=3` +
    `&${entry}.2.MessageAttribute.1.Name=n&${entry}.2.MessageAttribute.1.Value.DataType=Binary` +
    `&${entry}.2.MessageAttribute.1.Value.BinaryValue=AQL%2F` +
    `&${entry}.2.MessageAttribute.7.Name=l&${entry}.2.MessageAttribute.7.Value.DataType=String` +
    `&${entry}.2.MessageAttribute.7.Value.StringListValue.1=v`;
  expect(await inputOf(form)).toEqual({
    QueueUrl: 'q',
    Entries: [
      {
        Id: 'a',
        MessageBody: 'x &\r\n😀',
        DelaySeconds: 3,
        MessageAttributes: {
          n: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2, 255]) },
          l: { DataType: 'String', StringListValues: ['v'] },
        },
      },
      { Id: 'b', MessageBody: 'y' },
    ],
  });
});

test('maps with names and with keys, and one without a number', async () => {
  const form = 'Action=CreateQueue&QueueName=q&Attribute.1.Name=__proto__&Attribute.1.Value=1';
  const read = (await inputOf(`${form}&Tag.1.Key=k&Tag.1.Value=`)) as { Attributes: object };
  expect(read).toMatchObject({ QueueName: 'q', tags: { k: '' } });
  expect(Object.entries(read.Attributes)).toEqual([['__proto__', '1']]);
  const lone = 'Action=SetQueueAttributes&QueueUrl=q&Attribute.Name=DelaySeconds&Attribute.Value=5';
  expect(await inputOf(lone)).toEqual({ QueueUrl: 'q', Attributes: { DelaySeconds: '5' } });
});

test('empty lists, as botocore sends them, and required lists that are not there', async () => {
  expect(
    await inputOf('Action=ReceiveMessage&QueueUrl=q&AttributeNames=&MessageAttributeNames='),
  ).toEqual({ QueueUrl: 'q', AttributeNames: [], MessageAttributeNames: [] });
  for (const form of ['&TagKeys=', '']) {
    expect(await inputOf(`Action=UntagQueue&QueueUrl=q${form}`)).toEqual({
      QueueUrl: 'q',
      TagKeys: [],
    });
  }
  expect(await inputOf('Action=SendMessageBatch&QueueUrl=q&Entries=')).toEqual({
    QueueUrl: 'q',
    Entries: [],
  });
  expect(await inputOf('Action=ReceiveMessage&QueueUrl=q&WaitTimeSeconds=')).toEqual({
    QueueUrl: 'q',
  });
});

test('Version and parameters of signatures mean nothing', async () => {
  const form = 'Action=ListQueues&Version=2008-01-01&X-Amz-Credential=a.b&x-amz-date=1';
  expect(await inputOf(`${form}&QueueNamePrefix=a`)).toEqual({ QueueNamePrefix: 'a' });
});

test('parameters of the query string and of the form are one; the form wins', async () => {
  const path = '/?Action=SendMessage&MessageBody=url&QueueUrl=q';
  expect(await inputOf('MessageBody=form', path)).toEqual({ QueueUrl: 'q', MessageBody: 'form' });
  const get = await ask(server.port, { method: 'GET', path: `${path}&DelaySeconds=1` });
  expect(get.status).toBe(200);
  expect(server.calls.at(-1)?.input).toEqual({
    QueueUrl: 'q',
    MessageBody: 'url',
    DelaySeconds: 1,
  });
});

test('the path names the queue where no parameter does', async () => {
  const path = '/000000000000/of-path';
  expect(await inputOf('Action=DeleteQueue', path)).toEqual({ QueueUrl: path });
  expect(await inputOf('Action=DeleteQueue', `${path}/?Version=2012-11-05`)).toEqual({
    QueueUrl: path,
  });
  expect(await inputOf('Action=DeleteQueue&QueueUrl=q', path)).toEqual({ QueueUrl: 'q' });
  expect(await inputOf('Action=DeleteQueue&QueueUrl=', path)).toEqual({ QueueUrl: path });
  expect(await inputOf('Action=DeleteQueue', '/queue/us-east-1/000000000000/q')).toEqual({
    QueueUrl: '/queue/us-east-1/000000000000/q',
  });
  const root = await askForm(server.port, 'Action=DeleteQueue', '//');
  expect(codeOf(root.body)).toBe(
    'MissingParameter: The request must contain the parameter QueueUrl.',
  );
});

test('on the path of a queue, actions that are about none are invalid', async () => {
  const path = '/000000000000/q';
  for (const action of ['ListQueues', 'CreateQueue', 'FooBar', 'toString']) {
    const answer = await askForm(server.port, `Action=${action}&QueueName=x`, path);
    expect(answer.status).toBe(400);
    expect(codeOf(answer.body)).toBe(
      `InvalidAction: The action ${action} is not valid for this endpoint.`,
    );
  }
  expect(await inputOf('Action=GetQueueUrl&QueueName=x', path)).toEqual({ QueueName: 'x' });
  expect(await inputOf('Action=ListQueues', '/elsewhere')).toEqual({});
});

test.each([
  ['GET', '/000000000000/q', undefined],
  ['GET', '/000000000000/q?x=1', undefined],
  ['POST', '/000000000000/q', undefined],
  ['POST', '/', 'Version=2012-11-05'],
  ['POST', '/', ''],
  ['GET', '/?Action=', undefined],
])('%s %s without an action is an unknown operation', async (method, path, body) => {
  const headers: Record<string, string> =
    body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await ask(server.port, {
    method,
    path,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  expect(answer).toMatchObject({ status: 404, body: '<UnknownOperationException/>' });
});

test.each([
  ['MessageBody=b', 'MissingParameter: The request must contain the parameter QueueUrl.'],
  ['QueueUrl=q', 'MissingParameter: The request must contain the parameter MessageBody.'],
  [
    'QueueUrl=q&MessageBody=b&DelaySeconds=x',
    'MalformedInput: The value of DelaySeconds can not be converted to an Integer',
  ],
  [
    'QueueUrl=q&MessageBody=b&MessageAttribute.1.Value.DataType=String',
    'MissingParameter: The request must contain the parameter MessageAttribute.1.Name.',
  ],
  [
    'QueueUrl=q&MessageBody=b&MessageAttribute.1.Name=n',
    'MissingParameter: The request must contain the parameter MessageAttribute.1.Value.',
  ],
  [
    'QueueUrl=q&MessageBody=%zz',
    'MalformedQueryString: A parameter has a malformed percent-encoding.',
  ],
  [
    'QueueUrl=q&MessageBody=%ff',
    'MalformedQueryString: A parameter has a malformed percent-encoding.',
  ],
  [
    `QueueUrl=q&MessageBody${'.1'.repeat(8)}=b`,
    'MalformedQueryString: The query string is malformed: a name has more than 8 parts.',
  ],
  [
    'x&'.repeat(20_001),
    'MalformedQueryString: The query string is malformed: more than 20000 parameters.',
  ],
])('SendMessage refuses parameters, %#', async (form, fault) => {
  const answer = await askForm(server.port, `Action=SendMessage&${form}`);
  expect({ status: answer.status, fault: codeOf(answer.body) }).toEqual({ status: 400, fault });
});

test('a required member of an entry is named with its place', async () => {
  const answer = await askForm(
    server.port,
    'Action=SendMessageBatch&QueueUrl=q&SendMessageBatchRequestEntry.3.Id=a',
  );
  expect(codeOf(answer.body)).toBe(
    'MissingParameter: The request must contain the parameter SendMessageBatchRequestEntry.3.MessageBody.',
  );
});

test('bytes that are no text are refused', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = Buffer.from('Action=ListQueues&QueueNamePrefix=\xff', 'latin1');
  const answer = await ask(server.port, { headers, body });
  expect(codeOf(answer.body)).toContain('MalformedQueryString: ');
});
