// TLS on the protocol and the admin port of a whole broker: who gets through, by which certificate, and what happens when
// the files change.

import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get, type RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { type CertificateFiles, TemporaryDirectory, TestCertificates } from '@millrace/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HELLO, WireClient } from '../rim/wire-client.ts';
import { overTls, SecureBroker } from './secure-broker.ts';

const directory = new TemporaryDirectory('millrace-tls-').path;
const live = { cert: join(directory, 'live.pem'), key: join(directory, 'live.key') };
let certificates: TestCertificates;
let alice: CertificateFiles;
let stranger: CertificateFiles;
let secure: SecureBroker;
let ca: Buffer;

const read = ({ cert, key }: CertificateFiles) => ({
  cert: readFileSync(cert),
  key: readFileSync(key),
});

function install({ cert, key }: CertificateFiles): void {
  copyFileSync(cert, live.cert);
  copyFileSync(key, live.key);
}

beforeAll(async () => {
  const foreignDirectory = join(directory, 'foreign');
  mkdirSync(foreignDirectory);
  const [own, foreign] = await Promise.all([
    TestCertificates.make(directory),
    TestCertificates.make(foreignDirectory),
  ]);
  certificates = own;
  alice = await certificates.client('alice');
  stranger = await foreign.client('alice');
  ca = readFileSync(certificates.ca);
  install(certificates.server);
  secure = await SecureBroker.open({
    tlsCert: live.cert,
    tlsKey: live.key,
    tlsClientCa: certificates.ca,
    tlsClientAuth: 'optional',
  });
  const client = await overTls(secure.port, { ca });
  const credentials = Buffer.from(secure.adminToken);
  await client.ask('Hello', { ...HELLO, mechanism: 'TOKEN', credentials });
  await client.ask('CreateUser', { user: 'alice' });
  client.socket.destroy();
});

afterAll(async () => {
  await secure.close();
});

test('only TLS is spoken, from 1.2 on; a client that speaks none is closed and counted', async () => {
  const plain = await WireClient.open(secure.port);
  plain.send('Hello', 1, HELLO);
  await plain.closed;
  const refused = connectTls({ port: secure.port, host: '127.0.0.1', ca, maxVersion: 'TLSv1.1' });
  const [error] = (await once(refused, 'error')) as [Error];
  expect(error.message).toMatch(/no protocols available|alert protocol version|ECONNRESET/);
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const client = await overTls(secure.port, { ca, maxVersion });
    expect((await client.ask('Hello', HELLO)).error?.detail.limit).toBe('SCRAM-SHA-256, TOKEN');
    await client.closed;
  }
  const page = await adminPage('/metrics');
  expect(page.body).toMatch(/millrace_connections_ended_total\{reason="handshake"\} [1-9]/);
  expect(secure.lines.some(({ event }) => event === 'tls_handshake_failed')).toBe(true);
});

test('a handshake that does not come is ended with the time for Hello', async () => {
  const patient = await SecureBroker.open({
    tlsCert: certificates.server.cert,
    tlsKey: certificates.server.key,
    helloTimeout: 200,
  });
  const socket = connect(patient.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'close');
  expect(socket.destroyed).toBe(true);
  await patient.close();
});

test('a certificate logs in whom it names; one of a stranger, or of nobody, does not [A-15]', async () => {
  const client = await overTls(secure.port, { ca, ...read(alice) });
  const reply = await client.ask('Hello', { ...HELLO, mechanism: 'EXTERNAL' });
  expect(reply.body?.user).toBe('alice');
  client.socket.destroy();
  const nobody = await certificates.client('nobody');
  for (const files of [stranger, nobody]) {
    const other = await overTls(secure.port, { ca, ...read(files) });
    const { error } = await other.ask('Hello', { ...HELLO, mechanism: 'EXTERNAL' });
    expect(error?.code).toBe('AUTHENTICATION_FAILED');
    await other.closed;
  }
  const bare = await overTls(secure.port, { ca });
  const { error } = await bare.ask('Hello', { ...HELLO, mechanism: 'EXTERNAL' });
  expect(error?.code).toBe('AUTHENTICATION_FAILED');
  await bare.closed;
});

test('frames go through whole, also large ones and many at a time', async () => {
  const client = await overTls(secure.port, { ca });
  const credentials = Buffer.from(secure.adminToken);
  await client.ask('Hello', { ...HELLO, mechanism: 'TOKEN', credentials });
  const annotations = { large: 'x'.repeat(32_000) };
  for (let id = 1; id <= 200; id += 1) {
    client.send('CreateTopic', id, { name: `t-${id}`, annotations });
  }
  for (let id = 1; id <= 200; id += 1) {
    expect((await client.next('CreateTopic')).error).toBeUndefined();
  }
  const topics = Array.from({ length: 200 }, (_, at) => `t-${at + 1}`);
  const reply = await client.ask('DescribeTopics', { topics });
  expect(reply.body?.topics.at(-1)?.annotations).toEqual(annotations);
  const ended = client.closed;
  client.socket.end();
  await ended;
});

test('where a certificate is required nobody comes in without, but the gateway of the process [A-17]', async () => {
  for (const authentication of ['required', 'none'] as const) {
    const strict = await SecureBroker.open({
      authentication,
      tlsCert: live.cert,
      tlsKey: live.key,
      tlsClientCa: certificates.ca,
      tlsClientAuth: 'required',
    });
    for (const files of [undefined, stranger]) {
      const client = await overTls(strict.port, { ca, ...(files && read(files)) });
      const { error } = await client.ask('Hello', HELLO);
      expect(error).toMatchObject({
        code: 'AUTHENTICATION_REQUIRED',
        detail: { limit: 'EXTERNAL' },
      });
      await client.closed;
    }
    const gateway = await overTls(strict.port, { ca });
    const credentials = Buffer.from(strict.broker.gatewayToken);
    const hello = { ...HELLO, mechanism: 'TOKEN', credentials };
    expect((await gateway.ask('Hello', hello)).error).toBeUndefined();
    gateway.socket.destroy();
    const known = await overTls(strict.port, { ca, ...read(alice) });
    const { error } = await known.ask('Hello', HELLO);
    expect(error?.code).toBe(authentication === 'none' ? undefined : 'AUTHENTICATION_REQUIRED');
    known.socket.destroy();
    await strict.close();
  }
});

test('who is on the list of the authority gets in no more, and what was open ends [A-103]', async () => {
  const [bob, carol] = [await certificates.client('bob'), await certificates.client('carol')];
  const listed = await SecureBroker.open({
    tlsCert: certificates.server.cert,
    tlsKey: certificates.server.key,
    tlsClientCa: certificates.ca,
    tlsClientCrl: await certificates.revoke(),
    tlsClientAuth: 'optional',
  });
  const admin = await overTls(listed.port, { ca });
  const credentials = Buffer.from(listed.adminToken);
  await admin.ask('Hello', { ...HELLO, mechanism: 'TOKEN', credentials });
  for (const user of ['bob', 'carol']) await admin.ask('CreateUser', { user });
  const login = async (files: CertificateFiles) => {
    const client = await overTls(listed.port, { ca, ...read(files) });
    const reply = await client.ask('Hello', { ...HELLO, mechanism: 'EXTERNAL' });
    return { client, user: reply.body?.user, code: reply.error?.code };
  };
  const before = [await login(bob), await login(carol)];
  expect(before.map(({ user }) => user)).toEqual(['bob', 'carol']);
  await certificates.revoke(bob);
  listed.hangup();
  // Whoever is still trusted comes again.
  await Promise.all(before.map(({ client }) => client.closed));
  expect((await login(bob)).code).toBe('AUTHENTICATION_FAILED');
  const after = await login(carol);
  expect(after.user).toBe('carol');
  expect(listed.lines).toContainEqual(
    expect.objectContaining({ event: 'tls_certificate_refused', code: 'CERT_REVOKED' }),
  );
  // A connection without a certificate has nothing to do with it, nor has a reload of the same list.
  listed.hangup();
  expect((await admin.ask('DescribeTopics', { topics: [] })).error).toBeUndefined();
  expect((await after.client.ask('DescribeTopics', { topics: [] })).error).toBeUndefined();
  for (const { socket } of [admin, after.client]) socket.destroy();
  await listed.close();
});

test('new files are used without a restart; bad ones leave the old in force, said once [A-5]', async () => {
  const before = await overTls(secure.port, { ca });
  const serialOf = async () => {
    const socket = connectTls({ port: secure.port, host: '127.0.0.1', ca });
    await once(socket, 'secureConnect');
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  };
  const first = await serialOf();
  const failures = () => secure.lines.filter(({ event }) => event === 'tls_reload_failed').length;
  const issued = await certificates.issue('next', 'localhost', 'subjectAltName=IP:127.0.0.1');
  // The certificate without its key, then no certificate at all.
  copyFileSync(issued.cert, live.cert);
  secure.hangup();
  secure.hangup();
  expect(failures()).toBe(1);
  expect(await serialOf()).toBe(first);
  writeFileSync(live.cert, 'nothing');
  secure.hangup();
  expect(failures()).toBe(2);
  expect(await serialOf()).toBe(first);
  install(issued);
  secure.hangup();
  expect(failures()).toBe(2);
  const second = await serialOf();
  expect(second).not.toBe(first);
  expect((await adminPage('/healthz')).serialNumber).toBe(second);
  // What is open stays open.
  expect((await before.ask('Hello', HELLO)).error?.code).toBe('AUTHENTICATION_REQUIRED');
  await before.closed;
  const keyText = readFileSync(live.key, 'utf8').split('\n')[1] ?? '';
  expect(JSON.stringify(secure.lines)).not.toContain(keyText);
});

interface AdminPage {
  readonly status: number | undefined;
  readonly body: string;
  readonly serialNumber: string;
}

function adminPage(path: string, options: RequestOptions = {}): Promise<AdminPage> {
  return new Promise((resolve, reject) => {
    const at = { host: '127.0.0.1', port: secure.adminPort, path, ca, agent: false, ...options };
    const request = get(at, (response) => {
      const { serialNumber } = (
        response.socket as import('node:tls').TLSSocket
      ).getPeerCertificate();
      let body = '';
      response.on('data', (chunk) => {
        body += String(chunk);
      });
      response.on('end', () => resolve({ status: response.statusCode, body, serialNumber }));
    });
    request.on('error', reject);
  });
}
