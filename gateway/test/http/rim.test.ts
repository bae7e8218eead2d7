// What holds for every request, whatever its route: ids, limits, rates, pages from elsewhere, and the end in order. Rules:
// docs/semantics/http.md.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRimBroker, type RimBroker, type RimGateway, say, sqs, told } from './open-rim.ts';

let broker: RimBroker;

beforeAll(async () => {
  broker = await openRimBroker();
});

afterAll(async () => {
  await broker.close();
});

const JSON_TYPE = { 'content-type': 'application/json' };

describe('with the options as they are', () => {
  let rim: RimGateway;
  beforeAll(async () => {
    rim = await broker.open();
  });
  afterAll(() => rim.close());

  test('[H-21] a sane request id is taken over, any other replaced; log and problem name it', async () => {
    const named = await fetch(`${rim.url}/nowhere`, {
      headers: { 'x-request-id': 'a.b:c/1=2+3-4_5' },
    });
    expect(named.headers.get('x-request-id')).toBe('a.b:c/1=2+3-4_5');
    expect(await named.json()).toMatchObject({
      requestId: 'a.b:c/1=2+3-4_5',
      code: 'UNKNOWN_ROUTE',
    });
    await expect.poll(() => rim.lines.some((line) => line.includes('a.b:c/1=2+3-4_5'))).toBe(true);
    for (const id of ['', 'a b', 'x'.repeat(129), '<script>', '"']) {
      const reply = await fetch(`${rim.url}/healthz`, { headers: { 'x-request-id': id } });
      expect(reply.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
    const signed = await fetch(rim.url, sqs('ListQueues', {}, { 'x-request-id': 'sqs-1' }));
    expect(signed.headers.get('x-amzn-requestid')).toBe('sqs-1');
  });

  test('[H-10] what the guard refuses has the shape of its side, and is counted', async () => {
    const count = 'millrace_http_refused_requests_total{reason="origin"}';
    const before = (await rim.metric(count)) ?? 0;
    const origin = { origin: 'https://evil.example' };
    expect(await told(fetch(`${rim.url}/topics`, { headers: origin }))).toBe(
      '403 FORBIDDEN_ORIGIN',
    );
    const produce = {
      method: 'POST',
      body: 'x',
      headers: { ...origin, 'content-type': 'text/plain' },
    };
    expect(await told(fetch(`${rim.url}/produce`, produce))).toBe('403 FORBIDDEN_ORIGIN');
    expect(await told(fetch(`${rim.url}/nowhere`, { headers: origin }))).toBe(
      '403 FORBIDDEN_ORIGIN',
    );
    expect(await told(fetch(rim.url, sqs('ListQueues', {}, origin)))).toBe(
      '403 AccessDeniedException',
    );
    const form = await fetch(`${rim.url}/queue`, {
      method: 'POST',
      body: 'Action=DeleteQueue',
      headers: { ...origin, 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(form.status).toBe(403);
    expect(await form.text()).toContain('<Code>AccessDenied</Code>');
    expect(await rim.metric(count)).toBe(before + 5);
  });

  test('[H-6] however its path is written, a link from elsewhere takes no message', async () => {
    for (const path of ['/consume', '/%63onsume', '/c%6Fnsume']) {
      const { heard } = say(
        rim.port,
        `GET ${path}?topic=a&group=b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n` +
          'Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n\r\n',
      );
      expect(`${path} ${await heard}`).toMatch(/HTTP\/1\.1 403 [\s\S]*"code":"FORBIDDEN_ORIGIN"/);
    }
  });

  test('[H-10] a foreign name is refused on REST, and the opening of a WebSocket from elsewhere', async () => {
    const { heard } = say(
      rim.port,
      'GET /topics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    );
    expect(await heard).toMatch(/^HTTP\/1\.1 403 [\s\S]*"code":"FORBIDDEN"/);
    const upgrade = say(
      rim.port,
      'GET /live HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nConnection: Upgrade\r\n' +
        'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    expect(await upgrade.heard).toMatch(/^HTTP\/1\.1 403 /);
  });

  test('an offer of HTTP/2 over plain text is passed over, body and all', async () => {
    const body = JSON.stringify({ name: 'offered' });
    const offer = say(
      rim.port,
      `POST /topics HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n` +
        `HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    const heard = await offer.heard;
    expect(heard).toMatch(
      /^HTTP\/1\.1 201 [\s\S]*"offered"[\s\S]*HTTP\/1\.1 200 [\s\S]*{"status":"ok"}$/,
    );
  });

  test('open feeds are counted by kind until they end', async () => {
    const feeds = async () => [
      await rim.metric('millrace_http_feeds{kind="websocket"}'),
      await rim.metric('millrace_http_feeds{kind="sse"}'),
    ];
    const events = await fetch(`${rim.url}/live`);
    const socket = say(
      rim.port,
      'GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await expect.poll(feeds).toEqual([1, 1]);
    await events.body?.cancel();
    socket.socket.destroy();
    await expect.poll(feeds).toEqual([0, 0]);
  });

  test('[H-9] nobody else may read answers', async () => {
    const preflight = await fetch(`${rim.url}/produce`, {
      method: 'OPTIONS',
      headers: { origin: 'https://console.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(403);
    const ours = await fetch(`${rim.url}/topics`, { headers: { origin: rim.url } });
    expect(ours.status).toBe(200);
    for (const reply of [preflight, ours]) {
      expect(reply.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  test('[H-17] a head that is too large is 431, something else than HTTP 400', async () => {
    const large = say(
      rim.port,
      `GET /topics HTTP/1.1\r\nHost: localhost\r\nX-Large: ${'a'.repeat(40_000)}\r\n\r\n`,
    );
    expect(await large.heard).toMatch(/^HTTP\/1\.1 431 [\s\S]*"code":"HEADERS_TOO_LARGE"/);
    const odd = say(rim.port, '\x16\x03\x01\x02 not HTTP\r\n\r\n');
    expect(await odd.heard).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"MALFORMED_BODY"/);
    expect(await rim.metric('millrace_http_refused_requests_total{reason="headers"}')).toBe(1);
    expect(await rim.metric('millrace_http_refused_requests_total{reason="malformed"}')).toBe(1);
  });

  test('health, readiness and metrics; requests are counted by route and status', async () => {
    const health = await fetch(`${rim.url}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
    const ready = await fetch(`${rim.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
    await fetch(`${rim.url}/groups`);
    const page = await fetch(`${rim.url}/metrics`);
    expect(page.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await page.text()).toContain('millrace_gateway_ready 1\n');
    expect(
      await rim.metric('millrace_http_requests_total{method="GET",route="/groups",status="200"}'),
    ).toBe(1);
    expect(
      await rim.metric(
        'millrace_http_request_duration_seconds_count{method="GET",route="/groups"}',
      ),
    ).toBe(1);
    await fetch(`${rim.url}/groups/%7Bsecret`);
    expect(await rim.gateway.metrics()).not.toContain('secret');
  });
});

test('[H-17] a body that is too large is 413 on both sides', async () => {
  const rim = await broker.open({ httpBodyBytes: 1_000 });
  const body = JSON.stringify({ text: 'x'.repeat(2_000) });
  const produce = fetch(`${rim.url}/produce`, { method: 'POST', body, headers: JSON_TYPE });
  expect(await told(produce)).toBe('413 BODY_TOO_LARGE');
  const send = await fetch(rim.url, sqs('SendMessage', { MessageBody: 'x'.repeat(2_000) }));
  expect(send.status).toBe(413);
  await rim.close();
});

test('[H-18] a head or a body that does not come is 408', { timeout: 20_000 }, async () => {
  const rim = await broker.open({ httpHeadersTimeout: 200, httpRequestTimeout: 300 });
  const head = say(rim.port, 'GET /topics HTTP/1.1\r\nHost: loc');
  const body = say(
    rim.port,
    'POST /produce HTTP/1.1\r\nHost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\nabc',
  );
  for (const { heard } of [head, body]) {
    expect(await heard).toMatch(/^HTTP\/1\.1 408 [\s\S]*"code":"REQUEST_TIMEOUT"/);
  }
  expect(await rim.metric('millrace_http_refused_requests_total{reason="timeout"}')).toBe(2);
  await rim.close();
});

test('[H-19] more requests a second than an address may send', async () => {
  const rim = await broker.open({ httpRateLimit: 5 });
  const answers = Array.from({ length: 40 }, () => fetch(`${rim.url}/topics`));
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(20);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(5);
  const refused = (
    await Promise.all(Array.from({ length: 10 }, () => fetch(`${rim.url}/topics`)))
  ).at(-1);
  expect(refused?.headers.get('retry-after')).toBe('1');
  expect(await refused?.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
  const actions = Array.from({ length: 20 }, () => told(fetch(rim.url, sqs('ListQueues', {}))));
  expect(await Promise.all(actions)).toContain('403 RequestThrottled');
  expect((await fetch(`${rim.url}/healthz`)).status).toBe(200);
  await rim.close();
});

test('[H-20] connections above the limit are closed', async () => {
  const rim = await broker.open({ httpConnectionsMax: 2 });
  const first = [say(rim.port, ''), say(rim.port, '')];
  await expect.poll(() => rim.metric('millrace_http_connections')).toBe(2);
  expect(await say(rim.port, '').heard).toBe('');
  for (const { socket } of first) socket.destroy();
  await rim.close();
});

test('[H-20] connections of one address above its limit are closed and counted; a place is free again after its connection', async () => {
  const rim = await broker.open({ httpConnectionsPerAddress: 2 });
  const offer =
    'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';
  // One whose request for another protocol is passed over is one, though the server gets it twice.
  const first = [say(rim.port, offer), say(rim.port, '')];
  await expect.poll(() => first[0]?.socket.bytesRead, { timeout: 20_000 }).toBeGreaterThan(0);
  await expect
    .poll(() => rim.metric('millrace_http_connections'), { timeout: 20_000 })
    .toBeGreaterThanOrEqual(2);
  expect(await say(rim.port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n').heard).toBe('');
  expect(await rim.metric('millrace_http_refused_requests_total{reason="connections"}')).toBe(1);
  for (const { socket } of first) socket.destroy();
  const last = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  await expect
    .poll(() => say(rim.port, last).heard, { timeout: 20_000 })
    .toMatch(/^HTTP\/1\.1 200/);
  await rim.close();
});

test('a port in use is said by its flag', async () => {
  const rim = await broker.open();
  await expect(broker.open({ httpPort: rim.port })).rejects.toThrow(
    `127.0.0.1:${rim.port} is in use, perhaps by another gateway; choose another port with --http-port.`,
  );
  await rim.close();
});

test('[H-22] told to stop, it answers what waits, and closes connections', async () => {
  const rim = await broker.open();
  const made = await fetch(rim.url, sqs('CreateQueue', { QueueName: 'drained' }));
  const { QueueUrl } = (await made.json()) as { QueueUrl: string };
  const receive = { QueueUrl, WaitTimeSeconds: 20 };
  const waiting = Array.from({ length: 5 }, () => fetch(rim.url, sqs('ReceiveMessage', receive)));
  await expect.poll(() => rim.metric('millrace_http_waiting_receives')).toBe(5);
  const idle = say(rim.port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await expect.poll(() => idle.socket.bytesRead).toBeGreaterThan(0);
  const beganAtMs = performance.now();
  await rim.close();
  expect(performance.now() - beganAtMs).toBeLessThan(10_000);
  for (const answer of waiting) {
    const reply = await answer;
    expect(reply.status).toBe(200);
    expect(((await reply.json()) as { Messages?: unknown[] }).Messages ?? []).toEqual([]);
  }
  expect(await idle.heard).toContain('200 OK');
  await expect(fetch(`${rim.url}/healthz`)).rejects.toThrow('fetch failed');
});
