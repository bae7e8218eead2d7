// Connections that are lost, flap, or die without a word; and how many requests come at a time from many clients.
import { connect, createServer, type Socket } from 'node:net';
import type { RequestOf } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../src/net/backoff.ts';
import { cleanup, clientOf, eventually, fakeBroker, rejection } from './support/eventually.ts';
import { SILENT } from './support/fake-broker.ts';

const RETRY = { firstDelayMs: 50, maxDelayMs: 5_000 };

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('many clients that lose their broker at one instant', () => {
  // Each tries as Dialer.again does: a pause, an attempt, until an attempt meets the broker.
  const arrivals = (clients: number, downMs: number): { at: number[]; attempts: number } => {
    const random = seeded(7);
    const at: number[] = [];
    let attempts = 0;
    for (let client = 0; client < clients; client += 1) {
      let now = 0;
      for (let failures = 0; ; failures += 1) {
        now += backoffMs(RETRY, failures, 0, random);
        attempts += 1;
        if (now >= downMs) break;
      }
      at.push(now);
    }
    return { at, attempts };
  };

  it.each([200, 1_000, 5_000, 30_000])('come back one by one after %d ms', (downMs) => {
    const { at, attempts } = arrivals(1_000, downMs);
    const within = (ms: number) => {
      const sorted = at.toSorted((one, other) => one - other);
      return Math.max(...sorted.map((from) => at.filter((t) => t >= from && t < from + ms).length));
    };
    // No twentieth of the time they were away, and no half second, sees more than a third of them.
    expect(within(Math.min(downMs / 20, 500))).toBeLessThan(1_000 / 3);
    // While it is away each asks a few times, then every few seconds.
    expect(attempts / 1_000).toBeLessThan(9 + downMs / 1_000);
  });
});

describe('a connection', () => {
  it('says whose it is, and which one: the broker ends those before it [C-45]', async () => {
    const broker = await fakeBroker({ ListGroups: () => ({ groups: [] }) });
    const [client, other] = [await clientOf(broker), await clientOf(broker)];
    await Promise.all([client.admin.listGroups(), other.admin.listGroups()]);
    broker.drop();
    await Promise.all([client.admin.listGroups(), other.admin.listGroups()]);
    const numbers = new Map<unknown, number[]>();
    for (const { api, body } of broker.seen) {
      if (api !== 'Hello') continue;
      const { clientId, connectionNumber } = body as RequestOf<'Hello'>;
      numbers.set(clientId, [...(numbers.get(clientId) ?? []), connectionNumber]);
    }
    expect([...numbers.values()]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect([...numbers.keys()]).not.toContain(null);
  });

  it('that is lost again and again after a while is made with ever longer pauses', async () => {
    const broker = await fakeBroker({
      ListGroups: (_, { connection }) => {
        setTimeout(() => connection.socket.destroy(), 2);
        return { groups: [] };
      },
    });
    const client = await clientOf(broker, { retry: { firstDelayMs: 20, maxDelayMs: 10_000 } });
    const stop = new AbortController();
    const asking = (async () => {
      while (!stop.signal.aborted) {
        await client.admin.listGroups({ signal: stop.signal }).catch(() => {});
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 600));
    // A reply each time proves nothing: some ten, not a hundred.
    expect(broker.connections.length).toBeLessThan(30);
    stop.abort();
    await asking;
  });

  it('that is silent while replies are awaited is asked, and made anew where nothing comes', async () => {
    const broker = await fakeBroker({ Fetch: () => SILENT });
    const client = await clientOf(broker, { pingIdleMs: 30, connectTimeoutMs: 500 });
    const fetching = client.request('Fetch', { partitions: [], maxWaitMs: 20_000 });
    await eventually(() => broker.count('Metadata') > 1);
    expect(broker.connections.length).toBe(1);
    broker.handlers.Metadata = () => SILENT;
    // That one is made anew in its turn: nobody counts on seeing the second alone.
    await eventually(() => broker.connections.length >= 2);
    // The fetch is repeated on the new connection.
    await eventually(() => broker.count('Fetch') >= 2);
    const ended = rejection(fetching);
    await client.close();
    expect((await ended).code).toBe('CLIENT_CLOSED');
  });

  it('that stays away: requests wait for it, or fail at once where that is asked for', async () => {
    const broker = await fakeBroker();
    const client = await clientOf(broker, { failOfflineMs: 50, retry: { firstDelayMs: 300 } });
    await broker.stop();
    await eventually(() => !client.isConnected);
    const error = { code: 'CONNECTION_LOST' };
    // One that waits when the time is over, and one that comes later.
    await expect(client.admin.listGroups()).rejects.toMatchObject(error);
    await expect(client.admin.listGroups()).rejects.toMatchObject(error);
  });

  it('that is idle is asked nothing', async () => {
    const broker = await fakeBroker();
    await clientOf(broker, { pingIdleMs: 10 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(broker.count('Metadata')).toBe(0);
  });

  it('over which a long reply comes is not taken for dead, and what is urgent is not held up', async () => {
    const big = 4_000_000;
    const broker = await fakeBroker({
      Fetch: () => ({
        partitions: [
          {
            topicId: 1,
            partition: 0,
            errorCode: 0,
            startOffset: 0,
            endOffset: 1,
            batches: [Buffer.alloc(big)],
          },
        ],
      }),
      GroupHeartbeat: () => ({ memberEpoch: 1, heartbeatIntervalMs: 1_000, assignment: null }),
    });
    const slow = await slowly(broker.port, 5_000);
    const client = await clientOf(
      { address: `127.0.0.1:${slow}` },
      { pingIdleMs: 50, connectTimeoutMs: 1_000 },
    );
    const fetching = client.request('Fetch', { partitions: [] });
    await eventually(() => broker.count('Fetch') === 1);
    const beat = client.request('GroupHeartbeat', {
      group: 'g',
      memberId: 'm',
      memberEpoch: 1,
    });
    await eventually(() => broker.count('GroupHeartbeat') === 1);
    const { partitions } = await fetching;
    expect(partitions[0]?.batches[0]?.length).toBe(big);
    await beat;
    expect(broker.connections.length).toBe(1);
  });

  it('is one, whatever is made over it', async () => {
    const broker = await fakeBroker({ Produce: () => SILENT, Receive: () => SILENT });
    const client = await clientOf(broker);
    for (let n = 0; n < 10; n += 1) {
      client.producer();
      client.queue(`q${n}`);
    }
    await client.admin.ping();
    expect(broker.connections.length).toBe(1);
  });
});

describe('requests that wait for a connection', () => {
  it('are bounded in number; those that keep leases and memberships alive are not refused', async () => {
    const broker = await fakeBroker({ Produce: () => ({ results: [] }) });
    const client = await clientOf(broker, { maxQueued: 3 });
    await broker.stop();
    await eventually(() => !client.isConnected);
    const waiting = [1, 2, 3].map(() => client.request('Produce', { batches: [] }));
    const error = await rejection(client.request('Produce', { batches: [] }));
    expect(error).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      detail: { field: 'maxQueued', limit: '3 requests' },
    });
    const leave = (
      client as unknown as {
        link: { request(api: string, body: object, options: object): Promise<unknown> };
      }
    ).link.request('GroupLeave', { group: 'g', memberId: 'm', memberEpoch: 1 }, { urgent: true });
    broker.handlers.GroupLeave = () => ({});
    await broker.listen();
    await Promise.all([...waiting, leave]);
    const apis = broker.seen.map(({ api }) => api).filter((api) => api !== 'Hello');
    expect(apis[0]).toBe('GroupLeave');
  });

  it('fail at their own deadlines, one by one', async () => {
    const broker = await fakeBroker();
    const client = await clientOf(broker);
    await broker.stop();
    await eventually(() => !client.isConnected);
    const order: number[] = [];
    await Promise.all(
      [450, 150, 300].map((timeoutMs) =>
        rejection(client.request('ListGroups', {}, { timeoutMs })).then(() =>
          order.push(timeoutMs),
        ),
      ),
    );
    expect(order).toEqual([150, 300, 450]);
  });
});

/** Passes bytes on to the client in pieces, with pauses between; returns its port. */
async function slowly(port: number, bytes: number): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    near.on('data', (chunk) => far.write(chunk));
    near.on('close', () => far.destroy());
    void (async () => {
      for await (const chunk of far) {
        for (let at = 0; at < chunk.length; at += bytes) {
          near.write(chunk.subarray(at, at + bytes));
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      }
    })().catch(() => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as { port: number }).port;
}
