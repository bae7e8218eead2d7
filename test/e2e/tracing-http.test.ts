// Traces that go through HTTP, as a collector gets them: REST and SQS in front, native clients behind, and back.

import { trace } from '@opentelemetry/api';
import { expect, test, vi } from 'vitest';
import { KIND, placeOf, TracedWorld, until } from './support/traced-world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const world = TracedWorld.shared();

test('from a request over HTTP to a native worker', async () => {
  await world.client.admin.createTopic({ name: 'web' });
  await world.client.admin.createShareGroup({ group: 'web', topics: ['web'] });
  const seen: string[] = [];
  const worker = world.client.worker({
    group: 'web',
    topics: 'web',
    handler: () => void seen.push(trace.getActiveSpan()?.spanContext().traceId ?? ''),
  });
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const answer = await fetch(`${world.server.httpUrl}/produce`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
      'x-request-id': 'r-17',
    },
    body: JSON.stringify({ topic: 'web', payload: 1 }),
  });
  expect(answer.status).toBe(201);
  const request = await world.span(traceId, 'POST /produce');
  const send = await world.span(traceId, 'send web');
  const process = await world.span(traceId, 'process web');
  await worker.close();
  expect(request).toMatchObject({
    service: 'millrace-gateway',
    kind: KIND.server,
    parentSpanId: '00f067aa0ba902b7',
  });
  expect(request.attributes).toMatchObject({
    'http.request.method': 'POST',
    'http.route': '/produce',
    'http.response.status_code': 201,
    'url.path': '/produce',
    'millrace.request.id': 'r-17',
  });
  expect(send).toMatchObject({ service: 'millrace-gateway', parentSpanId: request.spanId });
  expect(process).toMatchObject({ service: 'app', parentSpanId: send.spanId });
  expect(seen).toEqual([traceId]);
});

test('from a native producer to callers of REST, and their acknowledgement', async () => {
  await world.client.admin.createTopic({ name: 'out' });
  await world.client.admin.createShareGroup({ group: 'out', topics: ['out'] });
  const traceId = await world.app.inside('offer', async () => {
    await world.client.producer().send({ topic: 'out', value: 'x', headers: { color: 'red' } });
  });
  const send = await world.span(traceId, 'send out');
  const url = `${world.server.httpUrl}/consume?topic=out&group=out&waitMs=5000`;
  const { messages } = (await (await fetch(url)).json()) as {
    messages: { headers: Record<string, string>; receipt: string }[];
  };
  const [message] = messages;
  expect(message?.headers).toMatchObject({
    color: 'red',
    traceparent: `00-${traceId}-${send.spanId}-01`,
  });
  const receive = await until(() =>
    world.collector.spans.find(({ name }) => name === 'receive out'),
  );
  expect(receive).toMatchObject({ service: 'millrace-gateway', kind: KIND.client });
  expect(receive.links).toEqual([placeOf(send)]);
  const asked = await until(() =>
    world.collector.spans.find(({ spanId }) => spanId === receive.parentSpanId),
  );
  expect(asked.name).toBe('GET /consume');
});

test('through SQS: a trace in the headers of the request, Amazon’s or W3C’s', async () => {
  await world.client.admin.createTopic({ name: 'sqs' });
  const ask = async (action: string, input: object, headers: Record<string, string> = {}) => {
    const answer = await fetch(world.server.httpUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `AmazonSQS.${action}`,
        ...headers,
      },
      body: JSON.stringify(input),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Record<string, never>;
  };
  const { QueueUrl } = await ask('CreateQueue', { QueueName: 'parcels' });
  const amazon = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
  await ask('SendMessage', { QueueUrl, MessageBody: 'p' }, { 'x-amzn-trace-id': amazon });
  const traceId = '5759e988bd862e3fe1be46a994272793';
  const request = await world.span(traceId, 'SQS.SendMessage');
  expect(request.parentSpanId).toBe('53995c3f42cd8ad8');
  const send = await world.span(traceId, 'send parcels');
  expect(send.parentSpanId).toBe(request.spanId);
  const { Messages } = await ask('ReceiveMessage', {
    QueueUrl,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['All'],
    WaitTimeSeconds: 5,
  });
  const [message] = Messages as unknown as {
    Attributes: Record<string, string>;
    MessageAttributes: Record<string, { StringValue: string }>;
  }[];
  expect(message?.Attributes['AWSTraceHeader']).toBe(amazon);
  expect(message?.MessageAttributes['traceparent']?.StringValue).toBe(
    `00-${traceId}-${send.spanId}-01`,
  );
});
