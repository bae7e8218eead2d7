// Whole answers of both protocols, byte by byte as the service's have been recorded: bodies, content types, headers.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { SqsError } from '../../../src/sqs/errors.ts';
import { ask, askForm, askJson, type SqsServer, startSqsServer } from './sqs-server.ts';

const ID = 'b6633655-283d-45b4-aee4-4e84e0ae6afa';
const XMLNS = 'xmlns="http://queue.amazonaws.com/doc/2012-11-05/"';
const METADATA = `<ResponseMetadata><RequestId>${ID}</RequestId></ResponseMetadata>`;
const BODY = 'a&b <c> "d" \'e\'\r\n\t\u0001 ü 😀';
const URL = 'http://localhost:7651/000000000000/q';

let server: SqsServer;

beforeAll(async () => {
  server = await startSqsServer({
    handlers: {
      GetQueueUrl: async ({ QueueName }) => {
        if (QueueName === 'absent') throw new SqsError('QueueDoesNotExist');
        return { QueueUrl: URL };
      },
      ListQueues: async ({ QueueNamePrefix }) =>
        QueueNamePrefix === 'none'
          ? { QueueUrls: [] }
          : { QueueUrls: [URL, `${URL}2`], NextToken: 'n' },
      ListDeadLetterSourceQueues: async () => ({ queueUrls: [] }),
      GetQueueAttributes: async () => ({ Attributes: { DelaySeconds: '0', Policy: '<&>' } }),
      ListQueueTags: async () => ({ Tags: { team: 'a' } }),
      SendMessage: async () => ({
        MessageId: 'm',
        MD5OfMessageBody: 'b',
        MD5OfMessageAttributes: 'a',
        MD5OfMessageSystemAttributes: undefined,
      }),
      SendMessageBatch: async () => ({
        Successful: [{ Id: '1', MessageId: 'm', MD5OfMessageBody: 'b', SequenceNumber: '7' }],
        Failed: [{ Id: '2', SenderFault: true, Code: 'InvalidParameterValue', Message: 'no' }],
      }),
      DeleteMessageBatch: async () => ({ Successful: [{ Id: '1' }], Failed: [] }),
      ReceiveMessage: async ({ MaxNumberOfMessages }) =>
        MaxNumberOfMessages === 1
          ? { Messages: [] }
          : {
              Messages: [
                {
                  MessageId: 'm',
                  ReceiptHandle: 'r',
                  MD5OfBody: 's',
                  Body: BODY,
                  Attributes: { SentTimestamp: '1' },
                  MD5OfMessageAttributes: 't',
                  MessageAttributes: {
                    bin: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 255]) },
                    txt: { DataType: 'String', StringValue: 'v' },
                  },
                },
              ],
            },
      ListMessageMoveTasks: async () => ({
        Results: [{ Status: 'RUNNING', ApproximateNumberOfMessagesMoved: 0, StartedTimestamp: 5 }],
      }),
      PurgeQueue: async () => {
        throw new SqsError('PurgeQueueInProgress', 'Only one <PurgeQueue>');
      },
      DeleteQueue: async () => ({}),
    },
  });
});

afterAll(async () => {
  await server.close();
});

test.each([
  ['GetQueueUrl', { QueueName: 'q' }, `{"QueueUrl":"${URL}"}`],
  ['ListQueues', {}, `{"QueueUrls":["${URL}","${URL}2"],"NextToken":"n"}`],
  ['ListQueues', { QueueNamePrefix: 'none' }, '{}'],
  ['ListDeadLetterSourceQueues', { QueueUrl: 'q' }, '{"queueUrls":[]}'],
  ['DeleteQueue', { QueueUrl: 'q' }, '{}'],
  ['ReceiveMessage', { QueueUrl: 'q', MaxNumberOfMessages: 1 }, '{}'],
  [
    'SendMessage',
    { QueueUrl: 'q', MessageBody: 'x' },
    '{"MessageId":"m","MD5OfMessageBody":"b","MD5OfMessageAttributes":"a"}',
  ],
  [
    'DeleteMessageBatch',
    { QueueUrl: 'q', Entries: [{ Id: '1', ReceiptHandle: 'r' }] },
    '{"Successful":[{"Id":"1"}]}',
  ],
  [
    'SendMessageBatch',
    { QueueUrl: 'q', Entries: [] },
    '{"Successful":[{"Id":"1","MessageId":"m","MD5OfMessageBody":"b","SequenceNumber":"7"}],' +
      '"Failed":[{"Id":"2","SenderFault":true,"Code":"InvalidParameterValue","Message":"no"}]}',
  ],
  [
    'ReceiveMessage',
    { QueueUrl: 'q', MaxNumberOfMessages: 10 },
    `{"Messages":[{"MessageId":"m","ReceiptHandle":"r","MD5OfBody":"s","Body":${JSON.stringify(BODY)},` +
      '"Attributes":{"SentTimestamp":"1"},"MD5OfMessageAttributes":"t","MessageAttributes":' +
      '{"bin":{"BinaryValue":"AQL/","DataType":"Binary"},"txt":{"StringValue":"v","DataType":"String"}}}]}',
  ],
])('%s answers in JSON %#', async (action, input, body) => {
  const answer = await askJson(server.port, action, input);
  expect({ body: answer.body, status: answer.status }).toEqual({ body, status: 200 });
  expect(answer.headers).toMatchObject({
    'content-type': 'application/x-amz-json-1.0',
    'content-length': String(Buffer.byteLength(body)),
    'x-amzn-requestid': ID,
  });
  expect(answer.headers['x-amzn-query-error']).toBeUndefined();
});

test.each([
  ['GetQueueUrl&QueueName=q', 'GetQueueUrl', `<QueueUrl>${URL}</QueueUrl>`],
  [
    'ListQueues',
    'ListQueues',
    `<QueueUrl>${URL}</QueueUrl><QueueUrl>${URL}2</QueueUrl><NextToken>n</NextToken>`,
  ],
  ['ListQueues&QueueNamePrefix=none', 'ListQueues', ''],
  ['ReceiveMessage&QueueUrl=q&MaxNumberOfMessages=1', 'ReceiveMessage', ''],
  [
    'ReceiveMessage&QueueUrl=q&MaxNumberOfMessages=10',
    'ReceiveMessage',
    '<Message><MessageId>m</MessageId><ReceiptHandle>r</ReceiptHandle><MD5OfBody>s</MD5OfBody>' +
      '<Body>a&amp;b &lt;c&gt; &quot;d&quot; &apos;e&apos;&#13;\n\t\ufffd ü 😀</Body>' +
      '<Attribute><Name>SentTimestamp</Name><Value>1</Value></Attribute>' +
      '<MD5OfMessageAttributes>t</MD5OfMessageAttributes>' +
      '<MessageAttribute><Name>bin</Name><Value><BinaryValue>AQL/</BinaryValue>' +
      '<DataType>Binary</DataType></Value></MessageAttribute>' +
      '<MessageAttribute><Name>txt</Name><Value><StringValue>v</StringValue>' +
      '<DataType>String</DataType></Value></MessageAttribute></Message>',
  ],
  [
    'GetQueueAttributes&QueueUrl=q',
    'GetQueueAttributes',
    '<Attribute><Name>DelaySeconds</Name><Value>0</Value></Attribute>' +
      '<Attribute><Name>Policy</Name><Value>&lt;&amp;&gt;</Value></Attribute>',
  ],
  ['ListQueueTags&QueueUrl=q', 'ListQueueTags', '<Tag><Key>team</Key><Value>a</Value></Tag>'],
  [
    'SendMessage&QueueUrl=q&MessageBody=x',
    'SendMessage',
    '<MD5OfMessageBody>b</MD5OfMessageBody><MD5OfMessageAttributes>a</MD5OfMessageAttributes>' +
      '<MessageId>m</MessageId>',
  ],
  [
    'SendMessageBatch&QueueUrl=q',
    'SendMessageBatch',
    '<SendMessageBatchResultEntry><Id>1</Id><MessageId>m</MessageId>' +
      '<MD5OfMessageBody>b</MD5OfMessageBody><SequenceNumber>7</SequenceNumber>' +
      '</SendMessageBatchResultEntry><BatchResultErrorEntry><Id>2</Id>' +
      '<SenderFault>true</SenderFault><Code>InvalidParameterValue</Code><Message>no</Message>' +
      '</BatchResultErrorEntry>',
  ],
  [
    'ListMessageMoveTasks&SourceArn=a',
    'ListMessageMoveTasks',
    '<ListMessageMoveTasksResultEntry><Status>RUNNING</Status>' +
      '<ApproximateNumberOfMessagesMoved>0</ApproximateNumberOfMessagesMoved>' +
      '<StartedTimestamp>5</StartedTimestamp></ListMessageMoveTasksResultEntry>',
  ],
])('%s answers in XML', async (form, action, content) => {
  const answer = await askForm(server.port, `Action=${form}&Version=2012-11-05`);
  const result =
    content === '' ? `<${action}Result/>` : `<${action}Result>${content}</${action}Result>`;
  expect(answer.body).toBe(
    `<?xml version="1.0"?><${action}Response ${XMLNS}>${result}${METADATA}</${action}Response>`,
  );
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({ 'content-type': 'text/xml', 'x-amzn-requestid': ID });
});

test('an action without output has metadata alone in XML', async () => {
  const answer = await askForm(server.port, 'Action=DeleteQueue&QueueUrl=q');
  expect(answer.body).toBe(
    `<?xml version="1.0"?><DeleteQueueResponse ${XMLNS}>${METADATA}</DeleteQueueResponse>`,
  );
});

test('the query protocol answers in JSON where that is accepted', async () => {
  const headers = { accept: 'application/json' };
  const path = '/?Action=GetQueueUrl&QueueName=';
  const answer = await ask(server.port, { method: 'GET', path: `${path}q`, headers });
  expect(answer.body).toBe(
    `{"GetQueueUrlResponse":{"GetQueueUrlResult":{"QueueUrl":"${URL}"},"ResponseMetadata":{"RequestId":"${ID}"}}}`,
  );
  expect(answer.headers['content-type']).toBe('application/json');
  const error = await ask(server.port, { method: 'GET', path: `${path}absent`, headers });
  expect(JSON.parse(error.body)).toEqual({
    Error: {
      Type: 'Sender',
      Code: 'AWS.SimpleQueueService.NonExistentQueue',
      Message: 'The specified queue does not exist for this wsdl version.',
      Detail: {},
    },
    RequestId: ID,
  });
  const empty = await ask(server.port, {
    method: 'GET',
    path: '/?Action=DeleteQueue&QueueUrl=q',
    headers,
  });
  expect(empty.body).toBe(`{"DeleteQueueResponse":{"ResponseMetadata":{"RequestId":"${ID}"}}}`);
});

test('an error of the model in JSON', async () => {
  const answer = await askJson(server.port, 'GetQueueUrl', { QueueName: 'absent' });
  expect(answer.status).toBe(400);
  expect(answer.body).toBe(
    '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}',
  );
  expect(answer.headers).toMatchObject({
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender',
    'x-amzn-requestid': ID,
  });
});

test('an error that the model does not have, in JSON', async () => {
  const answer = await askJson(server.port, 'GetQueueUrl', {});
  expect(answer.status).toBe(400);
  expect(answer.body).toBe(
    '{"__type":"com.amazon.coral.service#MissingRequiredParameterException",' +
      '"message":"The request must contain the parameter QueueName."}',
  );
  expect(answer.headers['x-amzn-query-error']).toBe('MissingParameter;Sender');
});

test('errors in XML, and the text of an unknown queue there', async () => {
  const absent = await askForm(server.port, 'Action=GetQueueUrl&QueueName=absent');
  expect(absent.status).toBe(400);
  expect(absent.headers['content-type']).toBe('text/xml');
  expect(absent.headers['x-amzn-query-error']).toBeUndefined();
  expect(absent.body).toBe(
    `<?xml version="1.0"?><ErrorResponse ${XMLNS}><Error><Type>Sender</Type>` +
      '<Code>AWS.SimpleQueueService.NonExistentQueue</Code>' +
      '<Message>The specified queue does not exist for this wsdl version.</Message><Detail/></Error>' +
      `<RequestId>${ID}</RequestId></ErrorResponse>`,
  );
  const purge = await askForm(server.port, 'Action=PurgeQueue&QueueUrl=q');
  expect(purge.status).toBe(403);
  expect(purge.body).toContain('<Message>Only one &lt;PurgeQueue&gt;</Message>');
});
