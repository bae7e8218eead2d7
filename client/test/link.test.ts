// Requests and what becomes of them: deadlines, cancelling, resending.
import { MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../src/net/backoff.ts';
import { clientOf, eventually, fakeBroker, rejection } from './support/eventually.ts';
import { SILENT, untilAborted } from './support/fake-broker.ts';

const FETCH = { partitions: [], maxWaitMs: 20_000 };
const PRODUCE = { batches: [] };
const produced = () => ({ results: [] });

describe('requests', () => {
  it('match replies that overtake each other', async () => {
    const broker = await fakeBroker({
      ListGroups: async () => {
        await new Promise((resolve) => setTimeout(resolve, 30));
        return { groups: [{ name: 'slow', kind: 'share', members: 0 }] };
      },
      Metadata: ({ topics }) => ({
        brokers: [],
        topics: (topics ?? []).map((name) => ({ errorCode: 0, name, topicId: 1, leaders: [] })),
      }),
    });
    const client = await clientOf(broker);
    const order: string[] = [];
    const slow = client.request('ListGroups', {});
    const quick = client.request('Metadata', { topics: ['quick'] });
    void slow.then(() => order.push('slow'));
    void quick.then(() => order.push('quick'));
    expect((await slow).groups[0]?.name).toBe('slow');
    expect((await quick).topics[0]?.name).toBe('quick');
    expect(order).toEqual(['quick', 'slow']);
  });

  it('keep the code, text and detail of an error', async () => {
    const broker = await fakeBroker({
      CreateTopic: () => new MillraceError('INVALID_CONFIG', 'no', { field: 'a.b', limit: '7 ms' }),
    });
    const client = await clientOf(broker);
    const error = await rejection(client.admin.createTopic({ name: 'x' }));
    expect(error).toMatchObject({
      code: 'INVALID_CONFIG',
      message: 'no',
      detail: { field: 'a.b', limit: '7 ms' },
    });
  });

  it('fail before they are sent where they do not fit the protocol', async () => {
    const client = await clientOf(await fakeBroker());
    const error = await rejection(client.admin.createTopic({ name: 'x'.repeat(300) }));
    expect(error.code).toBe('INVALID_REQUEST');
  });

  it('meet their deadline, and the connection goes on', async () => {
    const broker = await fakeBroker({ Produce: () => SILENT, ListGroups: () => ({ groups: [] }) });
    const client = await clientOf(broker);
    const error = await rejection(client.request('Produce', PRODUCE, { timeoutMs: 30 }));
    expect(error.code).toBe('DEADLINE_EXCEEDED');
    expect(await client.admin.listGroups()).toEqual([]);
  });

  it('make the connection anew where it has been silent all the time', async () => {
    const broker = await fakeBroker({ Produce: () => SILENT });
    const client = await clientOf(broker);
    await rejection(client.request('Produce', PRODUCE, { timeoutMs: 30 }));
    await eventually(() => broker.connections.length === 2 && client.isConnected);
    await client.admin.ping();
    expect(broker.connections.length).toBe(2);
  });

  it('leave a connection alone that has said something since', async () => {
    const broker = await fakeBroker({ Produce: () => SILENT });
    const client = await clientOf(broker);
    const silent = rejection(client.request('Produce', PRODUCE, { timeoutMs: 500 }));
    await client.admin.ping();
    await silent;
    await client.admin.ping();
    expect(broker.connections.length).toBe(1);
  });
});

describe('a caller who gives up', () => {
  it('cancels a waiting request at the broker', async () => {
    const broker = await fakeBroker({
      Fetch: async (_, { signal }) => {
        await untilAborted(signal);
        return new MillraceError('CANCELLED');
      },
    });
    const client = await clientOf(broker);
    const controller = new AbortController();
    const { signal } = controller;
    const fetching = rejection(client.request('Fetch', FETCH, { signal }));
    await eventually(() => broker.count('Fetch') === 1);
    controller.abort(new Error('enough'));
    const error = await fetching;
    expect(error.code).toBe('ABORTED');
    expect(error.cause).toEqual(new Error('enough'));
    expect(broker.count('Cancel')).toBe(1);
  });

  it('gets the reply that was on its way', async () => {
    const broker = await fakeBroker({
      Fetch: async (_, { signal }) => {
        await untilAborted(signal);
        return { partitions: [] };
      },
    });
    const client = await clientOf(broker);
    const controller = new AbortController();
    const fetching = client.request('Fetch', FETCH, { signal: controller.signal });
    await eventually(() => broker.count('Fetch') === 1);
    controller.abort();
    expect(await fetching).toEqual({ partitions: [], throttleMs: 0 });
  });

  it('does not wait for other requests, which are not cancelled', async () => {
    const broker = await fakeBroker({ Produce: () => SILENT });
    const client = await clientOf(broker);
    const signal = AbortSignal.timeout(20);
    expect((await rejection(client.request('Produce', PRODUCE, { signal }))).code).toBe('ABORTED');
    expect(broker.count('Cancel')).toBe(0);
  });

  it('sends nothing where the signal is aborted already', async () => {
    const broker = await fakeBroker({ Produce: produced });
    const client = await clientOf(broker);
    const signal = AbortSignal.abort();
    expect((await rejection(client.request('Produce', PRODUCE, { signal }))).code).toBe('ABORTED');
    expect(broker.count('Produce')).toBe(0);
  });
});

describe('a lost connection', () => {
  it('leaves unknown what became of a request that may not be repeated', async () => {
    const broker = await fakeBroker({
      Produce: () => {
        broker.drop();
        return SILENT;
      },
    });
    const client = await clientOf(broker);
    const error = await rejection(client.request('Produce', PRODUCE));
    expect(error.code).toBe('OUTCOME_UNKNOWN');
    expect(error.cause).toMatchObject({ code: 'CONNECTION_LOST' });
    await eventually(() => client.isConnected);
    expect(broker.count('Produce')).toBe(1);
  });

  it('has idempotent requests sent again', async () => {
    let drops = 2;
    const broker = await fakeBroker({
      ListGroups: () => {
        if (drops === 0) return { groups: [] };
        drops -= 1;
        broker.drop();
        return SILENT;
      },
    });
    const client = await clientOf(broker);
    expect(await client.admin.listGroups()).toEqual([]);
    expect(broker.count('ListGroups')).toBe(3);
    expect(broker.count('Hello')).toBe(3);
  });

  it('has requests wait for the next connection', async () => {
    const broker = await fakeBroker({ Produce: produced });
    const client = await clientOf(broker);
    await broker.stop();
    await eventually(() => !client.isConnected);
    const sending = client.request('Produce', PRODUCE);
    await broker.listen();
    expect(await sending).toEqual({ results: [], throttleMs: 0 });
  });

  it('gives CONNECTION_LOST and the reason where none comes in time', async () => {
    const broker = await fakeBroker({ Produce: produced });
    const client = await clientOf(broker);
    await broker.stop();
    await eventually(() => !client.isConnected);
    const error = await rejection(client.request('Produce', PRODUCE, { timeoutMs: 60 }));
    expect(error.code).toBe('CONNECTION_LOST');
    expect(error.message).toContain('not reachable');
    expect(error.message).toContain(broker.address);
  });

  it('is not answered by a storm', async () => {
    const broker = await fakeBroker();
    const client = await clientOf(broker, { retry: { firstDelayMs: 20, maxDelayMs: 10_000 } });
    const { Hello } = broker.handlers;
    broker.handlers.Hello = (body, call) => {
      setTimeout(() => broker.drop(), 1);
      return (Hello as NonNullable<typeof Hello>)(body, call);
    };
    broker.drop();
    await new Promise((resolve) => setTimeout(resolve, 400));
    // 20, 40, 80, 160 ... each a random part: some twenty at the very worst, not hundreds.
    expect(broker.connections.length).toBeLessThan(30);
    expect(client.isConnected).toBeTypeOf('boolean');
  });
});

describe('what had no effect', () => {
  it('is sent again after the pause that the broker asks for', async () => {
    let refusals = 2;
    const broker = await fakeBroker({
      Produce: () => {
        refusals -= 1;
        if (refusals < 0) return { results: [] };
        return new MillraceError('OVERLOADED', 'full', { retryAfterMs: 40 });
      },
    });
    const client = await clientOf(broker);
    const from = performance.now();
    await client.request('Produce', PRODUCE);
    expect(performance.now() - from).toBeGreaterThan(75);
    expect(broker.count('Produce')).toBe(3);
  });

  it('keeps its error where the deadline comes first', async () => {
    const broker = await fakeBroker({
      Produce: () => {
        const retryAfterMs = broker.count('Produce') < 3 ? 1 : 60_000;
        return new MillraceError('STORAGE_FULL', undefined, { retryAfterMs });
      },
    });
    const client = await clientOf(broker);
    const error = await rejection(client.request('Produce', PRODUCE));
    expect(error.code).toBe('STORAGE_FULL');
    expect(broker.count('Produce')).toBe(3);
  });

  it('is not sent again where it would fail again', async () => {
    const broker = await fakeBroker({ Produce: () => new MillraceError('INVALID_REQUEST') });
    const client = await clientOf(broker);
    await rejection(client.request('Produce', PRODUCE));
    expect(broker.count('Produce')).toBe(1);
  });

  it('waits longer each time, never past the bound, and a random part of it', () => {
    const retry = { firstDelayMs: 10, maxDelayMs: 100 };
    const longest = [0, 1, 2, 3, 4, 50].map((attempt) => backoffMs(retry, attempt, 0, () => 1));
    expect(longest).toEqual([10, 20, 40, 80, 100, 100]);
    expect(backoffMs(retry, 3, 0, () => 0.25)).toBe(20);
    expect(backoffMs(retry, 0, 55, () => 1)).toBe(55);
  });
});
