// Traces of applications and of the broker, as a collector gets them: each exports for itself.

import { expect, test, vi } from 'vitest';
import type { CollectedSpan } from './support/otlp-collector.ts';
import { FAILED, KIND, placeOf, TracedWorld, until } from './support/traced-world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const world = TracedWorld.shared();

test('one trace from the producer through a failed attempt and a retry to the reader of dead letters', async () => {
  await world.client.admin.createTopic({ name: 'orders' });
  const config = { maxDeliveries: 2, backoff: 'none' } as const;
  await world.client.admin.createShareGroup({ group: 'pack', topics: ['orders'], config });
  const producer = world.client.producer();
  const traceId = await world.app.inside('checkout', async () => {
    await producer.send({ topic: 'orders', value: 'tea' });
  });
  const packing = world.client.worker({
    group: 'pack',
    topics: 'orders',
    handler: async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await world.app.inside('look for tea', async () => undefined);
      throw new RangeError('no tea');
    },
  });
  await world.client.admin
    .createShareGroup({ group: 'mend', topics: ['orders.dlq'] })
    .catch(() => {});
  const mending = world.client.worker({
    group: 'mend',
    topics: 'orders.dlq',
    handler: () => undefined,
  });

  const settled = await world.span(traceId, 'accept orders.dlq');
  await until(() => world.named(traceId, 'release orders')[1]);
  const checkout = await world.span(traceId, 'checkout');
  const send = await world.span(traceId, 'send orders');
  const attempts = world.named(traceId, 'process orders');
  const looks = await until(() => {
    const found = world.named(traceId, 'look for tea');
    return found.length === 2 ? found : undefined;
  });
  const died = await world.span(traceId, 'dead-letter orders.dlq');
  const mended = await world.span(traceId, 'process orders.dlq');
  await packing.close();
  await mending.close();

  expect(send).toMatchObject({
    service: 'app',
    kind: KIND.producer,
    parentSpanId: checkout.spanId,
    status: 0,
  });
  expect(send.attributes).toEqual({
    'messaging.system': 'millrace',
    'messaging.operation.name': 'send',
    'messaging.operation.type': 'send',
    'messaging.destination.name': 'orders',
    'messaging.destination.partition.id': '0',
    'messaging.client.id': 'shop',
    'messaging.message.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    'messaging.millrace.message.offset': 0,
  });
  expect(attempts.map(({ parentSpanId }) => parentSpanId)).toEqual([send.spanId, send.spanId]);
  expect(attempts.map(({ links }) => links)).toEqual([[placeOf(send)], [placeOf(send)]]);
  expect(attempts.map(({ kind, status }) => [kind, status])).toEqual([
    [KIND.consumer, FAILED],
    [KIND.consumer, FAILED],
  ]);
  expect(attempts.map(({ events }) => events)).toEqual([['exception'], ['exception']]);
  expect(attempts.map(({ attributes }) => attributes)).toEqual(
    [1, 2].map((delivery) => ({
      'messaging.system': 'millrace',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'orders',
      'messaging.destination.partition.id': '0',
      'messaging.consumer.group.name': 'pack',
      'messaging.message.id': send.attributes['messaging.message.id'],
      'messaging.millrace.message.offset': 0,
      'messaging.millrace.message.delivery_count': delivery,
      'error.type': 'RangeError',
    })),
  );
  expect(looks.map(({ parentSpanId }) => parentSpanId)).toEqual(
    attempts.map(({ spanId }) => spanId),
  );
  const releases = world.named(traceId, 'release orders');
  expect(releases.map(({ kind, parentSpanId }) => [kind, parentSpanId])).toEqual(
    attempts.map(({ spanId }) => [KIND.client, spanId]),
  );
  expect(died).toMatchObject({ service: 'millrace-broker', kind: KIND.internal });
  expect(died.parentSpanId).toBe(send.spanId);
  expect(died.attributes).toMatchObject({
    'messaging.millrace.dead_letter.source': 'orders',
    'messaging.millrace.dead_letter.reason': 'exhausted',
    'messaging.millrace.dead_letter.message_id': send.attributes['messaging.message.id'],
    'messaging.consumer.group.name': 'pack',
    'messaging.millrace.message.delivery_count': 2,
  });
  expect(mended.parentSpanId).toBe(send.spanId);
  expect(mended.attributes['messaging.message.id']).toBe(died.attributes['messaging.message.id']);
  expect(settled).toMatchObject({ kind: KIND.client, parentSpanId: mended.spanId, status: 0 });
});

test('batches have a span and a link for each message; what is given by hand stays', async () => {
  await world.client.admin.createTopic({ name: 'many' });
  const given = '00-11111111111111111111111111111111-2222222222222222-01';
  const traceId = await world.app.inside('import', async () => {
    await world.client
      .producer()
      .sendBatch('many', [
        { value: 'a' },
        { value: 'b', headers: [['color', 'blue']] },
        { value: 'c', headers: { traceparent: given } },
      ]);
  });
  const sent = await world.span(traceId, 'send many');
  const created = await until(() => {
    const found = world.named(traceId, 'create many');
    return found.length === 2 ? found : undefined;
  });
  const places = [...created.map(placeOf), given.slice(3, -3).replace('-', '/')];
  expect(sent).toMatchObject({ kind: KIND.client, links: places });
  expect(sent.attributes['messaging.batch.message_count']).toBe(3);
  const consumer = world.client.consumer<string>({ topics: 'many', group: 'readers' });
  const headers: (string | undefined)[] = [];
  await consumer.run({
    eachBatch: async ({ messages }) => {
      headers.push(...messages.map((message) => message.header('color')));
      await consumer.commit();
      void consumer.close();
    },
  });
  expect(headers).toEqual([undefined, 'blue', undefined]);
  const process = await until(() =>
    world.collector.spans.find(({ name }) => name === 'process many'),
  );
  expect(process).toMatchObject({ kind: KIND.consumer, parentSpanId: '', links: places });
  expect(process.attributes).toMatchObject({
    'messaging.batch.message_count': 3,
    'messaging.consumer.group.name': 'readers',
  });
  const commit = await world.span(process.traceId, 'commit');
  expect(commit).toMatchObject({ kind: KIND.client, parentSpanId: process.spanId });
});

test('what a handler sends with its end belongs to its span, and so does the transaction', async () => {
  await world.client.admin.createTopic({ name: 'in' });
  await world.client.admin.createTopic({ name: 'next' });
  await world.client.admin.createShareGroup({ group: 'in', topics: ['in'] });
  const worker = world.client.worker({
    group: 'in',
    topics: 'in',
    transactional: true,
    handler: (_message, { send }) => {
      send({ topic: 'next', value: 1 });
      return { send: [{ topic: 'next', value: 2 }] };
    },
  });
  const traceId = await world.app.inside('begin', async () => {
    await world.client.producer().send({ topic: 'in', value: 0 });
  });
  const process = await world.span(traceId, 'process in');
  const transact = await world.span(traceId, 'transact in');
  const created = await until(() => {
    const found = world.named(traceId, 'create next');
    return found.length === 2 ? found : undefined;
  });
  await worker.close();
  expect(transact).toMatchObject({ kind: KIND.client, parentSpanId: process.spanId });
  expect(created.map(({ parentSpanId }) => parentSpanId)).toEqual([process.spanId, process.spanId]);
});

test('received by hand: links, and acknowledgements where they are said', async () => {
  await world.client.admin.createTopic({ name: 'hand' });
  await world.client.admin.createShareGroup({ group: 'hand', topics: ['hand'] });
  const sent = await world.app.inside('offer', async () => {
    await world.client.producer().send({ topic: 'hand', value: 1 });
  });
  const send = await world.span(sent, 'send hand');
  const queue = world.client.queue('hand');
  const none = await queue.receive({ topics: 'hand', maxMessages: 1, visibilityTimeoutMs: 0 });
  expect(none.length).toBe(1);
  const looking = await world.app.inside('look', async () => {
    const [message] = await queue.receive({ topics: 'hand', maxWaitMs: 5_000 });
    await message?.accept();
  });
  const look = await world.span(looking, 'look');
  const receive = await world.span(looking, 'receive hand');
  const accept = await world.span(looking, 'accept hand');
  expect(receive).toMatchObject({
    kind: KIND.client,
    parentSpanId: look.spanId,
    links: [placeOf(send)],
  });
  expect(accept).toMatchObject({
    kind: KIND.client,
    parentSpanId: look.spanId,
    links: [placeOf(send)],
  });
});

test('a redrive to another topic is seen too', async () => {
  await world.client.admin.createTopic({ name: 'back' });
  await world.client.admin.createShareGroup({ group: 'back', topics: ['back'] });
  const traceId = await world.app.inside('offer', async () => {
    await world.client.producer().send({ topic: 'back', value: 1 });
  });
  const queue = world.client.queue('back');
  const [message] = await queue.receive({ topics: 'back', maxWaitMs: 5_000 });
  await message?.reject('spoilt');
  await world.span(traceId, 'dead-letter back.dlq');
  await world.client.admin.createTopic({ name: 'fresh' });
  const { taskId } = await world.client.admin.startRedrive({ topic: 'back.dlq', target: 'fresh' });
  expect(await world.client.admin.waitForTask(taskId)).toMatchObject({
    state: 'completed',
    moved: 1,
  });
  const redriven = await world.span(traceId, 'redrive fresh');
  expect(redriven.service).toBe('millrace-broker');
});

test('receives that bring nothing make no span, those that fail do', async () => {
  await world.client.admin.createTopic({ name: 'none' });
  await world.client.admin.createShareGroup({ group: 'none', topics: ['none'] });
  const queue = world.client.queue('none');
  expect(await queue.receive({ topics: 'none' })).toEqual([]);
  expect(await queue.receive({ topics: 'orders' }).catch(() => 'refused')).toBe('refused');
  const isOurs = ({ attributes }: CollectedSpan) =>
    attributes['messaging.consumer.group.name'] === 'none';
  const failed = await until(() => world.collector.spans.find(isOurs));
  expect(failed).toMatchObject({ name: 'receive orders', status: FAILED, events: ['exception'] });
  expect(failed.attributes['error.type']).toBe('TOPIC_NOT_IN_GROUP');
  expect(world.collector.faults).toEqual([]);
});
