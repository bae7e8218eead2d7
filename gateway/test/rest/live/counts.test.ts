// Counts followed live, and the bounds of all that is live: how many, how slow, how silent.
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { fastify } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CountsBoard } from '../../../src/rest/dashboard/counts-board.ts';
import { LIVE_LIMITS } from '../../../src/rest/live/live-limits.ts';
import { registerLive } from '../../../src/rest/live/register-live.ts';
import { sendProblem } from '../../../src/rest/problem/send-problem.ts';
import { validatorCompiler } from '../../../src/rest/problem/validation.ts';
import { ProblemSchema } from '../../../src/rest/schemas/shapes.ts';
import type { App } from '../../../src/services.ts';
import { perSession } from '../../../src/sessions/per-session.ts';
import { Gateways, until } from '../support/gateways.ts';
import {
  closeListeners,
  type SocketEvent,
  SocketListener,
  SseListener,
} from '../support/listeners.ts';

type Problem = { readonly code: string; readonly field?: string };

let gateways: Gateways;
/** With bounds that a test can meet. */
let narrow: App;
let narrowUrl: string;

beforeAll(async () => {
  gateways = await Gateways.start();
  await gateways.client.admin.createTopic({ name: 'narrow' });
  const { services } = gateways.at().open;
  const boardOf = perSession(({ client }) => new CountsBoard(client, 10));
  narrow = fastify().withTypeProvider<TypeBoxTypeProvider>();
  narrow.addSchema(ProblemSchema);
  narrow.setErrorHandler(sendProblem);
  narrow.setValidatorCompiler(validatorCompiler);
  const limits = {
    ...LIVE_LIMITS,
    tailsMax: 1,
    listenersMax: 1,
    queuesMax: 3,
    tailPartitionsMax: 2,
    idleMs: 200,
    countsMs: 50,
    stallMs: 1_000,
  };
  await registerLive(narrow, services, boardOf, limits);
  await narrow.listen({ host: '127.0.0.1', port: 0 });
  narrowUrl = `http://127.0.0.1:${(narrow.server.address() as AddressInfo).port}`;
});
afterEach(closeListeners);
afterAll(async () => {
  narrow.server.closeAllConnections();
  await gateways.close();
  await narrow.close();
});

const make = (name: string) => gateways.post('/queues', { name });
const enqueue = (queue: string, payload: unknown) =>
  gateways.post(`/queues/${queue}/messages`, { payload });
const names = (event: SocketEvent | undefined) =>
  event?.data.queues.map(({ queue }: { queue: string }) => queue) as string[];

/** Free again, after those before. */
async function openNarrow(path: string): Promise<SocketListener> {
  return until(() => SocketListener.open(`${narrowUrl}${path}`).catch(() => undefined));
}

describe('counts', () => {
  it('come at once and again, of the queues that are asked for', async () => {
    await make('red');
    await make('blue');
    const listener = await openNarrow('/live');
    const [first] = await listener.until((all) => all.length === 1);
    expect(first).toMatchObject({ event: 'counts', data: { queues: [] } });
    expect(first?.data.totals.counts.pending).toBeGreaterThanOrEqual(0);
    listener.send('{"subscribe":["red","nobody"]}');
    await enqueue('red', 1);
    const isThere = (event: SocketEvent) => {
      const [red, ...others] = event.data.queues;
      return red?.queue === 'red' && red.counts.pending === 1 && others.length === 0;
    };
    await listener.until((all) => all.some(isThere));
    listener.send('{"subscribe":["blue"],"unsubscribe":["red"]}');
    await listener.until((all) => names(all.at(-1)).join() === 'blue');
    listener.send('{"subscribe":["*"]}');
    await listener.until((all) => names(all.at(-1)).includes('red'));
    listener.close();
  });

  it('come as server-sent events', async () => {
    await make('green');
    const listener = await until(async () => {
      const opened = await SseListener.open(`${narrowUrl}/live?queues=green`);
      return opened.status === 200 && opened;
    });
    // The first ones may have been counted before the queue was there.
    const events = await listener.until((all) => all.some(({ data }) => data.queues.length > 0));
    expect(events.at(-1)?.data.queues).toMatchObject([{ queue: 'green' }]);
    expect(new Set(events.map(({ event }) => event))).toEqual(new Set(['counts']));
    listener.close();
  });

  it.each([
    ['not JSON', 'hello', 1008],
    ['not a message', '{"subscribe":"red"}', 1008],
    ['empty', '{}', 1008],
    ['another field', '{"listen":["red"]}', 1008],
    ['binary', Buffer.from('{"subscribe":["red"]}'), 1003],
  ])('end where what the client says is %s', async (_, said, code) => {
    const listener = await SocketListener.open(gateways.url('/live'));
    listener.send(said);
    expect(await listener.ended).toEqual({ code, reason: 'INVALID_REQUEST' });
    const last = listener.events.at(-1);
    expect(last).toMatchObject({
      event: 'failure',
      data: { status: 400, code: 'INVALID_REQUEST' },
    });
  });

  it('are taken once for all listeners', async () => {
    const open = () => SocketListener.open(gateways.url('/live'));
    const listeners = await Promise.all(Array.from({ length: 10 }, open));
    const heard = await Promise.all(
      listeners.map((listener) => listener.until(({ length }) => length === 3)),
    );
    const times = heard.map((events) => new Set(events.map(({ data }) => data.atMs)));
    const all = new Set(heard.flatMap((events) => events.map(({ data }) => data.atMs)));
    expect(all.size).toBeLessThanOrEqual(Math.max(...times.map(({ size }) => size)) + 2);
    for (const listener of listeners) listener.close();
  });
});

describe('bounds', () => {
  it('of the number of listeners and readers', async () => {
    for (const path of ['/live', '/topics/narrow/tail']) {
      const first = await openNarrow(path);
      await first.until((events) => events.length > 0);
      const { status, body } = await SocketListener.refused(`${narrowUrl}${path}`);
      expect([status, body.code]).toEqual([503, 'OVERLOADED']);
      const plain = await fetch(`${narrowUrl}${path}`);
      expect(plain.status).toBe(503);
      expect(plain.headers.get('retry-after')).toBe('1');
      first.close();
      // The place is free again, also after one that was not answered over a WebSocket.
      const second = await until(async () => {
        const listener = await SseListener.open(`${narrowUrl}${path}`);
        return listener.status === 200 && listener;
      });
      second.close();
      (await openNarrow(path)).close();
    }
  });

  it('of the number, also of those that go away while they ask', async () => {
    const { port, hostname } = new URL(narrowUrl);
    for (let n = 0; n < 30; n += 1) {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.write(`GET /topics/narrow/tail HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
      await new Promise((resolve) => setTimeout(resolve, n / 10));
      socket.destroy();
    }
    // One of them may still ask, and take the place for a moment.
    const first = await until(async () => {
      const listener = await openNarrow('/topics/narrow/tail');
      const [event] = await listener.until((events) => events.length > 0);
      return event?.event === 'failure' ? undefined : event;
    });
    expect(first.event).toBe('position');
  });

  it('of the number, also of those that stand behind another answer on a connection that ends', async () => {
    const { port, hostname } = new URL(narrowUrl);
    const head = `HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`;
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(`GET /topics/narrow/tail ${head}GET /live ${head}`);
    // Both places are taken.
    for (const path of ['/topics/narrow/tail', '/live']) {
      await until(async () => (await fetch(`${narrowUrl}${path}`)).status === 503);
    }
    socket.destroy();
    for (const path of ['/topics/narrow/tail', '/live']) {
      const listener = await openNarrow(path);
      const [event] = await listener.until((events) => events.length > 0);
      expect(event?.event).not.toBe('failure');
    }
  });

  it('of the queues of a listener', async () => {
    const listener = await openNarrow('/live');
    listener.send('{"subscribe":["a","b","c","d"]}');
    expect(await listener.ended).toEqual({ code: 1008, reason: 'LIMIT_EXCEEDED' });
  });

  it('of the partitions of a reader', async () => {
    await gateways.client.admin.createTopic({ name: 'wide', partitions: 3 });
    const reply = await fetch(`${narrowUrl}/topics/wide/tail`);
    expect([reply.status, ((await reply.json()) as Problem).field]).toEqual([400, 'partition']);
    const one = await openNarrow('/topics/wide/tail?partition=2');
    one.close();
  });

  it('of silence: a quiet topic gives signs of life, a client without any is cut off', async () => {
    const sse = await until(async () => {
      const listener = await SseListener.open(`${narrowUrl}/topics/narrow/tail`);
      return listener.status === 200 && listener;
    });
    await until(async () => /(still here\n){3}/.test(sse.comments));
    sse.close();
    const socket = await rawUpgrade('/topics/narrow/tail');
    // Reads, and answers no ping.
    socket.resume();
    await once(socket, 'close');
    expect(socket.destroyed).toBe(true);
  });

  it('of patience: a reader that takes nothing is cut off', async () => {
    const big = 'x'.repeat(500_000);
    await gateways.client.admin.createTopic({ name: 'heavy' });
    const producer = gateways.client.producer();
    for (let n = 0; n < 60; n += 1) await producer.send({ topic: 'heavy', value: big });
    const sse = await until(async () => {
      const path = `${narrowUrl}/topics/heavy/tail?from=earliest`;
      const listener = await SseListener.open(path, { isPaused: true });
      return listener.status === 200 && listener;
    });
    // Its place is free once it is cut off.
    const socket = await openNarrow('/topics/heavy/tail?from=earliest');
    socket.pause();
    const next = await openNarrow('/topics/heavy/tail');
    next.close();
    sse.resume();
    await sse.ended;
    expect(sse.events.length).toBeLessThan(60);
    socket.resume();
    expect((await socket.ended).code).toBe(1006);
  });
});

/** A WebSocket's handshake without a WebSocket behind it. */
async function rawUpgrade(path: string): Promise<Socket> {
  const { port, hostname } = new URL(narrowUrl);
  for (;;) {
    const socket = connect(Number(port), hostname);
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (answer.toString().startsWith('HTTP/1.1 101')) return socket;
    socket.destroy();
  }
}
