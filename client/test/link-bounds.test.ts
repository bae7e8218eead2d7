// A connection's bounds and its end, and brokers that break the protocol.
import { MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { cleanup, clientOf, eventually, fakeBroker, rejection } from './support/eventually.ts';
import { FakeBroker, type Handler, SILENT } from './support/fake-broker.ts';

const PRODUCE = { batches: [] };
const produced = () => ({ results: [] });

describe('bounds', () => {
  it('hold on the number of requests in flight', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const broker = await fakeBroker({
      Produce: async () => {
        await gate;
        return { results: [] };
      },
    });
    const client = await clientOf(broker, { maxInFlight: 2 });
    const all = Array.from({ length: 5 }, () => client.request('Produce', PRODUCE));
    await eventually(() => broker.count('Produce') === 2);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(broker.count('Produce')).toBe(2);
    release();
    await Promise.all(all);
    expect(broker.count('Produce')).toBe(5);
  });

  it('hold on the bytes given to a socket that nobody reads', async () => {
    const broker = await fakeBroker({ Produce: produced });
    const client = await clientOf(broker, { maxUnsentBytes: 1_000_000 });
    await client.admin.ping();
    for (const { socket } of broker.connections) socket.pause();
    const batch = Buffer.alloc(1_000_000);
    const body = { batches: [{ topicId: 1, partition: 0, batch }] };
    const all = Array.from({ length: 60 }, () => client.request('Produce', body));
    const { session } = (client as unknown as { link: { session: { unsentBytes: number } } }).link;
    await eventually(() => session.unsentBytes > 1_000_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(session.unsentBytes).toBeLessThan(2_100_000);
    for (const { socket } of broker.connections) socket.resume();
    await Promise.all(all);
    expect(broker.count('Produce')).toBe(60);
  });

  it('let pass in time what waits for its turn', async () => {
    const broker = await fakeBroker({ Produce: () => SILENT });
    const client = await clientOf(broker, { maxInFlight: 1 });
    const first = rejection(client.request('Produce', PRODUCE, { timeoutMs: 20_000 }));
    const second = await rejection(client.request('Produce', PRODUCE, { timeoutMs: 30 }));
    expect(second.code).toBe('DEADLINE_EXCEEDED');
    expect(second.message).toContain('not sent in time');
    await client.close();
    expect((await first).code).toBe('CLIENT_CLOSED');
  });
});

describe('a broker that breaks the protocol', () => {
  const garbage: [string, Buffer][] = [
    ['a frame that is no MessagePack', Buffer.from('00000003c1c1c1', 'hex')],
    ['a frame longer than the limit', Buffer.from('7fffffff00', 'hex')],
    ['an empty frame', Buffer.from('00000000', 'hex')],
    ['a frame that is no response', Buffer.from('0000000101', 'hex')],
  ];

  it.each(garbage)('%s: the request fails, the next connection works', async (_, bytes) => {
    let isBroken = true;
    const broker = await fakeBroker({
      ListGroups: (_body, { connection }) => {
        if (!isBroken) return { groups: [] };
        isBroken = false;
        connection.socket.write(bytes);
        return SILENT;
      },
    });
    const client = await clientOf(broker);
    const error = await rejection(client.admin.listGroups());
    expect(error.code).toBe('MALFORMED_FRAME');
    expect(await client.admin.listGroups()).toEqual([]);
  });

  it('leaves unknown what became of a request that has effects', async () => {
    const broker = await fakeBroker({
      Produce: (_, { connection }) => {
        connection.socket.write(garbage[0]?.[1] as Buffer);
        return SILENT;
      },
    });
    const client = await clientOf(broker);
    const error = await rejection(client.request('Produce', PRODUCE));
    expect(error.code).toBe('OUTCOME_UNKNOWN');
    expect(error.cause).toMatchObject({ code: 'MALFORMED_FRAME' });
  });

  // Hello was request 1, so the request under test is number 2.
  const answers: [string, number[]][] = [
    ['answers with fields of another kind', [0x93, 2, 0, 0xc3]],
    [
      'answers with an error of a newer table',
      [0x96, 2, 0xcd, 0x7f, 0xff, 0xa1, 0x78, 0xc0, 0xc0, 0xc0],
    ],
  ];

  it.each(answers)('%s: a typed error', async (_, payload) => {
    const broker = await fakeBroker({ ListGroups: raw(payload) });
    const client = await clientOf(broker);
    expect(await rejection(client.admin.listGroups())).toBeInstanceOf(MillraceError);
  });

  it('answers a request that nobody made: it is passed over', async () => {
    const stray = raw([0x92, 0xcc, 200, 0]);
    const broker = await fakeBroker({
      ListGroups: async (body, call) => {
        await stray(body, call);
        return { groups: [] };
      },
    });
    const client = await clientOf(broker);
    expect(await client.admin.listGroups()).toEqual([]);
    expect(broker.connections.length).toBe(1);
  });
});

/** A handler that answers with these bytes, whatever they are. */
function raw(payload: readonly number[]): Handler<'ListGroups'> {
  return (_, { connection }) => {
    connection.socket.write(Buffer.from([0, 0, 0, payload.length, ...payload]));
    return SILENT;
  };
}

describe('close', () => {
  it('ends what waits, and everything after it', async () => {
    const broker = await fakeBroker({ Produce: () => SILENT });
    const client = await clientOf(broker);
    const waiting = rejection(client.request('Produce', PRODUCE));
    await client.close();
    expect((await waiting).code).toBe('CLIENT_CLOSED');
    expect((await rejection(client.admin.ping())).code).toBe('CLIENT_CLOSED');
    expect(() => client.producer()).toThrow(expect.objectContaining({ code: 'CLIENT_CLOSED' }));
    await eventually(() => broker.connections.every(({ socket }) => socket.destroyed));
  });

  it('ends a connection that is being made again', async () => {
    const broker = await FakeBroker.start();
    cleanup(() => broker.stop());
    const client = await clientOf(broker);
    await broker.stop();
    await eventually(() => !client.isConnected);
    await client.close();
    await broker.listen();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(broker.count('Hello')).toBe(1);
  });
});
