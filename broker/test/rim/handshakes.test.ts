// Handshakes of TLS that never end, or end badly, many at once: each is closed in its time and counted, an address has no more of
// them than connections, and a client that behaves comes in meanwhile.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { TemporaryDirectory, TestCertificates } from '@millrace/harness';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BrokerOptions } from '../../src/options/table.ts';
import { openRim, type Rim, until } from './open-rim.ts';
import { HELLO, WireClient } from './wire-client.ts';

const handlers = { ListGroups: () => ({ groups: [] }) };
const NOTHING = Buffer.alloc(0);
/** A record of TLS that is to hold a ClientHello of 512 bytes, and the first of them. */
const HALF_HELLO = Buffer.from('1603010200010001fc0303', 'hex');
const NO_TLS = Buffer.from('GET / HTTP/1.1\r\n\r\n');
/** Of no type that a record of TLS may have. */
const GARBAGE = Buffer.alloc(20_000, 0x47);

let directory: TemporaryDirectory;
let certificates: TestCertificates;
let trusted: Buffer;
let wholeHello: Buffer;
let rim: Rim | undefined;

beforeAll(async () => {
  directory = new TemporaryDirectory('handshakes');
  certificates = await TestCertificates.make(directory.path);
  trusted = readFileSync(certificates.ca);
  wholeHello = await firstWords();
});
afterEach(async () => {
  await rim?.server.close();
  rim = undefined;
});
afterAll(() => directory.remove());

/** What a client says first, all of it. */
async function firstWords(): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connectTls({ port, host: '127.0.0.1' });
  client.on('error', () => undefined);
  const [peer] = (await once(server, 'connection')) as [Socket];
  const [hello] = (await once(peer, 'data')) as [Buffer];
  client.destroy();
  peer.destroy();
  server.close();
  return hello;
}

async function open(options: Partial<BrokerOptions>): Promise<Rim> {
  const { cert: tlsCert, key: tlsKey } = certificates.server;
  rim = await openRim({ handlers, options: { tlsCert, tlsKey, ...options } });
  return rim;
}

/** Over a plain socket, which a test may write to behind its back. */
async function secure(port: number, more: object = {}): Promise<[TLSSocket, Socket]> {
  const plain = connect({ port, host: '127.0.0.1', ...more });
  const socket = connectTls({ socket: plain, servername: 'localhost', ca: trusted, ...more });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return [socket, plain];
}

async function greeted(port: number, more: object = {}): Promise<WireClient> {
  const [socket] = await secure(port, more);
  const client = new WireClient(socket);
  expect((await client.ask('Hello', HELLO)).error).toBeUndefined();
  return client;
}

/** Says so much and no more; resolves when it is connected. */
async function halfway(port: number, said: Buffer): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  await once(socket, 'connect');
  if (said.length > 0) socket.write(said);
  return socket;
}

function over(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}

/** The pages for operators speak TLS as well. */
async function metric({ adminUrl }: Rim, name: string): Promise<number> {
  const url = new URL(adminUrl.replace('http:', 'https:'));
  const asked = request({
    host: url.hostname,
    port: url.port,
    path: '/metrics',
    ca: trusted,
    agent: false,
  }).end();
  const [reply] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of reply) text += String(chunk);
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1));
}

function endedBy(one: Rim, reason: string): Promise<number> {
  return metric(one, `millrace_connections_ended_total{reason="${reason}"}`);
}

test('each handshake that stops is closed after --hello-timeout, and counted once [A-88]', async () => {
  const one = await open({ helloTimeout: 400 });
  const begunAt = performance.now();
  const sockets = await Promise.all(
    [NOTHING, HALF_HELLO, wholeHello].flatMap((said) =>
      Array.from({ length: 10 }, () => halfway(one.port, said)),
    ),
  );
  await Promise.all(sockets.map((socket) => over(socket)));
  expect(performance.now() - begunAt).toBeGreaterThanOrEqual(390);
  await until(async () => (await endedBy(one, 'handshake')) >= 30, 'all to be counted');
  // Bytes that are no TLS are not waited for.
  const wrong = await halfway(one.port, NO_TLS);
  await over(wrong);
  await until(async () => (await endedBy(one, 'handshake')) >= 31, 'it to be counted');
  expect(await endedBy(one, 'handshake')).toBe(31);
});

test('an address has no more handshakes than connections, and others come in [A-81] [A-88]', async () => {
  const one = await open({ helloTimeout: 1_000, connectionsPerAddress: 20 });
  const held = await Promise.all(Array.from({ length: 20 }, () => halfway(one.port, HALF_HELLO)));
  const further = await halfway(one.port, HALF_HELLO);
  await over(further);
  expect(await endedBy(one, 'refused')).toBe(1);
  (await greeted(one.port, { localAddress: '127.0.0.2' })).socket.destroy();
  await Promise.all(held.map((socket) => over(socket)));
  // Each has given its place back.
  const later = await Promise.all(Array.from({ length: 20 }, () => greeted(one.port)));
  for (const { socket } of later) socket.destroy();
});

test('five hundred that stop keep no good client out, and nothing is left of them [A-83] [A-88]', async () => {
  const one = await open({ helloTimeout: 3_000 });
  const before = await greeted(one.port);
  const sockets = () =>
    process.getActiveResourcesInfo().filter((name) => /^(TCPSocketWrap|TLSWrap)$/.test(name))
      .length;
  const open0 = sockets();
  const kinds = [NOTHING, HALF_HELLO, wholeHello];
  const flood = await Promise.all(
    Array.from({ length: 500 }, (_, at) => halfway(one.port, kinds[at % 3] ?? NOTHING)),
  );
  const closed = Promise.all(flood.map((socket) => over(socket)));
  const good = await greeted(one.port);
  expect((await before.ask('ListGroups', {})).body).toEqual({ groups: [] });
  await closed;
  expect((await good.ask('ListGroups', {})).body).toEqual({ groups: [] });
  await until(async () => (await endedBy(one, 'handshake')) >= 500, 'all to be counted');
  expect(await endedBy(one, 'handshake')).toBe(500);
  // Both ends of a connection are in this process.
  await until(() => sockets() <= open0 + 2, 'the sockets to be gone');
  for (const { socket } of [before, good]) socket.destroy();
});

test('what is no TLS behind a handshake ends the connection as malformed [A-88]', async () => {
  const one = await open({});
  const bystander = await greeted(one.port);
  const [socket, plain] = await secure(one.port);
  // Answered: the broker's side of the handshake is over too.
  expect((await new WireClient(socket).ask('Hello', HELLO)).error).toBeUndefined();
  plain.write(GARBAGE);
  await until(async () => (await endedBy(one, 'malformed')) >= 1, 'it to be counted');
  await until(async () => (await metric(one, 'millrace_connections')) <= 1, 'it to be closed');
  socket.destroy();
  expect((await bystander.ask('ListGroups', {})).body).toEqual({ groups: [] });
  bystander.socket.destroy();
});

test('nobody shakes hands anew on a connection that stands, nor gains time by it [A-88]', async () => {
  const one = await open({ helloTimeout: 400 });
  const [socket] = await secure(one.port, { maxVersion: 'TLSv1.2' });
  let outcome = 'asked';
  socket.renegotiate({ rejectUnauthorized: false }, (error) => {
    outcome = error === null ? 'done' : 'refused';
  });
  const closed = async () => (await endedBy(one, 'no_hello')) + (await endedBy(one, 'malformed'));
  await until(async () => (await closed()) >= 1, 'it to be closed');
  expect(outcome).not.toBe('done');
  socket.destroy();
});
