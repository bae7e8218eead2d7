// What a handler learns of its caller, what becomes of what it throws, and callers that do not wait for their answer.

import { connect } from 'node:net';
import { ERRORS, type ErrorName, MillraceError } from '@millrace/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { sqsErrorName, sqsErrorOf } from '../../../src/sqs/dispatch/sqs-error-of.ts';
import { SQS_ERRORS } from '../../../src/sqs/errors.ts';
import {
  ask,
  askForm,
  askJson,
  jsonHeaders,
  type SqsServer,
  startSqsServer,
} from './sqs-server.ts';

const servers: SqsServer[] = [];

async function start(options: Parameters<typeof startSqsServer>[0]): Promise<SqsServer> {
  const server = await startSqsServer(options);
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

test('an unsigned call: the gateway’s own region, account and address', async () => {
  const server = await start({});
  await askJson(server.port, 'ListQueues', {});
  const call = server.calls[0]?.call;
  expect({
    protocol: call?.protocol,
    region: call?.region,
    account: call?.account,
    sender: call?.sender,
    baseUrl: call?.baseUrl,
    traceHeader: call?.traceHeader,
    requestId: call?.requestId,
  }).toEqual({
    protocol: 'json',
    region: 'eu-north-1',
    account: '000000000000',
    sender: '000000000000',
    baseUrl: `http://127.0.0.1:${server.port}`,
    traceHeader: undefined,
    requestId: 'b6633655-283d-45b4-aee4-4e84e0ae6afa',
  });
});

test('a signed call: region and sender of its scope, in a header or in the query string', async () => {
  const server = await start({});
  const scope = 'AKID/20260101/ap-south-2/sqs/aws4_request';
  const headers = {
    ...jsonHeaders('ListQueues'),
    host: 'queues.example:81',
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=00`,
    'x-amzn-trace-id': 'Root=1-2',
  };
  await ask(server.port, { headers, body: '{}' });
  const path = `/?Action=ListQueues&X-Amz-Credential=${scope.replaceAll('/', '%2F')}`;
  await ask(server.port, { method: 'GET', path });
  for (const { call } of server.calls) {
    expect({ region: call.region, sender: call.sender }).toEqual({
      region: 'ap-south-2',
      sender: 'AKID',
    });
  }
  expect(server.calls[0]?.call).toMatchObject({
    baseUrl: 'http://queues.example:81',
    traceHeader: 'Root=1-2',
  });
  expect(server.calls[1]?.call.protocol).toBe('query');
});

test.each([
  'Bearer x',
  'AWS4-HMAC-SHA256 Credential=a/b/c',
  'AWS4-HMAC-SHA256 Credential=AKID/20260101/<region>/sqs/aws4_request',
])('a region that is none is not taken: %s', async (authorization) => {
  const server = await start({});
  await ask(server.port, {
    headers: { ...jsonHeaders('ListQueues'), authorization },
    body: '{}',
  });
  expect(server.calls[0]?.call.region).toBe('eu-north-1');
});

test('a public URL stands before the address of the caller', async () => {
  const server = await start({ publicUrl: 'https://queues.example/' });
  await askJson(server.port, 'ListQueues', {});
  expect(server.calls[0]?.call.baseUrl).toBe('https://queues.example');
});

test('every error of the table is one of the API', () => {
  const names = (Object.keys(ERRORS) as ErrorName[]).map(sqsErrorName);
  expect(names.filter((name) => !Object.hasOwn(SQS_ERRORS, name))).toEqual([]);
  expect(sqsErrorOf(new MillraceError('UNKNOWN_TOPIC', 'No topic x.'))).toMatchObject({
    error: 'QueueDoesNotExist',
    message: 'The specified queue does not exist.',
  });
  expect(sqsErrorOf(new MillraceError('INVALID_CONFIG', 'It is 3.'))).toMatchObject({
    error: 'InvalidAttributeValue',
    message: 'It is 3.',
  });
  expect(sqsErrorOf(new MillraceError('INTERNAL', 'at /secret'))).toMatchObject({
    error: 'InternalFailure',
    message: SQS_ERRORS.InternalFailure.text,
  });
});

test.each([
  ['UNKNOWN_TOPIC', 400, 'AWS.SimpleQueueService.NonExistentQueue;Sender'],
  ['TOO_MANY_IN_FLIGHT', 403, 'OverLimit;Sender'],
  ['OUTCOME_UNKNOWN', 503, 'ServiceUnavailable;Receiver'],
  ['CONNECTION_LOST', 503, 'ServiceUnavailable;Receiver'],
  ['ABORTED', 503, 'ServiceUnavailable;Receiver'],
  ['UNKNOWN_TASK', 404, 'ResourceNotFoundException;Sender'],
] as const)('%s of the broker is answered with %i %s', async (code, status, header) => {
  const handlers = {
    DeleteQueue: async () => {
      throw new MillraceError(code);
    },
  };
  const server = await start({ handlers });
  const answer = await askJson(server.port, 'DeleteQueue', { QueueUrl: 'q' });
  expect({ status: answer.status, header: answer.headers['x-amzn-query-error'] }).toEqual({
    status,
    header,
  });
  expect(server.faults).toEqual([]);
});

test('what nobody foresaw is logged, and nothing of it is told', async () => {
  const fault = new TypeError('a secret');
  const handlers = {
    DeleteQueue: async () => {
      throw fault;
    },
  };
  const server = await start({ handlers });
  const answer = await askJson(server.port, 'DeleteQueue', { QueueUrl: 'q' });
  expect(answer.status).toBe(500);
  expect(answer.headers['x-amzn-query-error']).toBe('InternalFailure;Receiver');
  expect(JSON.parse(answer.body)).toEqual({
    __type: 'com.amazon.coral.service#InternalFailure',
    message: 'The request met a fault of the service.',
  });
  expect(server.faults).toEqual([{ event: 'http_fault', err: fault, action: 'DeleteQueue' }]);
  const xml = await askForm(server.port, 'Action=DeleteQueue&QueueUrl=q');
  expect(xml.status).toBe(500);
  expect(xml.body).toContain('<Type>Receiver</Type><Code>InternalFailure</Code>');
});

test('a body beyond the limit', async () => {
  const server = await start({ bodyLimit: 100 });
  const json = await askJson(server.port, 'ListQueues', { QueueNamePrefix: 'x'.repeat(200) });
  expect(json.status).toBe(413);
  expect(json.headers).toMatchObject({
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-query-error': 'RequestEntityTooLarge;Sender',
  });
  const form = await askForm(server.port, `Action=ListQueues&QueueNamePrefix=${'x'.repeat(200)}`);
  expect(form.status).toBe(413);
  expect(form.headers['content-type']).toBe('text/xml');
  expect(form.body).toContain('<Code>RequestEntityTooLarge</Code>');
});

test('each answer counts for its action', async () => {
  const server = await start({});
  await askJson(server.port, 'ListQueues', {});
  await askJson(server.port, 'ListQueues', []);
  await askForm(server.port, 'Action=DeleteQueue');
  await askForm(server.port, 'Action=Whatever');
  const counts = [...server.metrics.actions].map(([action, outcomes]) => [
    action,
    Object.fromEntries(outcomes),
  ]);
  expect(Object.fromEntries(counts)).toEqual({
    ListQueues: { ok: 1, Serialization: 1 },
    DeleteQueue: { MissingParameter: 1 },
    '(none)': { InvalidAction: 1 },
  });
});

function requestText(action: string, body: string): string {
  const headers = { host: 'x', 'content-length': String(body.length), ...jsonHeaders(action) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST / HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

test('requests that come in one go are all answered, errors too', async () => {
  const server = await start({
    handlers: { ListQueues: async (_input, { signal }) => ({ NextToken: String(signal.aborted) }) },
  });
  const socket = connect(server.port, '127.0.0.1').setEncoding('utf8');
  let answers = '';
  socket.on('data', (text: string) => {
    answers += text;
  });
  const requests = [requestText('ListQueues', '{}'), requestText('ListQueues', '[]')];
  socket.write([...requests, ...requests].join(''));
  const codes = () => [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => code);
  await vi.waitFor(() => expect(codes()).toEqual(['200', '400', '200', '400']), 20_000);
  expect(answers.match(/"NextToken":"false"/g)).toHaveLength(2);
  expect(answers.match(/^connection: keep-alive\r$/gim)).toHaveLength(4);
  socket.destroy();
});

test('a caller that goes away aborts its call, and is not answered', async () => {
  const aborted = vi.fn<() => void>();
  const handlers = {
    ReceiveMessage: (_input: unknown, { signal }: { signal: AbortSignal }) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted();
          reject(new MillraceError('ABORTED'));
        });
      }),
  };
  const server = await start({ handlers });
  const socket = connect(server.port, '127.0.0.1');
  socket.write(requestText('ReceiveMessage', '{"QueueUrl":"q"}'));
  await vi.waitFor(() => expect(server.calls).toHaveLength(1), 20_000);
  expect(aborted).not.toHaveBeenCalled();
  socket.destroy();
  await vi.waitFor(() => expect(aborted).toHaveBeenCalledOnce(), 20_000);
  await expect.poll(() => server.metrics.actions.get('ReceiveMessage')?.get('CallerGone')).toBe(1);
});

test('a gateway that shuts down aborts what waits, and answers it', async () => {
  const handlers = {
    ReceiveMessage: (_input: unknown, { signal }: { signal: AbortSignal }) =>
      new Promise<never>((_resolve, reject) => {
        const abort = () => reject(new MillraceError('ABORTED'));
        if (signal.aborted) abort();
        signal.addEventListener('abort', abort);
      }),
  };
  const server = await start({ handlers });
  const answer = askJson(server.port, 'ReceiveMessage', { QueueUrl: 'q' });
  await vi.waitFor(() => expect(server.calls).toHaveLength(1), 20_000);
  server.closing.abort();
  expect((await answer).status).toBe(503);
  expect((await askJson(server.port, 'ReceiveMessage', { QueueUrl: 'q' })).status).toBe(503);
});

test('a call that was answered is not aborted any more', async () => {
  const server = await start({
    handlers: { ListQueues: async (_input, call) => ({ NextToken: String(call.signal.aborted) }) },
  });
  const answer = await askJson(server.port, 'ListQueues', {});
  expect(answer.body).toBe('{"NextToken":"false"}');
  const signal = server.calls[0]?.call.signal;
  await server.close();
  server.closing.abort();
  expect(signal?.aborted).toBe(false);
});
