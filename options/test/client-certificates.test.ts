// A connection ends with the certificate that opened it.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { type CertificateFiles, TemporaryDirectory, TestCertificates } from '@millrace/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLog } from '../src/process/log.ts';
import { ClientCertificates } from '../src/tls/client-certificates.ts';

const DAY_MS = 86_400_000;
const directory = new TemporaryDirectory('millrace-client-certificates-');
const read = ({ cert, key }: CertificateFiles) => ({
  cert: readFileSync(cert),
  key: readFileSync(key),
});
let certificates: TestCertificates;

beforeAll(async () => {
  certificates = await TestCertificates.make(directory.path);
});
afterAll(() => directory.remove());

test('with a certificate to its end, without one for ever [A-103]', async () => {
  const { log } = openLog({ level: 'silent', format: 'json', sink: { write: () => undefined } });
  const watched = new ClientCertificates(log);
  const ca = readFileSync(certificates.ca);
  const asks = { requestCert: true, rejectUnauthorized: false };
  const server = createServer({ ...read(certificates.server), ca, ...asks });
  server.on('secureConnection', (socket) => watched.watch(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const open = async (own: object) => {
    const accepted = once(server, 'secureConnection');
    const socket = connect({ port, host: '127.0.0.1', ca, ...own });
    await accepted;
    return socket;
  };
  const bare = await open({});
  const named = await open(read(await certificates.client('ada')));
  expect(watched.size).toBe(1);
  watched.endExpired(Date.now() + 29 * DAY_MS);
  expect(watched.size).toBe(1);
  const ended = once(named.resume(), 'close');
  watched.endExpired(Date.now() + 31 * DAY_MS);
  await ended;
  await expect.poll(() => watched.size).toBe(0);
  expect(bare.destroyed).toBe(false);
  bare.destroy();
  server.close();
});
