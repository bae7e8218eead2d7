// Sessions of callers, over real connections: one for a user at an address, no more than a bound, closed when nobody uses them.

import { setTimeout as pause } from 'node:timers/promises';
import { codecs, connect } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { MillraceError } from '@millrace/protocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ReceiverTally } from '../../src/receiver/receiver.ts';
import { openSession } from '../../src/sessions/open-session.ts';
import { type Held, Sessions } from '../../src/sessions/sessions.ts';

const HERE = '127.0.0.1';
let directory: TemporaryDirectory;
let broker: BrokerProcess;
let sessions: Sessions;
let opened: string[] = [];
let isRefused = false;
let isOpening: Promise<void> | undefined;

beforeAll(async () => {
  directory = new TemporaryDirectory('millrace-sessions-');
  broker = await BrokerProcess.start({ dataDir: directory.path });
});
afterEach(async () => {
  await sessions.close(1_000);
  while ((await connections()) > 0) await pause(20);
  [opened, isRefused, isOpening] = [[], false, undefined];
});
afterAll(async () => {
  await broker.end('SIGTERM');
  directory.remove();
});

function take(user: string, address = HERE): Promise<Held> {
  return sessions.take({ user, address });
}

async function connections(): Promise<number> {
  const text = await (await fetch(`${broker.adminUrl}/metrics`)).text();
  return Number(/^millrace_connections (\d+)$/m.exec(text)?.[1]);
}

function begin(max: number, idleMs: number, maxOfUser = max): void {
  const { address: brokers } = broker;
  const open = () => connect({ brokers, codec: codecs.bytes, logger: null });
  sessions = new Sessions({
    max,
    maxOfUser,
    idleMs,
    open: async ({ user, address }, signal) => {
      opened.push(address === HERE ? user : `${user} ${address}`);
      await isOpening;
      if (isRefused) throw new MillraceError('AUTHENTICATION_FAILED');
      const client = await connect({ brokers, codec: codecs.bytes, logger: null, signal });
      const tally = new ReceiverTally(10);
      return openSession({
        user,
        client,
        connect: open,
        tally,
        closing: new AbortController().signal,
      });
    },
  });
}

test('a user has one connection, however many ask at once', async () => {
  begin(10, 60_000);
  const held = await Promise.all(Array.from({ length: 20 }, () => take('anna')));
  expect(new Set(held.map(({ session }) => session)).size).toBe(1);
  expect(await held[0]?.session.client.admin.listTopics()).toEqual([]);
  const other = await take('bert');
  expect(other.session).not.toBe(held[0]?.session);
  expect([opened, sessions.count, await connections()]).toEqual([['anna', 'bert'], 2, 2]);
  for (const one of [...held, other]) one.release();
});

test('the one used longest ago makes room; those in use do not', async () => {
  begin(2, 60_000);
  const anna = await take('anna');
  (await take('bert')).release();
  anna.release();
  anna.release();
  (await take('anna')).release();
  const carl = await take('carl');
  const again = await take('anna');
  expect(opened).toEqual(['anna', 'bert', 'carl']);
  expect(again.session).toBe(anna.session);
  await expect(take('dora')).rejects.toMatchObject({
    code: 'OVERLOADED',
    detail: { limit: '2 callers at a time', retryAfterMs: 1_000 },
  });
  expect(await carl.session.client.admin.listTopics()).toEqual([]);
  await expect.poll(connections).toBe(2);
  carl.release();
  again.release();
});

test('what nobody uses is closed after a while, what somebody uses is not', async () => {
  begin(10, 100);
  const anna = await take('anna');
  (await take('bert')).release();
  await expect.poll(() => sessions.count).toBe(1);
  await pause(200);
  expect(await anna.session.client.admin.listTopics()).toEqual([]);
  anna.release();
  await expect.poll(() => sessions.count).toBe(0);
  await expect.poll(connections).toBe(0);
});

test('a refusal is told to all who wait, and leaves nothing behind', async () => {
  begin(2, 60_000);
  isRefused = true;
  const asked = ['anna', 'anna', 'bert', 'carl'].map((user) => take(user));
  const told = await Promise.allSettled(asked);
  const codes = told.map((one) =>
    one.status === 'rejected' ? (one.reason as MillraceError).code : '',
  );
  // Those on their way have places too.
  expect(codes.slice(0, 3)).toEqual(Array(3).fill('AUTHENTICATION_FAILED'));
  expect(codes[3]).toBe('OVERLOADED');
  expect([opened, sessions.count]).toEqual([['anna', 'bert'], 0]);
  isRefused = false;
  (await take('anna')).release();
});

test('one that has lost its connection for good is opened anew', async () => {
  begin(2, 60_000);
  const first = await take('anna');
  await first.session.client.close();
  await expect
    .poll(
      async () => {
        const held = await take('anna');
        held.release();
        return held.session !== first.session;
      },
      { timeout: 10_000 },
    )
    .toBe(true);
  expect(opened).toEqual(['anna', 'anna']);
  first.release();
});

test('one that is being opened at the end is closed too', async () => {
  begin(2, 60_000);
  let go = () => {};
  isOpening = new Promise((resolve) => {
    go = resolve;
  });
  const asked = take('anna').catch((error: unknown) => error);
  const closed = sessions.close();
  go();
  await closed;
  await asked;
  await expect(take('bert')).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
});

test('an address is another caller, and one user has a share of the places alone [A-61]', async () => {
  begin(3, 60_000, 2);
  const held = [await take('anna'), await take('anna', '192.0.2.1')];
  expect(held[0]?.session).not.toBe(held[1]?.session);
  await expect(take('anna', '192.0.2.2')).rejects.toMatchObject({
    code: 'OVERLOADED',
    detail: { limit: '2 addresses of one user at a time' },
  });
  const bert = await take('bert');
  held[1]?.release();
  const next = await take('anna', '192.0.2.2');
  expect(opened).toEqual(['anna', 'anna 192.0.2.1', 'bert', 'anna 192.0.2.2']);
  for (const one of [...held, bert, next]) one.release();
});
