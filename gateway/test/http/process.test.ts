// The gateway as a process of its own: it waits for its broker, survives its absence, and ends when told to.

import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { fileURLToPath } from 'node:url';
import { BrokerProcess, GatewayProcess, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CERTIFICATE, PRIVATE_KEY } from './certificate.ts';

const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));

async function statusOf(url: string): Promise<number> {
  return (await fetch(url)).status;
}

describe.skipIf(!existsSync(BIN))('millrace-gateway', { timeout: 120_000 }, () => {
  let directory: TemporaryDirectory;
  beforeAll(() => {
    directory = new TemporaryDirectory('millrace-gateway-');
  });
  afterAll(() => directory.remove());

  test('it connects again to a broker that comes back, and is not ready meanwhile', async () => {
    const dataDir = `${directory.path}/data`;
    const first = await BrokerProcess.start({ dataDir });
    const gateway = await GatewayProcess.start({ broker: first.address });
    const ready = `${gateway.httpUrl}/readyz`;
    expect(await statusOf(ready)).toBe(200);
    await first.end('SIGKILL');
    await expect.poll(() => statusOf(ready), { timeout: 60_000 }).toBe(503);
    expect(await statusOf(`${gateway.httpUrl}/healthz`)).toBe(200);
    // Long before a request's own time of 30 s is over.
    const signal = AbortSignal.timeout(25_000);
    const told = await fetch(`${gateway.httpUrl}/topics`, { signal });
    expect([told.status, await told.json()]).toMatchObject([503, { code: 'CONNECTION_LOST' }]);
    const port = String(first.port);
    const second = await BrokerProcess.start({ dataDir, flags: ['--port', port] });
    await expect.poll(() => statusOf(ready), { timeout: 60_000 }).toBe(200);
    expect(await statusOf(`${gateway.httpUrl}/topics`)).toBe(200);
    expect(await gateway.end('SIGTERM')).toEqual({ code: 0, signal: null });
    await second.end('SIGTERM');
  });

  test('while it waits for its broker, SIGTERM ends it', async () => {
    const child = spawn(process.execPath, [BIN, '--broker', '127.0.0.1:1', '--http-port', '0'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (text) => {
      said += String(text);
    });
    await expect.poll(() => said, { timeout: 60_000 }).toContain('127.0.0.1:1');
    expect(said).not.toContain('"listening"');
    const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  test('with a certificate it speaks HTTPS only; one that does not fit is refused', async () => {
    const [key, cert] = [`${directory.path}/key.pem`, `${directory.path}/cert.pem`];
    writeFileSync(key, PRIVATE_KEY);
    writeFileSync(cert, CERTIFICATE);
    const broker = await BrokerProcess.start({ dataDir: `${directory.path}/tls` });
    const flags = ['--http-tls-cert', cert, '--http-tls-key', key];
    const gateway = await GatewayProcess.start({ broker: broker.address, flags });
    const { port } = new URL(gateway.httpUrl);
    const status = await new Promise((resolve, reject) => {
      const asked = request({ port, path: '/readyz', rejectUnauthorized: false }, (reply) => {
        reply.resume();
        resolve(reply.statusCode);
      });
      asked.once('error', reject).end();
    });
    expect(status).toBe(200);
    await expect(fetch(`${gateway.httpUrl}/readyz`)).rejects.toThrow('fetch failed');
    await gateway.end('SIGTERM');
    const wrong = ['--http-tls-cert', key, '--http-tls-key', key];
    await expect(GatewayProcess.start({ broker: broker.address, flags: wrong })).rejects.toThrow(
      /--http-tls-cert: .*key\.pem has no certificate in PEM/,
    );
    await broker.end('SIGTERM');
  });
});
