// What connections may hold besides one plain request after the other, and what the limits take no notice of otherwise.
// Rules: docs/semantics/http.md.

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect as connectTls } from 'node:tls';
import { TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CERTIFICATE, PRIVATE_KEY } from './certificate.ts';
import { openRimBroker, type RimBroker, say, sqs } from './open-rim.ts';

const HANDSHAKES = 'millrace_http_refused_requests_total{reason="handshake"}';

let broker: RimBroker;
let directory: TemporaryDirectory;
let tls: { readonly httpTlsKey: string; readonly httpTlsCert: string };
beforeAll(async () => {
  broker = await openRimBroker();
  directory = new TemporaryDirectory('millrace-tls-');
  tls = { httpTlsKey: `${directory.path}/key.pem`, httpTlsCert: `${directory.path}/cert.pem` };
  writeFileSync(tls.httpTlsKey, PRIVATE_KEY);
  writeFileSync(tls.httpTlsCert, CERTIFICATE);
});
afterAll(async () => {
  await broker.close();
  directory.remove();
});

test('over TLS too an offer of HTTP/2 is passed over', async () => {
  const rim = await broker.open(tls);
  const socket = connectTls({ port: rim.port, host: '127.0.0.1', rejectUnauthorized: false });
  const body = JSON.stringify({ name: 'sealed' });
  socket.write(
    `POST /topics HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n` +
      `HTTP2-Settings: AAMAAABk\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}` +
      'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  );
  let heard = '';
  for await (const chunk of socket) heard += String(chunk);
  expect(heard).toMatch(/^HTTP\/1\.1 201 [\s\S]*"sealed"[\s\S]*HTTP\/1\.1 200 /);
  await rim.close();
});

test('[H-18] a handshake of TLS that does not come, or is none, ends its connection', async () => {
  const rim = await broker.open({ ...tls, httpHeadersTimeout: 200 });
  const said = ['', 'GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\x02\x00\x01'];
  const heard = await Promise.all(said.map((text) => say(rim.port, text).heard));
  expect(heard).not.toContain('HTTP');
  await expect.poll(() => rim.metric('millrace_http_connections')).toBe(0);
  expect(await rim.metric(HANDSHAKES)).toBe(3);
  await rim.close();
});

test('[H-20] over TLS too an address has so many connections, and a place is free again after its connection', async () => {
  const rim = await broker.open({ ...tls, httpConnectionsPerAddress: 1 });
  const how = { port: rim.port, host: '127.0.0.1', rejectUnauthorized: false };
  const ask = async () => {
    const socket = connectTls(how);
    socket.on('error', () => undefined);
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    let answer = '';
    socket.on('data', (text) => {
      answer += String(text);
    });
    await new Promise((resolve) => socket.once('close', resolve));
    return answer;
  };
  const held = connectTls(how);
  await once(held, 'secureConnect');
  expect(await ask()).toBe('');
  held.destroy();
  await expect.poll(ask, { timeout: 20_000 }).toMatch(/^HTTP\/1\.1 200/);
  await rim.close();
});

test('[H-18] handshakes that stop, many at once, keep nobody out, and each is over in its time', async () => {
  const rim = await broker.open({ ...tls, httpHeadersTimeout: 1_500 });
  const said = ['', '\x16\x03\x01\x02\x00\x01'];
  const heard = Array.from({ length: 500 }, (_, at) => say(rim.port, said[at % 2] ?? '').heard);
  const good = connectTls({ port: rim.port, host: '127.0.0.1', rejectUnauthorized: false });
  good.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  let answer = '';
  for await (const chunk of good) answer += String(chunk);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  await Promise.all(heard);
  const counted = () => rim.metric(HANDSHAKES);
  await expect.poll(counted, { timeout: 20_000 }).toBeGreaterThanOrEqual(500);
  await expect
    .poll(() => rim.metric('millrace_http_connections'), { timeout: 20_000 })
    .toBeLessThanOrEqual(0);
  await rim.close();
});

test('requests whose caller goes away while they wait for their turn are over, and counted', async () => {
  const rim = await broker.open();
  await fetch(`${rim.url}/topics`, {
    method: 'POST',
    body: JSON.stringify({ name: 'queued' }),
    headers: { 'content-type': 'application/json' },
  });
  const wait =
    'GET /consume?topic=queued&group=queued&waitMs=20000 HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const warnings: string[] = [];
  const onWarning = ({ name }: Error) => void warnings.push(name);
  process.on('warning', onWarning);
  const { socket } = say(rim.port, wait.repeat(12));
  const running = () => rim.metric('millrace_http_requests_in_flight');
  await expect.poll(running).toBe(12);
  socket.destroy();
  await expect.poll(running).toBe(0);
  const given = 'millrace_http_requests_total{method="GET",route="/consume",status="499"}';
  expect(await rim.metric(given)).toBe(12);
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
  await rim.close();
});

test('[H-21] a path that cannot be decoded has its id as well', async () => {
  const rim = await broker.open();
  const reply = await fetch(`${rim.url}/topics/%ff`, { headers: { 'x-request-id': 'odd-1' } });
  expect([reply.status, reply.headers.get('x-request-id')]).toEqual([400, 'odd-1']);
  await rim.close();
});

test('[H-19] requests to nowhere count as well', async () => {
  const rim = await broker.open({ httpRateLimit: 5 });
  const answers = Array.from({ length: 40 }, () => fetch(`${rim.url}/nowhere`));
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(20);
  await rim.close();
});

test('[H-27] the address alone leads people to the page, and programs to the SQS API', async () => {
  const rim = await broker.open();
  const reply = await fetch(rim.url);
  expect([reply.status, reply.headers.get('cache-control')]).toEqual([200, 'no-cache']);
  expect(reply.headers.get('content-security-policy')).toContain("default-src 'self'");
  const listed = await fetch(rim.url, sqs('ListQueues', { QueueNamePrefix: 'none-of-these' }));
  expect([listed.status, await listed.json()]).toEqual([200, {}]);
  const query = await fetch(`${rim.url}/?Action=ListQueues`);
  expect(await query.text()).toContain('<ListQueuesResponse');
  await rim.close();
});
