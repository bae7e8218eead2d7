// Receives over connections of their own: as many as the waiting ones need, let go when they are idle.

import { type Client, codecs, connect } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PooledReceiver, ReceiverTally } from '../src/receiver/receiver.ts';

let directory: TemporaryDirectory;
let broker: BrokerProcess;
let client: Client;

const open = () => connect({ brokers: broker.address, codec: codecs.bytes, logger: null });
const WAIT = { topics: 'waits', maxWaitMs: 20_000, attemptId: null };

beforeAll(async () => {
  directory = new TemporaryDirectory('millrace-receiver-');
  broker = await BrokerProcess.start({ dataDir: directory.path });
  client = await open();
  await client.admin.createTopic({ name: 'waits', partitions: 1 });
  await client.admin.createShareGroup({ group: 'waits', topics: ['waits'] });
});

afterAll(async () => {
  await client.close();
  await broker.end('SIGTERM');
  directory.remove();
});

test('it grows with what waits, answers it empty at the end, and shrinks again', async () => {
  const tally = new ReceiverTally(1_200);
  const receiver = new PooledReceiver({ open, tally, idleMs: 50 });
  const waiting = Array.from({ length: 1_200 }, () => receiver.receive('waits', WAIT));
  await expect.poll(() => tally.connections, { timeout: 20_000 }).toBe(3);
  expect(tally.waiting).toBe(1_200);
  await expect(receiver.receive('waits', WAIT)).rejects.toMatchObject({ code: 'OVERLOADED' });
  expect(await receiver.receive('waits', { ...WAIT, maxWaitMs: 0 })).toEqual([]);
  receiver.stopWaiting();
  expect((await Promise.all(waiting)).flat()).toEqual([]);
  expect(tally.waiting).toBe(0);
  await expect.poll(() => tally.connections, { timeout: 20_000 }).toBe(1);
  expect(await receiver.receive('waits', WAIT)).toEqual([]);
  await receiver.close();
});

test('[H-23] who gives up takes no message along', async () => {
  const tally = new ReceiverTally(10);
  const receiver = new PooledReceiver({ open, tally, idleMs: 1_000 });
  const giveUp = new AbortController();
  const waiting = receiver.receive('waits', { ...WAIT, signal: giveUp.signal });
  waiting.catch(() => undefined);
  await expect.poll(() => tally.connections, { timeout: 20_000 }).toBe(1);
  giveUp.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' });
  const producer = client.producer<Uint8Array>();
  await producer.send({ topic: 'waits', value: Buffer.from('one') });
  const [message] = await receiver.receive('waits', WAIT);
  expect([Buffer.from(message?.value ?? []).toString(), message?.deliveries]).toEqual(['one', 1]);
  await message?.accept();
  expect(tally.waiting).toBe(0);
  await receiver.close();
});

test('who has given up already asks nothing', async () => {
  const tally = new ReceiverTally(10);
  const receiver = new PooledReceiver({ open, tally, idleMs: 1_000 });
  const signal = AbortSignal.abort();
  await expect(receiver.receive('waits', { ...WAIT, signal })).rejects.toMatchObject({
    code: 'ABORTED',
  });
  await receiver.close();
});
