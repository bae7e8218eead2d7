// The two ways of a scenario's worker to a queue, held to one contract on one real queue: what is received, and what each verb
// makes of it. What they do differently is said.

import { join } from 'node:path';
import { type Client, codecs, connect } from '@millrace/client';
import { MillraceProcess, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dialSqs } from '../../scenarios/src/stage/sqs.ts';
import { openTransport } from '../../scenarios/src/transport/open-transport.ts';
import type { Delivery, Transport } from '../../scenarios/src/transport/transport.ts';

const LONG = new AbortController().signal;

let data: TemporaryDirectory;
let server: MillraceProcess;
let client: Client;

beforeAll(async () => {
  data = new TemporaryDirectory('millrace-transports-');
  server = await MillraceProcess.launch({ dataDir: join(data.path, 'data') });
  client = await connect({ brokers: server.address, logger: null });
});
afterAll(async () => {
  await client.close();
  await server.end('SIGTERM');
  data.remove();
});

describe.each(['native', 'sqs'] as const)('%s', (via) => {
  let queue = '';
  let transport: Transport;
  let queues = 0;

  beforeEach(async () => {
    queues += 1;
    queue = `${via}-${queues}`;
    const sqs = dialSqs(server.httpUrl);
    await sqs.createQueue({ QueueName: queue, Attributes: { VisibilityTimeout: '60' } });
    sqs.destroy();
    transport = await openTransport(placeOf(queue));
    return () => transport.close();
  });

  const placeOf = (name: string) => ({
    via,
    broker: server.address,
    endpoint: server.httpUrl,
    queue: name,
    name: 'W1',
  });
  const send = (...bodies: string[]) =>
    client.producer({ codec: codecs.text }).sendBatch(
      queue,
      bodies.map((value) => ({ value })),
    );
  const receive = (maxMessages = 10, waitTimeSeconds = 5) =>
    transport.receive({ maxMessages, waitTimeSeconds, signal: LONG });
  const only = async (): Promise<Delivery> => {
    const [delivery] = await receive();
    if (delivery === undefined) throw new Error('a message was expected');
    return delivery;
  };
  const totals = async () => (await client.admin.counters(queue)).totals;

  test('messages come in order, with their ids, and are done once deleted', async () => {
    const beforeMs = Date.now();
    const producer = client.producer({ codec: codecs.text });
    const sent = await producer.send({ topic: queue, value: 'one', key: 'g1' });
    await producer.send({ topic: queue, value: 'two' });
    const deliveries = await receive();
    expect(deliveries).toMatchObject([
      { messageId: sent.id, body: 'one', attempts: 1 },
      { body: 'two', attempts: 1, group: undefined },
    ]);
    for (const { sentAtMs } of deliveries) expect(sentAtMs).toBeGreaterThanOrEqual(beforeMs);
    for (const delivery of deliveries) await delivery.delete();
    expect(await totals()).toMatchObject({ acknowledged: 2, leased: 0 });
  });

  test('at most so many come, and none within no time', async () => {
    expect(await receive(10, 0)).toEqual([]);
    await send('one', 'two', 'three');
    expect(await receive(2)).toHaveLength(2);
    expect(await receive(2)).toHaveLength(1);
  });

  test('a release without a pause comes at once, as another attempt', async () => {
    await send('one');
    await (await only()).release(0, 'not today');
    expect(await only()).toMatchObject({ body: 'one', attempts: 2 });
  });

  test('a release with a pause does not come before', async () => {
    await send('one');
    await (await only()).release(600, 'not today');
    expect(await receive(10, 0)).toEqual([]);
  });

  test('what is given back comes at once; natively it counts as never delivered', async () => {
    await send('one');
    await (await only()).giveBack();
    expect(await only()).toMatchObject({ body: 'one', attempts: via === 'native' ? 1 : 2 });
  });

  test('an extension gives another end: of no time, and it comes again', async () => {
    await send('one');
    const delivery = await only();
    await delivery.extend(600);
    expect(await receive(10, 0)).toEqual([]);
    await delivery.extend(0);
    expect(await only()).toMatchObject({ attempts: 2 });
  });

  test('a wait that is ended takes nothing with it', async () => {
    const stop = new AbortController();
    const waiting = transport.receive({ maxMessages: 1, waitTimeSeconds: 20, signal: stop.signal });
    stop.abort();
    expect(await waiting).toEqual([]);
    await send('one');
    expect(await only()).toMatchObject({ body: 'one', attempts: 1 });
  });

  test('it sends into queues by their names', async () => {
    const other = await openTransport({ ...placeOf(queue), name: 'W2' });
    await other.send(queue, 'put aside');
    await other.close();
    expect(await only()).toMatchObject({ body: 'put aside' });
  });

  test('a queue that does not exist is no outage', async () => {
    const ask = async () => {
      const nowhere = await openTransport(placeOf('nobody-made-it'));
      try {
        await nowhere.receive({ maxMessages: 1, waitTimeSeconds: 0, signal: LONG });
      } finally {
        await nowhere.close();
      }
    };
    const error = await ask().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(transport.mayPass(error)).toBe(false);
  });
});
