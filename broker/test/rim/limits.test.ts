// Limits of a connection and backpressure in both directions.
// Limits met here: inFlightRequestsMax, unsentReplyBytesMax, connectionsMax.

import { Socket } from 'node:net';
import { encodeRequest, type MillraceError } from '@millrace/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { held, openRim, type Rim, type RimParts, until } from './open-rim.ts';
import { WireClient } from './wire-client.ts';

let rim: Rim | undefined;

async function open(parts: RimParts): Promise<Rim> {
  rim = await openRim(parts);
  return rim;
}

afterEach(async () => {
  await rim?.server.close();
  rim = undefined;
});

const PEEK = { topic: 't', partition: 0, fromOffset: 0 };
const peekReply = (bytes: number) => ({
  topicId: 1,
  startOffset: 0,
  endOffset: 1,
  ranges: [],
  batches: bytes === 0 ? [] : [Buffer.alloc(bytes)],
});

test('replies overtake each other and carry their correlation ids', async () => {
  const { calls, handler } = held<'Peek'>();
  const { port } = await open({ handlers: { Peek: handler } });
  const client = await WireClient.greeted(port);
  for (const id of [1, 2, 3]) client.send('Peek', id, PEEK);
  await until(() => calls.length === 3, 'three calls');
  for (const at of [2, 0, 1]) calls[at]?.resolve(peekReply(0));
  const ids = [await client.next('Peek'), await client.next('Peek'), await client.next('Peek')];
  expect(ids.map(({ correlationId }) => correlationId)).toEqual([3, 1, 2]);
});

test('a correlation id that still waits cannot be used again', async () => {
  const { calls, handler } = held<'Peek'>();
  const { port } = await open({ handlers: { Peek: handler } });
  const client = await WireClient.greeted(port);
  client.send('Peek', 5, PEEK);
  client.send('Peek', 5, PEEK);
  const reply = await client.next('Peek');
  expect(reply.error?.detail.field).toBe('correlationId');
  await client.closed;
  expect(calls).toHaveLength(1);
  expect(calls[0]?.context.signal.cancelled).toBe(true);
});

test('no more requests are started than may be in flight; the rest follow as replies leave', async () => {
  const { calls, handler } = held<'Peek'>();
  const { port, metric } = await open({
    handlers: { Peek: handler },
    options: { inFlightRequestsMax: 3 },
  });
  const client = await WireClient.greeted(port);
  const frames = Array.from({ length: 20 }, (_, id) => encodeRequest('Peek', 1, id + 1, PEEK));
  client.socket.write(Buffer.concat(frames));
  for (let answered = 0; answered < 20; answered += 1) {
    const started = Math.min(20, answered + 3);
    await until(() => calls.length === started, `${started} calls`);
    expect(await metric('millrace_requests_in_flight')).toBe(started - answered);
    calls[answered]?.resolve(peekReply(0));
    expect((await client.next('Peek')).correlationId).toBe(answered + 1);
  }
});

test('Cancel ends a waiting request and nothing else', async () => {
  const { calls, handler } = held<'Peek'>();
  const { port } = await open({ handlers: { Peek: handler } });
  const client = await WireClient.greeted(port);
  client.send('Peek', 1, PEEK);
  client.send('Peek', 2, PEEK);
  client.send('Cancel', 3, { target: 1 });
  client.send('Cancel', 4, { target: 99 });
  const replies = [
    await client.next('Cancel'),
    await client.next('Cancel'),
    await client.next('Peek'),
  ];
  const byId = new Map(replies.map((reply) => [reply.correlationId, reply]));
  expect(byId.get(1)?.error?.code).toBe('CANCELLED');
  expect(byId.get(3)?.body).toEqual({});
  expect(byId.get(4)?.body).toEqual({});
  expect(calls[1]?.context.signal.cancelled).toBe(false);
  calls[1]?.resolve(peekReply(0));
  expect((await client.next('Peek')).correlationId).toBe(2);
});

test.each(['end', 'destroy', 'resetAndDestroy'] as const)(
  'a closed socket (%s) cancels what waits on it, and only that',
  async (how) => {
    const { calls, handler } = held<'Peek'>();
    const { port } = await open({
      handlers: { Peek: handler },
      options: { inFlightRequestsMax: 2 },
    });
    const [client, other] = [await WireClient.greeted(port), await WireClient.greeted(port)];
    // More than may be in flight, now and later: they must not keep the close from being noticed.
    for (const id of [1, 2, 3]) client.send('Peek', id, PEEK);
    await until(() => calls.length === 2, 'two calls');
    client.send('Peek', 4, PEEK);
    other.send('Peek', 1, PEEK);
    await until(() => calls.length === 3, 'three calls');
    const reasons: MillraceError[] = [];
    calls[0]?.context.signal.onCancel((reason) => reasons.push(reason));
    client.socket[how]();
    await until(() => calls[1]?.context.signal.cancelled === true, 'cancelled');
    expect(reasons.map(({ code }) => code)).toEqual(['CANCELLED']);
    expect(calls).toHaveLength(3);
    expect(calls[2]?.context.signal.cancelled).toBe(false);
  },
);

test('a client that takes no replies is read no further, then cut off with a log line; others go on', async () => {
  const MIB = 1024 * 1024;
  let calls = 0;
  const peek = () => {
    calls += 1;
    return peekReply(MIB);
  };
  const { port, lines, metric } = await open({
    handlers: { Peek: peek, ListGroups: () => ({ groups: [] }) },
    options: { unsentReplyBytes: 4 * MIB, stallTimeout: 2_000 },
  });
  const [client, other] = [await WireClient.greeted(port), await WireClient.greeted(port)];
  client.socket.pause();
  for (let id = 1; id <= 200; id += 1) client.send('Peek', id, PEEK);
  await until(async () => ((await metric('millrace_unsent_reply_bytes')) ?? 0) >= 4 * MIB, 'a jam');
  const callsWhenFull = calls;
  expect((await other.ask('ListGroups', {})).body).toEqual({ groups: [] });
  expect(await metric('millrace_unsent_reply_bytes')).toBeLessThan(6 * MIB);
  await until(async () => (await metric('millrace_connections')) === 1, 'cut off');
  expect(calls).toBe(callsWhenFull);
  expect(calls).toBeLessThan(100);
  expect(lines.find(({ reason }) => reason === 'stalled')).toMatchObject({
    clientName: 'wire-client',
  });
  expect(await metric('millrace_connections_ended_total{reason="stalled"}')).toBe(1);
  expect(await metric('millrace_unsent_reply_bytes')).toBe(0);
  expect((await other.ask('ListGroups', {})).body).toEqual({ groups: [] });
});

test('a client that reads again gets everything, in order of completion', async () => {
  const KIB = 1024;
  const { port, metric } = await open({
    handlers: { Peek: ({ fromOffset }) => ({ ...peekReply(300 * KIB), startOffset: fromOffset }) },
    options: { unsentReplyBytes: 256 * KIB },
  });
  const client = await WireClient.greeted(port);
  client.socket.pause();
  for (let id = 1; id <= 60; id += 1) client.send('Peek', id, { ...PEEK, fromOffset: id });
  await until(
    async () => ((await metric('millrace_unsent_reply_bytes')) ?? 0) >= 256 * KIB,
    'a jam',
  );
  client.socket.resume();
  for (let id = 1; id <= 60; id += 1) {
    const reply = await client.next('Peek');
    expect(reply.correlationId).toBe(id);
    expect(reply.body?.startOffset).toBe(id);
    expect(reply.body?.batches[0]).toHaveLength(300 * KIB);
  }
});

test('requests in flight whose replies pass the bound many times over end the connection', async () => {
  const MIB = 1024 * 1024;
  const { calls, handler } = held<'Peek'>();
  const { port, lines, metric } = await open({
    handlers: { Peek: handler },
    options: { unsentReplyBytes: MIB },
  });
  const client = await WireClient.greeted(port);
  client.socket.pause();
  for (let id = 1; id <= 64; id += 1) client.send('Peek', id, PEEK);
  await until(() => calls.length === 64, 'all calls');
  expect(calls[0]?.context.connection.replyRoomBytes).toBe(MIB);
  for (const call of calls) call.resolve(peekReply(MIB));
  await until(async () => (await metric('millrace_connections')) === 0, 'cut off');
  expect(lines.find(({ reason }) => reason === 'flooded')).toBeDefined();
  expect(await metric('millrace_unsent_reply_bytes')).toBe(0);
});

test('while the broker is full no request is started; then all are', async () => {
  let makeRoom = () => {};
  const pressure = {
    isFull: false,
    whenRoom: () =>
      new Promise<void>((resolve) => {
        makeRoom = resolve;
      }),
  };
  let calls = 0;
  const list = () => {
    calls += 1;
    return { groups: [] };
  };
  const { port } = await open({ handlers: { ListGroups: list }, pressure });
  const clients = [await WireClient.greeted(port), await WireClient.greeted(port)];
  pressure.isFull = true;
  for (const client of clients) {
    for (let id = 1; id <= 10; id += 1) client.send('ListGroups', id, {});
  }
  // A connection that has nothing to say is taken and greeted only when there is room, too.
  const late = await WireClient.open(port);
  late.send('ListGroups', 1, {});
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(calls).toBe(0);
  pressure.isFull = false;
  makeRoom();
  for (const client of clients) {
    for (let id = 1; id <= 10; id += 1)
      expect((await client.next('ListGroups')).correlationId).toBe(id);
  }
  expect(calls).toBe(20);
  expect((await late.next('ListGroups')).error?.code).toBe('HELLO_REQUIRED');
});

test('one connection too many is refused with a typed error; when one leaves there is room again', async () => {
  const { port, lines, metric } = await open({ options: { connectionsMax: 2 } });
  const first = await WireClient.greeted(port);
  await WireClient.greeted(port);
  const refused = await WireClient.open(port);
  const reply = await refused.next('Hello');
  expect(reply).toMatchObject({ correlationId: 0, error: { code: 'OVERLOADED' } });
  expect(reply.error?.detail).toMatchObject({ limit: '2 connections', retryAfterMs: 1_000 });
  await refused.closed;
  expect(lines.filter(({ msg }) => msg === 'Connections are refused: too many.')).toHaveLength(1);
  first.socket.end();
  await until(async () => (await metric('millrace_connections')) === 1, 'one left');
  await WireClient.greeted(port);
});

test('the replies of one turn leave in one write', async () => {
  const { calls, handler } = held<'Peek'>();
  const { port } = await open({ handlers: { Peek: handler } });
  const client = await WireClient.greeted(port);
  for (let id = 1; id <= 100; id += 1) client.send('Peek', id, PEEK);
  await until(() => calls.length === 100, 'all calls');
  const write = vi.spyOn(Socket.prototype, 'write');
  for (const call of calls) call.resolve(peekReply(0));
  for (let id = 1; id <= 100; id += 1) await client.next('Peek');
  const byServer = write.mock.contexts.filter((socket) => (socket as Socket).localPort === port);
  write.mockRestore();
  expect(byServer).toHaveLength(1);
});

test('a reply that would not fit in a frame says so', async () => {
  const batches = [Buffer.alloc(8_000_000), Buffer.alloc(8_000_000), Buffer.alloc(8_000_000)];
  const { port } = await open({ handlers: { Peek: () => ({ ...peekReply(0), batches }) } });
  const client = await WireClient.greeted(port);
  const reply = await client.ask('Peek', PEEK);
  expect(reply.error?.code).toBe('LIMIT_EXCEEDED');
});
