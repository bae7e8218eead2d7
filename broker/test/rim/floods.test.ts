// Floods, small ones: connections that come and go, frames and handshakes that stop in the middle. A client that behaves goes
// on working meanwhile, and nothing is left of the others.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { TemporaryDirectory, TestCertificates } from '@millrace/harness';
import { encodeRequest } from '@millrace/protocol';
import { afterEach, expect, test } from 'vitest';
import { openRim, type Rim, until } from './open-rim.ts';
import { HELLO, WireClient } from './wire-client.ts';

let rim: Rim | undefined;

afterEach(async () => {
  await rim?.server.close();
  rim = undefined;
});

const handlers = { ListGroups: () => ({ groups: [] }), Produce: () => ({ results: [] }) };
const LARGE = encodeRequest('Produce', 1, 2, {
  batches: [{ topicId: 1, partition: 0, batch: Buffer.alloc(2_000_000) }],
});
const GREETING = encodeRequest('Hello', 1, 1, HELLO);

async function opened(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  await once(socket, 'connect');
  return socket;
}

/** Asks again and again until the flood is over; how often it was answered. */
async function asking(client: WireClient, flood: Promise<unknown>): Promise<number> {
  const state = { isOver: false, answers: 0 };
  const over = flood.finally(() => {
    state.isOver = true;
  });
  while (!state.isOver) {
    expect((await client.ask('ListGroups', {})).body).toEqual({ groups: [] });
    state.answers += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await over;
  return state.answers;
}

test('connections that come and go, half frames and half Hellos leave a good client its place and nothing behind [A-80] [A-84] [A-85]', async () => {
  rim = await openRim({
    handlers,
    options: { requestBytesTotal: 16 * 1024 * 1024, helloTimeout: 10_000, frameTimeout: 1_500 },
  });
  const { port, metric } = rim;
  const good = await WireClient.greeted(port);
  const comeAndGo = async () => (await opened(port)).destroy();
  const halfFrame = async () => {
    const socket = await opened(port);
    socket.write(GREETING);
    socket.write(LARGE.subarray(0, 30_000));
  };
  const halfHello = async () => void (await opened(port)).write(GREETING.subarray(0, 10));
  const flood = Promise.all([
    ...Array.from({ length: 300 }, comeAndGo),
    ...Array.from({ length: 30 }, halfFrame),
    ...Array.from({ length: 50 }, halfHello),
  ]);
  expect(await asking(good, flood)).toBeGreaterThan(0);
  expect(await metric('millrace_request_bytes')).toBeLessThanOrEqual(17 * 1024 * 1024);
  // The patience of the broker ends: all of them go, and the good one stays. Large frames are taken again.
  await until(async () => (await metric('millrace_connections')) === 1, 'the others to be gone');
  expect(await metric('millrace_request_bytes')).toBe(0);
  good.socket.write(LARGE);
  expect((await good.next('Produce')).body?.results).toEqual([]);
  expect(await metric('millrace_connections_ended_total{reason="slow_frame"}')).toBe(80);
});

test('handshakes of TLS that are cut in the middle hold no place of their address [A-81] [A-83]', async () => {
  const directory = new TemporaryDirectory('floods');
  try {
    const { ca, server } = await TestCertificates.make(directory.path);
    rim = await openRim({
      handlers,
      options: {
        tlsCert: server.cert,
        tlsKey: server.key,
        connectionsPerAddress: 40,
        helloTimeout: 5_000,
      },
    });
    const { port } = rim;
    const secure = async () => {
      const socket = connectTls({ port, host: '127.0.0.1', ca: readFileSync(ca) });
      await once(socket, 'secureConnect');
      return new WireClient(socket);
    };
    const good = await secure();
    expect((await good.ask('Hello', HELLO)).error).toBeUndefined();
    const cut = async () => {
      const socket = await opened(port);
      socket.write(Buffer.from('16030102000100', 'hex'));
      socket.destroy();
    };
    const noTls = async () => {
      const socket = await opened(port);
      socket.write('GET / HTTP/1.1\r\n\r\n');
      await once(socket, 'close');
    };
    const waves = async () => {
      for (let wave = 0; wave < 4; wave += 1) {
        await Promise.all([
          ...Array.from({ length: 20 }, cut),
          ...Array.from({ length: 5 }, noTls),
        ]);
      }
    };
    expect(await asking(good, waves())).toBeGreaterThan(0);
    // More than the address may have at a time came in all: each gave its place back.
    await until(async () => {
      const later = await Promise.allSettled(Array.from({ length: 30 }, secure));
      for (const one of later) if (one.status === 'fulfilled') one.value.socket.destroy();
      return later.every(({ status }) => status === 'fulfilled');
    }, 'room for thirty others');
  } finally {
    directory.remove();
  }
});
