// Topics followed live: server-sent events and WebSockets, resumption, slow readers, cut sockets.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gateways, until } from '../support/gateways.ts';
import {
  type SocketEvent,
  SocketListener,
  type SseEvent,
  SseListener,
} from '../support/listeners.ts';

type Problem = { readonly code: string; readonly field?: string };

let gateways: Gateways;
beforeAll(async () => {
  gateways = await Gateways.start(2);
});
afterAll(() => gateways.close());

const make = async (name: string, partitions = 1) => {
  await gateways.client.admin.createTopic({ name, partitions });
};
const send = (topic: string, ...values: string[]) =>
  gateways.client.producer().sendBatch(
    topic,
    values.map((value) => ({ value })),
  );
const tail = (topic: string, query = '', place = 0) =>
  gateways.url(`/topics/${topic}/tail?${query}`, place);
const openSse = async (url: string, options = {}) => {
  const listener = await SseListener.open(url, options);
  expect(listener.status).toBe(200);
  await until(async () => listener.lastEventId !== undefined);
  return listener;
};
const openSocket = async (url: string, options = {}) => {
  const listener = await SocketListener.open(url, options);
  await listener.until((events) => events.length > 0);
  return listener;
};
const messages = (events: readonly SocketEvent[]) =>
  events.filter(({ event }) => event === 'message');
const texts = (events: readonly (SseEvent | SocketEvent)[]) =>
  events.flatMap(({ event, data }) => (event === 'message' ? [data.payloadText] : []));

describe('what comes', () => {
  it('comes as server-sent events from now on', async () => {
    await make('news');
    await send('news', 'old');
    const listener = await openSse(tail('news'));
    expect(listener.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    await gateways.client.producer().send({
      topic: 'news',
      key: 'k',
      value: '{"n":12345678901234567890}',
      headers: { source: 'test' },
    });
    await send('news', 'line one\nline two');
    const [first, second] = await listener.until(({ length }) => length === 2);
    expect(first).toMatchObject({ event: 'message' });
    expect(first?.data).toMatchObject({
      topic: 'news',
      partition: 0,
      offset: 1,
      key: 'k',
      headers: { source: 'test' },
    });
    expect(second?.data.payloadText).toBe('line one\nline two');
    expect(second?.id).toMatch(/^\d+\/0:3$/);
    listener.close();
  });

  it('comes over a WebSocket from the beginning', async () => {
    await make('past', 2);
    await send('past', ...Array.from({ length: 10 }, (_, n) => `v${n}`));
    const listener = await openSocket(tail('past', 'from=earliest'));
    const events = await listener.until((all) => messages(all).length === 10);
    expect(events[0]).toMatchObject({ event: 'position' });
    const sent = Array.from({ length: 10 }, (_, n) => `v${n}`);
    expect(new Set(texts(events))).toEqual(new Set(sent));
    await send('past', 'more');
    await listener.until((all) => texts(all).includes('more'));
    listener.close();
  });

  it('comes from an offset, of one partition, of one key', async () => {
    await make('parts', 2);
    const producer = gateways.client.producer();
    for (let n = 0; n < 6; n += 1) {
      const key = n % 2 === 0 ? 'even' : 'odd';
      await producer.send({ topic: 'parts', partition: 1, key, value: `v${n}` });
    }
    await producer.send({ topic: 'parts', partition: 0, value: 'elsewhere' });
    const one = await openSse(tail('parts', 'partition=1&from=2'));
    expect(texts(await one.until(({ length }) => length === 4))).toEqual(['v2', 'v3', 'v4', 'v5']);
    const odd = await openSocket(tail('parts', 'from=earliest&key=odd'));
    expect(texts(await odd.until((all) => messages(all).length === 3))).toEqual(['v1', 'v3', 'v5']);
    one.close();
    odd.close();
  });
});

describe('resumption', () => {
  it('has no gap and no double, at another gateway, wherever the socket was cut', async () => {
    await make('cut', 3);
    const producer = gateways.client.producer();
    const stop = new AbortController();
    let sent = 0;
    const sending = (async () => {
      for (; !stop.signal.aborted || sent < 200; sent += 1) {
        await producer.send({ topic: 'cut', partition: sent % 3, value: `v${sent}` });
      }
    })();
    const seen: string[] = [];
    let lastEventId: string | undefined;
    for (let round = 0; round < 6; round += 1) {
      const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
      const url = tail('cut', 'from=earliest', round % 2);
      const listener = await openSse(url, { headers });
      await listener.until(({ length }) => length >= 20 + round);
      listener.close();
      await listener.ended;
      seen.push(...texts(listener.events));
      lastEventId = listener.lastEventId;
    }
    stop.abort();
    await sending;
    const last = await openSocket(tail('cut', `from=${lastEventId}`));
    await last.until((all) => messages(all).length === sent - seen.length);
    seen.push(...texts(last.events));
    last.close();
    expect(seen).toHaveLength(sent);
    expect(new Set(seen).size).toBe(sent);
    for (const partition of [0, 1, 2]) {
      const own = seen.map((text) => Number(text.slice(1))).filter((n) => n % 3 === partition);
      expect(own).toEqual(own.toSorted((a, b) => a - b));
    }
  });

  it('begins anew in a topic that was made anew', async () => {
    await make('reborn');
    await send('reborn', 'a', 'b', 'c');
    const before = await openSse(tail('reborn', 'from=earliest'));
    await before.until(({ length }) => length === 3);
    before.close();
    await gateways.client.admin.deleteTopic('reborn');
    await make('reborn');
    await send('reborn', 'd', 'e', 'f', 'g');
    const headers = { 'last-event-id': before.lastEventId ?? '' };
    const after = await openSse(tail('reborn'), { headers });
    expect(texts(await after.until(({ length }) => length === 4))).toEqual(['d', 'e', 'f', 'g']);
    after.close();
  });

  it('tells of messages that are gone', async () => {
    await make('swept');
    await send('swept', 'a', 'b', 'c');
    const before = await openSse(tail('swept', 'from=earliest'));
    await before.until(({ length }) => length === 3);
    const resumeAt = before.events[0]?.id ?? '';
    before.close();
    await gateways.client.admin.deleteRecords('swept', [{ partition: 0, beforeOffset: 2 }]);
    const after = await openSocket(tail('swept', `from=${resumeAt}`));
    const events = await after.until((all) => messages(all).length === 1);
    expect(events.find(({ event }) => event === 'gap')?.data).toEqual({
      partition: 0,
      fromOffset: 1,
      nextOffset: 2,
    });
    expect(texts(events)).toEqual(['c']);
    after.close();
  });
});

describe('the end', () => {
  it('tells when the topic goes', async () => {
    await make('doomed');
    const sse = await openSse(tail('doomed'));
    const socket = await openSocket(tail('doomed'));
    await gateways.client.admin.deleteTopic('doomed');
    const events = await sse.until(({ length }) => length === 1);
    expect(events[0]).toMatchObject({ event: 'failure', data: { code: 'UNKNOWN_TOPIC' } });
    await sse.ended;
    expect(await socket.ended).toEqual({ code: 1008, reason: 'UNKNOWN_TOPIC' });
    expect(socket.events.at(-1)).toMatchObject({ event: 'failure', data: { status: 404 } });
  });

  it('comes in order when the gateway closes', async () => {
    await make('closing');
    const place = await gateways.add();
    const sse = await openSse(tail('closing', '', place));
    const socket = await openSocket(tail('closing', '', place));
    const counts = await openSocket(gateways.url('/live', place));
    await gateways.stop(place);
    await sse.ended;
    expect(sse.comments).toContain('closing');
    expect((await socket.ended).code).toBe(1001);
    expect((await counts.ended).code).toBe(1001);
  });
});

describe('bad requests', () => {
  beforeAll(() => make('strict', 2));

  it.each([
    ['nobody', '', 404, 'UNKNOWN_TOPIC'],
    ['strict', 'from=yesterday', 400, 'INVALID_REQUEST'],
    ['strict', 'from=3', 400, 'INVALID_REQUEST'],
    ['strict', 'from=99999/0:1,0:2', 400, 'INVALID_REQUEST'],
    ['strict', 'from=3&partition=0', 416, 'OFFSET_OUT_OF_RANGE'],
    ['strict', 'partition=2', 404, 'UNKNOWN_PARTITION'],
    ['strict', 'partition=x', 400, 'INVALID_REQUEST'],
  ])('of %s with %s are refused before anything begins', async (topic, query, status, code) => {
    const plain = await fetch(tail(topic, query));
    expect([plain.status, ((await plain.json()) as Problem).code]).toEqual([status, code]);
    const upgrade = await SocketListener.refused(tail(topic, query));
    expect([upgrade.status, upgrade.body.code]).toEqual([status, code]);
  });

  it('with a Last-Event-ID that is none are refused', async () => {
    const reply = await fetch(tail('strict'), { headers: { 'last-event-id': 'seven' } });
    expect([reply.status, ((await reply.json()) as Problem).field]).toEqual([400, 'Last-Event-ID']);
  });

  it('of pages from elsewhere are refused', async () => {
    const options = { headers: { origin: 'https://evil.example' } };
    const upgrade = await SocketListener.refused(tail('strict'), options);
    expect([upgrade.status, upgrade.body.code]).toEqual([403, 'FORBIDDEN_ORIGIN']);
  });

  it('of a reader that says something end it', async () => {
    const talkative = await openSocket(tail('strict'));
    talkative.send('{"subscribe":[]}');
    expect((await talkative.ended).code).toBe(1008);
    const binary = await openSocket(tail('strict'));
    binary.send(Buffer.from([1, 2, 3]));
    expect((await binary.ended).code).toBe(1003);
    const huge = await openSocket(tail('strict'));
    huge.send('x'.repeat(100_000));
    expect((await huge.ended).code).toBe(1009);
  });
});
