// What subscribers of node:diagnostics_channel see of each operation, and that nobody pays without them.
import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { MillraceError } from '@millrace/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { type ClientTraces, codecs, type RequestTrace } from '../src/index.ts';
import { clientOf, eventually, fakeBroker, rejection } from './support/eventually.ts';
import { FakeLog } from './support/fake-log.ts';
import { setup as groupSetup } from './support/group-setup.ts';
import { setup as transformSetup } from './support/transform-setup.ts';
import { setup as workerSetup } from './support/worker-setup.ts';

type Events = readonly ['start' | 'end' | 'asyncStart' | 'asyncEnd' | 'error', object][];

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0)) step();
});

/** All that a channel tells from now on, with the contexts as they are at the end. */
function watch<N extends keyof ClientTraces>(name: N) {
  const traces = tracingChannel<unknown, ClientTraces[N]>(`millrace:client:${name}`);
  const events: [Events[number][0], ClientTraces[N]][] = [];
  const note = (event: Events[number][0]) => (context: unknown) => {
    events.push([event, context as ClientTraces[N]]);
  };
  const subscribers = {
    start: note('start'),
    end: note('end'),
    asyncStart: note('asyncStart'),
    asyncEnd: note('asyncEnd'),
    error: note('error'),
  };
  traces.subscribe(subscribers);
  undo.push(() => traces.unsubscribe(subscribers));
  return {
    names: () => events.map(([event]) => event),
    contexts: () => [...new Set(events.map(([, context]) => context))],
  };
}

const WHOLE = ['start', 'end', 'asyncStart', 'asyncEnd'];

async function logSetup() {
  const log = new FakeLog({ t: 1 });
  const broker = await fakeBroker({ ...log.handlers, ListGroups: () => ({ groups: [] }) });
  return { log, broker, client: await clientOf(broker, { clientName: 'watched' }) };
}

describe('requests', () => {
  it('are told of with their body and their result', async () => {
    const { client } = await logSetup();
    const all = watch('request');
    await client.request('ListGroups', {});
    expect(all.names()).toEqual(WHOLE);
    expect(all.contexts()).toEqual([
      { api: 'ListGroups', body: {}, clientName: 'watched', result: { groups: [] } },
    ]);
  });

  it('are told of with their error', async () => {
    const { client, broker } = await logSetup();
    broker.handlers.ListGroups = () => new MillraceError('INVALID_REQUEST', 'no');
    const all = watch('request');
    const error = await rejection(client.request('ListGroups', {}));
    expect(all.names()).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
    expect((all.contexts()[0] as RequestTrace).error).toBe(error);
  });

  it('of some APIs have a channel of their own', async () => {
    const { client } = await logSetup();
    const produce = watch('produce');
    const fetch = watch('fetch');
    await client.producer({ codec: codecs.text }).send({ topic: 't', value: 'a' });
    const consumer = client.consumer<string>({ topics: 't', codec: codecs.text });
    for await (const { value } of consumer) {
      expect(value).toBe('a');
      break;
    }
    await eventually(() => fetch.contexts()[0]?.result !== undefined);
    expect(produce.contexts()[0]?.body.batches?.length).toBe(1);
    expect(produce.contexts()[0]?.result?.results[0]?.baseOffset).toBe(0);
    expect(fetch.contexts()[0]?.api).toBe('Fetch');
  });

  it('keep the storage of who listens, through to the end', async () => {
    const { client } = await logSetup();
    const storage = new AsyncLocalStorage<string>();
    const start = channel('tracing:millrace:client:request:start') as unknown as {
      bindStore(store: unknown, transform: (context: RequestTrace) => string): void;
      unbindStore(store: unknown): void;
    };
    start.bindStore(storage, ({ api }) => `span of ${api}`);
    undo.push(() => start.unbindStore(storage));
    const seen: (string | undefined)[] = [];
    const note = () => seen.push(storage.getStore());
    subscribe('tracing:millrace:client:request:asyncEnd', note);
    undo.push(() => unsubscribe('tracing:millrace:client:request:asyncEnd', note));
    await client.request('ListGroups', {});
    expect(seen).toEqual(['span of ListGroups']);
  });
});

describe('send', () => {
  it('is told of with its messages, to which headers may be added', async () => {
    const { client, log } = await logSetup();
    const traces = tracingChannel<unknown, ClientTraces['send']>('millrace:client:send');
    const subscribers = {
      start: ({ messages }: ClientTraces['send']) => {
        for (const [at, message] of messages.entries()) {
          messages[at] = { ...message, headers: { traceparent: `00-${at}` } };
        }
      },
      end: () => {},
      asyncStart: () => {},
      asyncEnd: () => {},
      error: () => {},
    };
    traces.subscribe(subscribers);
    undo.push(() => traces.unsubscribe(subscribers));
    const sends = watch('send');
    const producer = client.producer<string>({ codec: codecs.text });
    const given = { topic: 't', value: 'a' };
    await producer.send(given);
    await producer.sendBatch('t', [{ value: 'b' }, { value: 'c' }]);
    expect(given).toEqual({ topic: 't', value: 'a' });
    expect(sends.contexts().map(({ messages }) => messages.length)).toEqual([1, 2]);
    expect(sends.contexts()[0]?.result).toMatchObject({ offset: 0 });
    const consumer = client.consumer<string>({ topics: 't', codec: codecs.text });
    const found: (string | undefined)[] = [];
    for await (const message of consumer) {
      found.push(message.header('traceparent'));
      if (found.length === 3) break;
    }
    expect(found).toEqual(['00-0', '00-0', '00-1']);
    expect(log.topics.size).toBe(1);
  });

  it('is told of with what it throws at once', async () => {
    const { client } = await logSetup();
    const sends = watch('send');
    const producer = client.producer<string>({ codec: codecs.text });
    const error = await rejection(producer.send({ topic: 't', value: 7 as unknown as string }));
    expect(sends.contexts()[0]?.error).toBe(error);
  });
});

describe('handlers', () => {
  it('of workers', async () => {
    const process = watch('process');
    const acknowledge = watch('acknowledge');
    const receive = watch('receive');
    const { queue, work } = await workerSetup([1, 2, 3]);
    const worker = work({ handler: () => 'done' });
    await eventually(() => process.contexts().length === 3);
    await eventually(() => acknowledge.contexts().some(({ result }) => result !== undefined));
    await worker.close();
    expect(process.contexts()[0]).toMatchObject({ by: 'worker', group: 'g', result: 'done' });
    expect(process.contexts().map(({ messages }) => messages[0]?.value)).toEqual([1, 2, 3]);
    expect(receive.contexts().length).toBeGreaterThan(0);
    expect(queue).toBeDefined();
  });

  it('of workers that throw', async () => {
    const process = watch('process');
    const { work } = await workerSetup([1]);
    const failure = new Error('no');
    work({
      handler: () => {
        throw failure;
      },
    });
    await eventually(() => process.names().includes('error'));
    expect(process.contexts()[0]?.error).toBe(failure);
  });

  it('of consumers, and commits, and partitions that come and go', async () => {
    const rebalance = watch('rebalance');
    const commit = watch('commit');
    const process = watch('process');
    const { log, group, consumer } = await groupSetup();
    log.appendTexts('t', 0, ['a', 'b']);
    const run = consumer.run({ eachMessage: () => {} });
    await eventually(() => process.contexts().length === 2);
    group.assign([1]);
    await eventually(() => rebalance.contexts().some(({ kind }) => kind === 'revoked'));
    expect(group.committed()).toBe(2);
    await consumer.close();
    await run;
    expect(process.contexts().map(({ by, messages }) => [by, messages.length])).toEqual([
      ['consumer', 1],
      ['consumer', 1],
    ]);
    expect(commit.contexts().at(-1)?.body.offsets?.length).toBe(1);
    const [first] = rebalance.contexts();
    expect(first).toMatchObject({ group: 'g', kind: 'assigned' });
    expect(first?.partitions).toEqual([{ topic: 't', partition: 0 }]);
    expect(rebalance.names().slice(0, 2)).toEqual(['start', 'end']);
  });

  it('of transformers, once', async () => {
    const process = watch('process');
    const transact = watch('transact');
    const { log, group, transform } = await transformSetup();
    log.appendTexts('t', 0, ['a']);
    transform({ eachMessage: ({ value }, { produce }) => produce('other', { value }) });
    await eventually(() => group.committed() === 1);
    expect(process.contexts().map(({ by }) => by)).toEqual(['transformer']);
    expect(transact.contexts()[0]?.body.batches?.length).toBe(1);
  });
});

describe('connections', () => {
  it('made and lost', async () => {
    const connect = watch('connect');
    const disconnect = watch('disconnect');
    const { broker, client } = await logSetup();
    broker.drop();
    await eventually(() => connect.contexts().length === 2 && client.isConnected);
    await client.close();
    expect(connect.contexts()[0]).toMatchObject({
      address: broker.address,
      clientName: 'watched',
      result: { address: broker.address },
    });
    expect(disconnect.contexts().map(({ reason }) => reason.code)).toEqual([
      'CONNECTION_LOST',
      'CLIENT_CLOSED',
    ]);
  });

  it('not made', async () => {
    const connect = watch('connect');
    const { broker, client } = await logSetup();
    await broker.stop();
    await eventually(() => connect.names().includes('error'));
    expect(connect.contexts().at(-1)?.error).toMatchObject({ code: 'CONNECTION_LOST' });
    await client.close();
  });
});

it('nobody listens: no context is made', async () => {
  const { client } = await logSetup();
  let copies = 0;
  const message = {
    topic: 't',
    value: 'a',
    get headers() {
      copies += 1;
      return {};
    },
  };
  await client.producer<string>({ codec: codecs.text }).send(message);
  const reads = copies;
  const sends = watch('send');
  await client.producer<string>({ codec: codecs.text }).send(message);
  expect(sends.contexts().length).toBe(1);
  // One more for the copy.
  expect(copies - reads).toBe(1);
  expect(reads).toBe(1);
});
