// The program millrace: one command line for broker and gateway, and both of them in one process.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { BROKER_OPTIONS } from '@millrace/broker';
import { GATEWAY_OPTIONS } from '@millrace/gateway';
import { MillraceProcess, TemporaryDirectory, TestCertificates } from '@millrace/harness';
import { parseOptions, variableOf } from '@millrace/options';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MILLRACE_PROGRAM } from '../src/program.ts';

const FAULT = fileURLToPath(new URL('./fault-on-signal.mjs', import.meta.url));
const BIN = fileURLToPath(new URL('../dist/bin.js', import.meta.url));

test('no option and no variable stands in both tables', () => {
  const names = [...Object.keys(BROKER_OPTIONS), ...Object.keys(GATEWAY_OPTIONS)];
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(names.map(variableOf)).size).toBe(names.length);
  expect(Object.keys(MILLRACE_PROGRAM.table)).toEqual(names);
});

test('options of both are checked before anything is opened', () => {
  const parse = (...args: string[]) => parseOptions(MILLRACE_PROGRAM, args, {});
  expect(parse('--http-port', '0', '--port', '0')).toMatchObject({
    options: { httpPort: 0, port: 0 },
  });
  expect(() => parse('--http-host', '0.0.0.0')).toThrow(
    /^--http-host: anyone who reaches 0\.0\.0\.0/,
  );
  const open = ['--http-host', '0.0.0.0', '--host', '0.0.0.0'];
  expect(parse(...open, '--allow-anonymous')).toMatchObject({ options: { allowAnonymous: true } });
  const asks = ['--http-host', '0.0.0.0', '--authentication', 'required'];
  expect(() => parse(...asks)).toThrow(/would go over the network in plain text/);
  expect(parse(...asks, '--http-allow-plaintext')).toMatchObject({
    options: { httpHost: '0.0.0.0' },
  });
  expect(() => parse('--port', '7', '--admin-port', '7')).toThrow(
    '--port and --admin-port are both 7.',
  );
  expect(() => parse('--http-body-bytes', '1KiB')).toThrow(
    '--http-body-bytes is 1KiB; it has to be from 8MiB',
  );
  expect(() => parse('--broker', 'elsewhere:7650')).toThrow(/unknown option '--broker'/);
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(...args: string[]): Promise<Ended> {
  const env = { PATH: process.env['PATH'] ?? '' };
  const child = spawn(process.execPath, [BIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += String(text);
  });
  child.stderr.on('data', (text) => {
    err += String(text);
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

describe.skipIf(!existsSync(BIN))('the built program', { timeout: 120_000 }, () => {
  let directory: TemporaryDirectory;
  beforeEach(() => {
    directory = new TemporaryDirectory('millrace-launcher-');
  });
  afterEach(() => directory.remove());

  test('one process serves both, its metrics are on the admin page, and SIGTERM ends it in order', async () => {
    const millrace = await MillraceProcess.launch({ dataDir: `${directory.path}/data` });
    const health = await fetch(`${millrace.httpUrl}/readyz`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ready' }]);
    const metrics = await (await fetch(`${millrace.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/^millrace_ready 1$/m);
    expect(metrics).toMatch(/^millrace_gateway_ready 1$/m);
    expect(metrics).toContain(
      'millrace_http_requests_total{method="GET",route="/readyz",status="200"} 1',
    );
    const types = metrics.split('\n').filter((line) => line.startsWith('# TYPE '));
    expect(new Set(types).size).toBe(types.length);
    expect(await millrace.end('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  test("a fault of the gateway's thread leaves the broker alone; HTTP comes back on its port", async () => {
    const millrace = await MillraceProcess.launch({
      dataDir: `${directory.path}/data`,
      nodeFlags: ['--import', FAULT],
    });
    const statusOf = (url: string) =>
      fetch(`${url}/readyz`).then(
        ({ status }) => status,
        () => 0,
      );
    const connected = async () => {
      const metrics = await (await fetch(`${millrace.adminUrl}/metrics`)).text();
      return metrics.match(/^millrace_connections (\d+)$/m)?.[1];
    };
    expect([await statusOf(millrace.httpUrl), await connected()]).toEqual([200, '1']);
    process.kill(millrace.pid, 'SIGUSR2');
    await expect.poll(() => statusOf(millrace.httpUrl), { timeout: 30_000 }).toBe(0);
    expect(await statusOf(millrace.adminUrl)).toBe(200);
    await expect.poll(() => statusOf(millrace.httpUrl), { timeout: 60_000 }).toBe(200);
    expect(await connected()).toBe('1');
    expect(await millrace.end('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  test("the gateway's port in use: 69, and one line that says so", async () => {
    const rival = createServer().listen(0, '127.0.0.1');
    await once(rival, 'listening');
    const { port } = rival.address() as AddressInfo;
    const flags = ['--port', '0', '--admin-port', '0', '--data-dir', `${directory.path}/data`];
    const { code, out, err } = await run(...flags, '--http-port', `${port}`);
    expect(err).toBe(
      `millrace: 127.0.0.1:${port} is in use, perhaps by another gateway; choose another port with --http-port.\n`,
    );
    expect(code).toBe(69);
    expect(out).not.toContain('"event":"listening"');
    rival.close();
  });

  test('with authentication, HTTP asks as the protocol does; its thread needs no user of its own', async () => {
    const certificates = await TestCertificates.make(directory.path);
    const { cert, key } = certificates.server;
    const tls = ['--tls-cert', cert, '--tls-key', key];
    const mutual = ['--tls-client-ca', certificates.ca, '--tls-client-auth', 'required'];
    const millrace = await MillraceProcess.launch({
      dataDir: `${directory.path}/data`,
      flags: ['--authentication', 'required', ...tls, ...mutual],
    });
    const topics = `${millrace.httpUrl}/topics`;
    expect((await fetch(topics)).status).toBe(401);
    const headers = { authorization: `Bearer ${await millrace.adminToken()}` };
    const reply = await fetch(topics, { headers });
    expect([reply.status, await reply.json()]).toEqual([200, { topics: [], next: null }]);
    expect(await millrace.end('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  test("an offline command is the broker's", async () => {
    expect(await run('inspect', `${directory.path}/nowhere`)).toMatchObject({ code: 66 });
  });
});
