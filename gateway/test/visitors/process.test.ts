// A gateway process before a broker that asks: TLS of its own, and certificates of its callers.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { GatewayProcess, TemporaryDirectory, TestCertificates } from '@millrace/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearer, SecureStage } from './stage.ts';

const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));

interface Reply {
  readonly status: number;
  readonly body: string;
  /** Serial number of the server's certificate. */
  readonly serial: string;
}

describe.skipIf(!existsSync(BIN))('millrace-gateway', { timeout: 120_000 }, () => {
  let directory: TemporaryDirectory;
  let stage: SecureStage;
  let certificates: TestCertificates;
  let tokenFile: string;

  beforeAll(async () => {
    directory = new TemporaryDirectory('millrace-gateway-tls-');
    stage = await SecureStage.start();
    certificates = await TestCertificates.make(directory.path);
    tokenFile = `${directory.path}/gateway.token`;
    writeFileSync(tokenFile, `${stage.gatewayToken}\n`, { mode: 0o600 });
  });
  afterAll(async () => {
    await stage.close();
    directory.remove();
  });

  const start = (...flags: string[]) =>
    GatewayProcess.start({ broker: stage.broker.process.address, flags });

  /** Over a connection of its own. */
  function ask(
    port: string,
    path: string,
    headers: Record<string, string> = {},
    user?: string,
  ): Promise<Reply> {
    const own =
      user === undefined
        ? {}
        : {
            cert: readFileSync(`${directory.path}/client-${user}.pem`),
            key: readFileSync(`${directory.path}/client-${user}.key`),
          };
    const agent = new Agent({ ca: readFileSync(certificates.ca), maxCachedSessions: 0, ...own });
    return new Promise((resolve, reject) => {
      const asked = request({ port, host: '127.0.0.1', path, headers, agent }, (reply) => {
        const serial = (reply.socket as TLSSocket).getPeerCertificate().serialNumber;
        let body = '';
        reply.on('data', (text) => {
          body += String(text);
        });
        reply.once('end', () => {
          agent.destroy();
          resolve({ status: reply.statusCode ?? 0, body, serial });
        });
      });
      asked.once('error', reject).end();
    });
  }

  test('[A-63] a certificate shows who sends a request; [A-64] files are replaced while it runs', async () => {
    await stage.user('emil');
    await stage.admin.admin.createTopic({ name: 'emil-log' });
    await certificates.client('emil');
    await certificates.client('stranger');
    const [cert, key] = [`${directory.path}/http.pem`, `${directory.path}/http.key`];
    const use = async (files: { readonly cert: string; readonly key: string }) => {
      await copyFile(files.key, key);
      await copyFile(files.cert, cert);
    };
    await use(certificates.server);
    const own = ['--http-tls-cert', cert, '--http-tls-key', key];
    const list = await certificates.revoke();
    const trust = ['--http-tls-client-ca', certificates.ca, '--http-tls-client-crl', list];
    const callers = [...trust, '--http-tls-client-auth', 'optional'];
    const gateway = await start('--broker-token-file', tokenFile, ...own, ...callers);
    const { port } = new URL(gateway.httpUrl);
    const path = '/topics/emil-log';
    expect((await ask(port, path, {}, 'emil')).status).toBe(200);
    expect(await ask(port, path)).toMatchObject({ status: 401 });
    // TLS trusts it, and the broker knows nobody of that name.
    expect(await ask(port, path, {}, 'stranger')).toMatchObject({ status: 401 });
    // What is built in has no certificate, whatever an authority calls somebody.
    for (const builtIn of ['admin', 'gateway', 'anonymous']) {
      await certificates.client(builtIn);
      expect(await ask(port, path, {}, builtIn)).toMatchObject({ status: 401 });
    }
    // What a header says goes first.
    expect(await ask(port, path, bearer('wrong'), 'emil')).toMatchObject({ status: 401 });

    const { serial } = await ask(port, '/healthz');
    writeFileSync(cert, 'no certificate');
    process.kill(gateway.pid, 'SIGHUP');
    expect(await ask(port, '/healthz')).toMatchObject({ status: 200, serial });
    const names = 'subjectAltName=IP:127.0.0.1';
    await use(await certificates.issue('renewed', 'localhost', names));
    process.kill(gateway.pid, 'SIGHUP');
    await expect.poll(async () => (await ask(port, '/healthz')).serial).not.toBe(serial);
    expect((await ask(port, path, {}, 'emil')).status).toBe(200);

    // Taken back, it shows nobody.
    await certificates.revoke(certificates.filesOf('client-emil'));
    process.kill(gateway.pid, 'SIGHUP');
    await expect.poll(async () => (await ask(port, path, {}, 'emil')).status).toBe(401);
    expect(await gateway.end('SIGTERM')).toEqual({ code: 0, signal: null });
  });
});
