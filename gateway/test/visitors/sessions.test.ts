// Sessions of users, over real connections: one a user, no more than a bound, closed when nobody uses them.

import { setTimeout as pause } from 'node:timers/promises';
import { codecs, connect } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { MillraceError } from '@millrace/protocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ReceiverTally } from '../../src/receiver/receiver.ts';
import { openSession } from '../../src/sessions/open-session.ts';
import { Sessions } from '../../src/sessions/sessions.ts';

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

async function connections(): Promise<number> {
  const text = await (await fetch(`${broker.adminUrl}/metrics`)).text();
  return Number(/^millrace_connections (\d+)$/m.exec(text)?.[1]);
}

function begin(max: number, idleMs: number): void {
  const { address: brokers } = broker;
  const open = () => connect({ brokers, codec: codecs.bytes, logger: null });
  sessions = new Sessions({
    max,
    idleMs,
    open: async (user, signal) => {
      opened.push(user);
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
  const held = await Promise.all(Array.from({ length: 20 }, () => sessions.take('anna')));
  expect(new Set(held.map(({ session }) => session)).size).toBe(1);
  expect(await held[0]?.session.client.admin.listTopics()).toEqual([]);
  const other = await sessions.take('bert');
  expect(other.session).not.toBe(held[0]?.session);
  expect([opened, sessions.count, await connections()]).toEqual([['anna', 'bert'], 2, 2]);
  for (const one of [...held, other]) one.release();
});

test('the one used longest ago makes room; those in use do not', async () => {
  begin(2, 60_000);
  const anna = await sessions.take('anna');
  (await sessions.take('bert')).release();
  anna.release();
  anna.release();
  (await sessions.take('anna')).release();
  const carl = await sessions.take('carl');
  const again = await sessions.take('anna');
  expect(opened).toEqual(['anna', 'bert', 'carl']);
  expect(again.session).toBe(anna.session);
  await expect(sessions.take('dora')).rejects.toMatchObject({
    code: 'OVERLOADED',
    detail: { limit: '2 users at a time', retryAfterMs: 1_000 },
  });
  expect(await carl.session.client.admin.listTopics()).toEqual([]);
  await expect.poll(connections).toBe(2);
  carl.release();
  again.release();
});

test('what nobody uses is closed after a while, what somebody uses is not', async () => {
  begin(10, 100);
  const anna = await sessions.take('anna');
  (await sessions.take('bert')).release();
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
  const asked = ['anna', 'anna', 'bert', 'carl'].map((user) => sessions.take(user));
  const told = await Promise.allSettled(asked);
  const codes = told.map((one) =>
    one.status === 'rejected' ? (one.reason as MillraceError).code : '',
  );
  // Those on their way have places too.
  expect(codes.slice(0, 3)).toEqual(Array(3).fill('AUTHENTICATION_FAILED'));
  expect(codes[3]).toBe('OVERLOADED');
  expect([opened, sessions.count]).toEqual([['anna', 'bert'], 0]);
  isRefused = false;
  (await sessions.take('anna')).release();
});

test('one that has lost its connection for good is opened anew', async () => {
  begin(2, 60_000);
  const first = await sessions.take('anna');
  await first.session.client.close();
  await expect
    .poll(
      async () => {
        const held = await sessions.take('anna');
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
  const asked = sessions.take('anna').catch((error: unknown) => error);
  const closed = sessions.close();
  go();
  await closed;
  await asked;
  await expect(sessions.take('bert')).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
});
