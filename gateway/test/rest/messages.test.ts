// What REST promises of messages: stored as given, leased once, given back when nobody is there, said of one by one; and the
// same as native clients see it.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { codecs } from '@millrace/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Json, RestBench } from './support/rest-bench.ts';

let bench: RestBench;
let port = 0;
beforeAll(async () => {
  bench = await RestBench.start();
  await bench.app.listen({ host: '127.0.0.1', port: 0 });
  ({ port } = bench.app.server.address() as AddressInfo);
});
afterAll(() => bench.close());

let topic = '';
let count = 0;
beforeEach(async () => {
  count += 1;
  topic = `t${count}`;
  await bench.post('/topics', { name: topic });
});

const JSON_BODY = { 'content-type': 'application/json' };
const produce = (more: object) => bench.post('/produce', { topic, ...more });
const read = async (): Promise<Json[]> =>
  (await bench.get(`/topics/${topic}/records`)).body.records;
const consume = (query = '') => bench.get(`/consume?topic=${topic}&group=g-${topic}${query}`);
const stats = async () => (await bench.open.session.client.admin.counters(`g-${topic}`)).totals;

describe('produce', () => {
  it('stores JSON as it is written, and shows it so', async () => {
    const text = '{"n": 9007199254740993, "f":1.0, "é":"\\u00e9"}';
    const sent = await bench.post('/produce', `{"topic":"${topic}","payload":${text}}`, JSON_BODY);
    expect(sent.status).toBe(201);
    const { text: page } = await bench.get(`/topics/${topic}/records`);
    expect(page).toContain(`"payload":${text}`);
    const { value } = await native();
    expect(value).toBe(text);
  });

  it('takes what it gives: keys, headers and payloads of any bytes come back as they were', async () => {
    const binary = {
      payloadBase64: 'gP8=',
      keyBase64: '//8=',
      headers: { one: 'é', two: ['a', 'b'] },
      headersBase64: { raw: '/w==' },
    };
    expect((await produce(binary)).status).toBe(201);
    const [first] = await read();
    expect(first).toMatchObject({ ...binary, key: null });
    const { headers, headersBase64, keyBase64, payloadBase64 } = first;
    await produce({ headers, headersBase64, keyBase64, payloadBase64 });
    const [, second] = await read();
    expect({ ...second, offset: 0, id: '', timestampMs: 0 }).toEqual({
      ...first,
      offset: 0,
      id: '',
      timestampMs: 0,
    });
  });

  it.each([
    [{ payload: 1, payloadText: 'x' }, 'payload'],
    [{}, 'payload'],
    [{ tombstone: true, payload: 1 }, 'payload'],
    [{ payloadBase64: 'not base64' }, 'payloadBase64'],
    [{ payloadBase64: 'AA' }, 'payloadBase64'],
    [{ payload: 1, key: 'a', keyBase64: 'AAAA' }, 'keyBase64'],
    [{ payloadText: '\ud800' }, 'payloadText'],
    [{ payload: 1, key: '\ud800' }, 'key'],
    [{ payload: 1, headers: { h: '\udc00' } }, 'headers.h'],
    [{ payload: 1, delayMs: 0.5 }, 'delayMs'],
    [{ payload: 1, ttlMs: 0 }, 'ttlMs'],
    [{ payload: 1, dedupId: '' }, 'dedupId'],
    [{ payload: 1, partition: '0' }, 'partition'],
  ])('refuses %j for its %s', async (message, field) => {
    const { status, body } = await produce(message);
    expect({ status, field: body.field }).toEqual({ status: 400, field });
    expect(await read()).toEqual([]);
  });

  it('says that a message was there before', async () => {
    const first = await produce({ payload: 1, dedupId: 'a' });
    const again = await produce({ payload: 1, dedupId: 'a' });
    expect(again.body).toEqual({ ...first.body, duplicate: true });
    expect(await read()).toHaveLength(1);
  });

  it('gives each record of a batch its outcome, and sends none of a request that is wrong', async () => {
    const url = `/topics/${topic}/records`;
    const mixed = { records: [{ payload: 1 }, { payload: 2, partition: 3 }, { payload: 3 }] };
    const { status, body } = await bench.post(url, mixed);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      failed: 1,
      results: [{ ok: true, offset: 0 }, { ok: false, code: 'UNKNOWN_PARTITION' }, { ok: true }],
    });
    const wrong = await bench.post(url, { records: [{ payload: 4 }, { payloadBase64: '!' }] });
    expect(wrong.body).toMatchObject({ status: 400, field: 'records[1].payloadBase64' });
    expect((await read()).map(({ payload }) => payload)).toEqual([1, 3]);
    const query = await bench.post(`${url}?key=k`, { records: [{ payload: 1 }] });
    expect(query.body).toMatchObject({ status: 400, field: 'key' });
  });

  it('stores any body as it is, with key and headers of the request', async () => {
    const url = `/topics/${topic}/records`;
    const bytes = new Uint8Array([0, 255, 10]);
    const headers = { 'content-type': 'image/png', 'millrace-header-lang': 'en' };
    const sent = await bench.post(url, bytes, { ...headers, 'millrace-key': 'k' });
    expect(sent.status).toBe(201);
    expect(await read()).toMatchObject([
      { key: 'k', headers: { lang: 'en' }, payloadBase64: 'AP8K' },
    ]);
    const both = await bench.post(`${url}?key=a`, bytes, { ...headers, 'millrace-key': 'k' });
    expect(both.body).toMatchObject({ status: 400, field: 'key' });
  });
});

/** The first record as a native client reads it. */
async function native(): Promise<{ value: string }> {
  const { client } = bench.open.session;
  await using consumer = client.consumer({ topics: topic, codec: codecs.text, from: 'earliest' });
  for await (const { value } of consumer) return { value };
  throw new Error('there is no record');
}

describe('consume', () => {
  it('makes the group, leases each message once, and knows its own receipts', async () => {
    for (const n of [1, 2, 3]) await produce({ payload: n });
    const first = await consume('&max=2');
    const second = await consume('&max=2');
    const messages = [...first.body.messages, ...second.body.messages];
    expect(messages.map(({ payload }) => payload)).toEqual([1, 2, 3]);
    expect(first.headers['cache-control']).toBe('no-store');
    expect((await consume()).body).toEqual({ messages: [] });
    const { body } = await bench.post('/ack', { receipts: messages.map(({ receipt }) => receipt) });
    expect(body.failed).toBe(0);
    expect(await stats()).toMatchObject({ acknowledged: 3, leased: 0 });
  });

  it('does not lease for a HEAD, nor for pages of other sites', async () => {
    await produce({ payload: 1 });
    await consume('&max=1&visibilityTimeoutMs=0');
    const head = await bench.ask({
      method: 'HEAD',
      url: `/consume?topic=${topic}&group=g-${topic}`,
    });
    expect(head.status).toBe(405);
    expect(head.headers['allow']).toBe('GET');
    for (const site of ['cross-site', 'same-site']) {
      const { status } = await bench.get(`/consume?topic=${topic}&group=g-${topic}`, {
        'sec-fetch-site': site,
        'sec-fetch-mode': 'navigate',
      });
      expect(status).toBe(403);
    }
    // The lease of no time ends when the broker next looks for what is due; one that was given now would stay.
    await expect.poll(async () => (await stats()).leased).toBe(0);
  });

  it('answers when a message comes', async () => {
    await consume();
    const waiting = consume('&waitMs=20000');
    await produce({ payload: 'now' });
    expect((await waiting).body.messages).toMatchObject([{ payload: 'now' }]);
  });

  it('gives back what its caller does not stay for', async () => {
    await consume();
    for (let round = 0; round < 5; round += 1) {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(
        `GET /consume?topic=${topic}&group=g-${topic}&waitMs=20000 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`,
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
      // The message comes while the caller goes.
      const sent = produce({ payload: round });
      socket.destroy();
      await sent;
      const { body } = await consume('&waitMs=20000&max=10');
      expect(body.messages).toMatchObject([{ payload: round, deliveries: 1 }]);
      await bench.post('/ack', { receipts: [body.messages[0].receipt] });
    }
  });

  it('does not make a group of a topic that is not there', async () => {
    const { body } = await bench.get('/consume?topic=nothing&group=g-nothing');
    expect(body.code).toBe('UNKNOWN_TOPIC');
    expect((await bench.get('/groups/g-nothing')).status).toBe(404);
  });
});

describe('acknowledge', () => {
  const leased = async (messages: number): Promise<string[]> => {
    for (let n = 0; n < messages; n += 1) await produce({ payload: n });
    const { body } = await consume('&max=100');
    return body.messages.map(({ receipt }: Json) => receipt as string);
  };

  it('does what each item says, and says what became of each', async () => {
    const [a, b, c, d, e] = (await leased(5)) as [string, string, string, string, string];
    const { body } = await bench.post('/ack', {
      items: [
        { receipt: a, result: { big: 1 } },
        { receipt: b, kind: 'release', delayMs: 60_000, error: 'busy' },
        { receipt: c, kind: 'reject', error: 'bad' },
        { receipt: d, kind: 'extend', delayMs: 3_600_000 },
        { receipt: e, kind: 'return' },
        { receipt: 'nonsense' },
        { receipt: `g-${topic}:r1.1.0.-.0.0.999999` },
      ],
    });
    expect(body.failed).toBe(2);
    expect(body.results.map(({ ok }: Json) => ok)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(body.results[3].deadlineMs).toBeGreaterThan(Date.now() + 3_000_000);
    expect(await stats()).toMatchObject({
      acknowledged: 1,
      scheduled: 1,
      dead: 1,
      leased: 1,
    });
    const again = await bench.post('/ack', { receipts: [a, c] });
    expect(again.body.results.map(({ code }: Json) => code)).toEqual([
      'ALREADY_RESOLVED',
      'ALREADY_RESOLVED',
    ]);
  });

  it('keeps a result as it is written', async () => {
    const [receipt = ''] = await leased(1);
    const text = `{"items":[{"receipt":"${receipt}","result":{"n": 9007199254740993}}]}`;
    expect((await bench.post('/ack', text, JSON_BODY)).body.failed).toBe(0);
    const [{ id }] = await read();
    const { admin } = bench.open.session.client;
    const { result } = await admin.message(`g-${topic}`, id, { resultCodec: codecs.text });
    expect(result?.value).toBe('{"n": 9007199254740993}');
  });

  it('takes native receipts where the group is named, and those of several groups at a time', async () => {
    await produce({ payload: 1 });
    await bench.post('/groups', { group: `h-${topic}`, topics: [topic] });
    const own = (await consume()).body.messages[0].receipt as string;
    const other = (await bench.get(`/consume?topic=${topic}&group=h-${topic}`)).body.messages[0];
    const nativeReceipt = own.slice(own.indexOf(':') + 1);
    const { body } = await bench.post('/ack', { group: `h-${topic}`, receipts: [own] });
    expect(body.results[0]).toMatchObject({ ok: false, code: 'INVALID_REQUEST' });
    const both = await bench.post('/ack', { receipts: [own, other.receipt] });
    expect(both.body.failed).toBe(0);
    const late = await bench.post('/ack', { group: `g-${topic}`, receipts: [nativeReceipt] });
    expect(late.body.results[0].code).toBe('ALREADY_RESOLVED');
  });
});

describe('paths and methods', () => {
  it.each([
    ['PUT', '/topics', 'GET, HEAD, POST'],
    ['POST', '/consume', 'GET'],
    ['GET', '/ack', 'POST'],
    ['OPTIONS', '/groups/x', 'DELETE, GET, HEAD, PATCH'],
  ])('%s %s says what is allowed', async (method, url, allow) => {
    const { status, body, headers } = await bench.ask({ method, url, body: 'noise' });
    expect({ status, code: body.code, allow: headers['allow'] }).toEqual({
      status: 405,
      code: 'METHOD_NOT_ALLOWED',
      allow,
    });
  });

  it('what is nowhere, or cannot be read, is a problem like any other', async () => {
    expect((await bench.get('/nothing?x=1')).body.code).toBe('UNKNOWN_ROUTE');
    expect((await bench.get('/topics/%E0%A4%A')).body.code).toBe('MALFORMED_URL');
    expect((await bench.get(`/topics/${'n'.repeat(2_000)}`)).body.code).toBe('INVALID_NAME');
    const big = await bench.post('/produce', `"${'x'.repeat(200_000)}"`, JSON_BODY);
    expect(big.body).toMatchObject({ status: 413, limit: `${128 * 1024} bytes` });
  });

  it('names are what they are, however they are escaped', async () => {
    const name = 'n'.repeat(249);
    expect((await bench.post('/topics', { name })).status).toBe(201);
    const escaped = name.replaceAll('n', '%6e');
    expect((await bench.get(`/topics/${escaped}`)).body.name).toBe(name);
    expect((await bench.get('/topics/a%2Fb')).body.code).toBe('UNKNOWN_TOPIC');
  });
});
