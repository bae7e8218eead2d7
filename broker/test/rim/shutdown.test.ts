// How the rim stops: waiting requests end, running ones are answered, then all is closed.

import { Shutdown } from '@millrace/options';
import { expect, test } from 'vitest';
import { held, openRim, until } from './open-rim.ts';
import { WireClient } from './wire-client.ts';

test('long polls end with SHUTTING_DOWN, running requests are answered, readyz says so, sockets close', async () => {
  const waits = held<'Receive'>();
  const finish: (() => void)[] = [];
  const produce = () =>
    new Promise<{ results: [] }>((resolve) => {
      finish.push(() => resolve({ results: [] }));
    });
  const rim = await openRim({ handlers: { Receive: waits.handler, Produce: produce } });
  await expect.poll(async () => (await fetch(`${rim.adminUrl}/readyz`)).status).toBe(200);
  const client = await WireClient.greeted(rim.port);
  client.send('Receive', 1, { group: 'g', topics: ['t'], memberId: 'm', maxWaitMs: 20_000 });
  client.send('Produce', 2, { batches: [] });
  await until(() => waits.calls.length + finish.length === 2, 'both to run');

  const drained = rim.server.drain();
  const poll = await client.next('Receive');
  expect(poll).toMatchObject({ correlationId: 1, error: { code: 'SHUTTING_DOWN' } });
  expect((await fetch(`${rim.adminUrl}/readyz`)).status).toBe(503);
  expect((await fetch(`${rim.adminUrl}/healthz`)).status).toBe(200);
  expect((await client.ask('ListGroups', {})).error?.code).toBe('SHUTTING_DOWN');
  await expect(WireClient.open(rim.port)).rejects.toThrow('ECONNREFUSED');
  finish[0]?.();
  expect(await client.next('Produce')).toEqual({
    correlationId: 2,
    body: { results: [], throttleMs: 0 },
  });
  await client.closed;
  await drained;
  await rim.server.close();
  await expect(fetch(`${rim.adminUrl}/healthz`)).rejects.toThrow('fetch failed');
});

test('a client that does not close its side does not hold up the shutdown', async () => {
  const rim = await openRim();
  const client = await WireClient.greeted(rim.port);
  client.socket.pause();
  const startedMs = performance.now();
  await rim.server.drain();
  expect(performance.now() - startedMs).toBeLessThan(10_000);
  await rim.server.close();
});

function shutdownOf(close: () => Promise<void>, deadlineMs: number) {
  const exits: string[] = [];
  const log = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} };
  const shutdown = new Shutdown({ close, deadlineMs, log, exit: (name) => exits.push(name) });
  return { exits, shutdown };
}

test('a shutdown within its deadline ends clean', async () => {
  const { exits, shutdown } = shutdownOf(async () => undefined, 1_000);
  shutdown.signalled('SIGTERM');
  await until(() => exits.length > 0, 'an exit');
  expect(exits).toEqual(['clean']);
});

test('one that takes longer is forced', async () => {
  const { exits, shutdown } = shutdownOf(() => new Promise(() => undefined), 20);
  shutdown.signalled('SIGTERM');
  await until(() => exits.length > 0, 'an exit');
  expect(exits).toEqual(['forced']);
});

test('a second signal forces it, but not the echo of the first', async () => {
  const { exits, shutdown } = shutdownOf(() => new Promise(() => undefined), 60_000);
  shutdown.signalled('SIGINT');
  shutdown.signalled('SIGINT');
  expect(exits).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  shutdown.signalled('SIGINT');
  expect(exits).toEqual(['forced']);
});

test('one that fails says so', async () => {
  const { exits, shutdown } = shutdownOf(async () => Promise.reject(new Error('no')), 1_000);
  shutdown.signalled('SIGTERM');
  await until(() => exits.length > 0, 'an exit');
  expect(exits).toEqual(['internalFault']);
});
