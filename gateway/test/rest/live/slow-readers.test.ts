// Readers of topics that are slow, or go away: what the broker is asked for follows them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gateways, until } from '../support/gateways.ts';
import {
  type SocketEvent,
  SocketListener,
  type SseEvent,
  SseListener,
} from '../support/listeners.ts';

let gateways: Gateways;
beforeAll(async () => {
  gateways = await Gateways.start();
});
afterAll(() => gateways.close());

const make = (name: string) => gateways.client.admin.createTopic({ name });
const tail = (topic: string, query = '') => gateways.url(`/topics/${topic}/tail?${query}`);
const messages = (events: readonly (SseEvent | SocketEvent)[]) =>
  events.filter(({ event }) => event === 'message');
const texts = (events: readonly (SseEvent | SocketEvent)[]) =>
  messages(events).map(({ data }) => data.payloadText as string);

async function brokerMetrics(name: string, label = ''): Promise<number> {
  const text = await (await fetch(`${gateways.broker.adminUrl}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(name) && line.includes(label));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
const fetches = () => brokerMetrics('millrace_requests_total', '"Fetch"');
/** Those that wait at the broker are. */
const inFlight = () => brokerMetrics('millrace_requests_in_flight');

describe('slow and gone readers', () => {
  const big = 'x'.repeat(100_000);
  const COUNT = 240;

  it.each(['server-sent events', 'a WebSocket'])(
    'over %s hold the fetch up, and then get everything',
    async (kind) => {
      const topic = kind === 'a WebSocket' ? 'slow-socket' : 'slow-sse';
      await make(topic);
      const producer = gateways.client.producer();
      for (let n = 0; n < COUNT; n += 20) {
        const values = Array.from({ length: 20 }, (_, at) => ({ value: `${n + at}:${big}` }));
        await producer.sendBatch(topic, values);
      }
      const before = await fetches();
      const url = tail(topic, 'from=earliest');
      const slow =
        kind === 'a WebSocket'
          ? await SocketListener.open(url)
          : await SseListener.open(url, { isPaused: true });
      if (slow instanceof SocketListener) slow.pause();
      let seen = -1;
      await until(async () => {
        const now = (await fetches()) - before;
        await new Promise((resolve) => setTimeout(resolve, 300));
        const isStill = now === seen && now > 0;
        seen = now;
        return isStill;
      });
      // What the kernel holds of a socket is a few megabytes of these twenty-four.
      const held = seen;
      slow.resume();
      const all =
        slow instanceof SocketListener
          ? texts(await slow.until((events) => messages(events).length === COUNT))
          : texts(await slow.until(({ length }) => length === COUNT));
      expect((await fetches()) - before).toBeGreaterThan(1.5 * held);
      expect(all.map((text) => Number(text.split(':')[0]))).toEqual(
        Array.from({ length: COUNT }, (_, n) => n),
      );
      slow.close();
    },
  );

  it('end their reader at once', async () => {
    await make('left');
    // Readers of the tests before may still be on their way out.
    await until(async () => (await inFlight()) === 0);
    const sse = await SseListener.open(tail('left'));
    const socket = await SocketListener.open(tail('left'));
    await until(async () => (await inFlight()) === 2);
    sse.close();
    await until(async () => (await inFlight()) === 1);
    socket.cut();
    await until(async () => (await inFlight()) === 0);
    expect(sse.events).toEqual([]);
  });
});
