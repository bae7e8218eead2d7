// Memory and time of requests: frames that do not end, large frames when memory is short, connections that say nothing.

import { readFileSync } from 'node:fs';
import { encodeRequest } from '@millrace/protocol';
import { afterEach, expect, test } from 'vitest';
import { latenessOf } from '../../src/net/lateness.ts';
import { RequestBudget } from '../../src/net/request-budget.ts';
import { held, openRim, type Rim, type RimParts, until } from './open-rim.ts';
import { WireClient } from './wire-client.ts';

const KIB = 1024;
let rim: Rim | undefined;

async function open(parts: RimParts): Promise<Rim> {
  rim = await openRim(parts);
  return rim;
}

afterEach(async () => {
  await rim?.server.close();
  rim = undefined;
});

const produceFrame = (id: number, bytes: number) =>
  encodeRequest('Produce', 1, id, {
    batches: [{ topicId: 1, partition: 0, batch: Buffer.alloc(bytes) }],
  });
const results = () => ({ results: [] });

test('a large request waits for room while others hold the memory; small ones go on [A-85]', async () => {
  const { port, metric } = await open({
    handlers: { Produce: results, ListGroups: () => ({ groups: [] }) },
    options: { requestBytesTotal: 1_000 * KIB },
  });
  const [slow, large, small] = [
    await WireClient.greeted(port),
    await WireClient.greeted(port),
    await WireClient.greeted(port),
  ];
  const frame = produceFrame(1, 900 * KIB);
  slow.socket.write(frame.subarray(0, 100 * KIB));
  // The whole frame counts from its beginning.
  await until(
    async () => ((await metric('millrace_request_bytes')) ?? 0) > 900 * KIB,
    'memory to be held',
  );
  large.socket.write(produceFrame(2, 900 * KIB));
  for (let at = 0; at < 20; at += 1) {
    expect((await small.ask('ListGroups', {})).body).toEqual({ groups: [] });
  }
  expect(large.unread).toBe(0);
  expect(await metric('millrace_request_bytes')).toBeLessThan(1_000 * KIB);
  slow.socket.write(frame.subarray(100 * KIB));
  expect((await slow.next('Produce')).correlationId).toBe(1);
  expect((await large.next('Produce')).correlationId).toBe(2);
  expect(await metric('millrace_request_bytes')).toBe(0);
});

test('a connection that is closed in the middle of a frame, or while it waits for room, gives everything back [A-85]', async () => {
  const { port, metric } = await open({
    handlers: { Produce: results },
    options: { requestBytesTotal: 1_000 * KIB },
  });
  const frame = produceFrame(1, 900 * KIB);
  const clients = [];
  for (let at = 0; at < 4; at += 1) {
    const client = await WireClient.greeted(port);
    client.socket.write(frame.subarray(0, 100 * KIB));
    clients.push(client);
  }
  await until(async () => ((await metric('millrace_request_bytes')) ?? 0) > 0, 'memory to be held');
  const last = clients.pop();
  for (const client of clients) client.socket.destroy();
  last?.socket.write(frame.subarray(100 * KIB));
  expect((await last?.next('Produce'))?.correlationId).toBe(1);
  await until(async () => (await metric('millrace_request_bytes')) === 0, 'nothing to be held');
});

test('owners take turns at the memory: many frames of one do not keep another waiting [A-85]', async () => {
  const memory = { requestBytes: 0 };
  const budget = new RequestBudget(100, memory);
  const letIn: string[] = [];
  const ask = (owner: string, name: string) =>
    budget.ask(owner, { name }, 60, () => void letIn.push(name));
  expect(ask('greedy', 'g0')).toBe(true);
  for (const name of ['g1', 'g2', 'g3', 'g4']) expect(ask('greedy', name)).toBe(false);
  expect(ask('modest', 'm1')).toBe(false);
  for (let at = 0; at < 6; at += 1) {
    budget.add(-60);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(letIn).toEqual(['g1', 'm1', 'g2', 'g3', 'g4']);
  expect(memory.requestBytes).toBe(0);
  expect(budget.isFull).toBe(false);
});

test('before Hello nobody may begin a large frame [A-85]', async () => {
  const { port, metric } = await open({});
  const client = await WireClient.open(port);
  client.socket.write(produceFrame(1, 100 * KIB).subarray(0, 50));
  const reply = await client.next('Produce');
  expect(reply).toMatchObject({ correlationId: 0, error: { code: 'FRAME_TOO_LARGE' } });
  expect(reply.error?.detail.limit).toBe('65536 bytes before Hello');
  await client.closed;
  expect(await metric('millrace_request_bytes')).toBe(0);
});

test('requests that wait for their reply hold memory until it leaves; beyond it no more are begun [A-85]', async () => {
  const { calls, handler } = held<'Produce'>();
  const { port, metric } = await open({
    handlers: { Produce: handler },
    options: { requestBytesTotal: 100 * KIB },
  });
  const client = await WireClient.greeted(port);
  for (let id = 1; id <= 20; id += 1) client.socket.write(produceFrame(id, 20 * KIB));
  await until(() => calls.length > 0, 'some calls');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(calls.length).toBeLessThan(12);
  expect(await metric('millrace_request_bytes')).toBeLessThan(300 * KIB);
  for (let at = 0; at < 20; at += 1) {
    await until(() => calls.length > at, `call ${at}`);
    calls[at]?.resolve({ results: [] });
  }
  for (let id = 1; id <= 20; id += 1) await client.next('Produce');
  expect(await metric('millrace_request_bytes')).toBe(0);
});

test('a request that does not end ends the connection, with the limit; a byte now and then does not help [A-84]', async () => {
  const { port, metric } = await open({
    handlers: { Produce: results },
    options: { frameTimeout: 400 },
  });
  const client = await WireClient.greeted(port);
  const frame = produceFrame(1, 200 * KIB);
  let sent = 0;
  const drip = setInterval(() => {
    client.socket.write(frame.subarray(sent, sent + 1));
    sent += 1;
  }, 20);
  const reply = await client.next('Produce');
  clearInterval(drip);
  expect(reply).toMatchObject({ correlationId: 0, error: { code: 'MALFORMED_FRAME' } });
  expect(reply.error?.detail.limit).toBe('400 ms');
  await client.closed;
  expect(await metric('millrace_connections_ended_total{reason="slow_frame"}')).toBe(1);
  expect(await metric('millrace_request_bytes')).toBe(0);
});

test('a connection that says nothing is closed, one that waits for something is not [A-86]', async () => {
  const { calls, handler } = held<'Receive'>();
  const { port, metric } = await open({
    handlers: { Receive: handler },
    options: { idleTimeout: 1_000 },
  });
  const [idle, waiting] = [await WireClient.greeted(port), await WireClient.greeted(port)];
  waiting.send('Receive', 1, { group: 'g', topics: ['t'], memberId: 'm', maxWaitMs: 20_000 });
  await idle.closed;
  expect(await metric('millrace_connections_ended_total{reason="idle"}')).toBe(1);
  expect(waiting.isClosed).toBe(false);
  calls[0]?.resolve({ leases: [] });
  expect((await waiting.next('Receive')).body?.leases).toEqual([]);
  await waiting.closed;
});

test('what a connection is late with, and what it is not [A-84] [A-86]', () => {
  const limits = { helloTimeout: 10, stallTimeout: 20, frameTimeout: 60_000, idleTimeout: 40 };
  const none = { hello: 0, unsent: 0, frame: 0, idle: 0 };
  expect(
    latenessOf({ hello: 10, unsent: 20, frame: 60_000, idle: 40 }, limits, false),
  ).toBeUndefined();
  expect(latenessOf({ ...none, hello: 11 }, limits, false)?.error?.code).toBe('HELLO_REQUIRED');
  expect(latenessOf({ ...none, unsent: 21 }, limits, false)?.reason).toBe('stalled');
  expect(latenessOf({ ...none, idle: 41 }, limits, false)?.reason).toBe('idle');
  expect(latenessOf({ ...none, idle: 41 }, { ...limits, idleTimeout: -1 }, false)).toBeUndefined();
  // Others wait for its memory.
  expect(latenessOf({ ...none, frame: 6_000 }, limits, false)).toBeUndefined();
  expect(latenessOf({ ...none, frame: 6_000 }, limits, true)?.error?.detail.limit).toBe('5000 ms');
});

test.runIf(process.platform === 'linux')(
  'connections whose other end is gone are found by the keepalive of the system, which is on [A-86]',
  async () => {
    const { port } = await open({});
    const client = await WireClient.greeted(port);
    const hex = (value = 0) => value.toString(16).toUpperCase().padStart(4, '0');
    const ends = `0100007F:${hex(port)} 0100007F:${hex(client.socket.localPort)}`;
    const timer = () =>
      readFileSync('/proc/net/tcp', 'utf8')
        .split('\n')
        .find((line) => line.includes(ends))
        ?.trim()
        .split(/\s+/)[5];
    // 02 is keepalive; 01, before it, that something is not acknowledged yet.
    await expect.poll(timer, { timeout: 10_000 }).toMatch(/^02:/);
  },
);
