// What operators do with many messages: decide about them at once, and search a log. Over a real broker.

import { Random } from '@millrace/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Json, RestBench } from './support/rest-bench.ts';

let bench: RestBench;
beforeAll(async () => {
  bench = await RestBench.start();
});
afterAll(() => bench.close());

async function done(asked: Promise<{ status: number; text: string; body: Json }>): Promise<Json> {
  const { status, text, body } = await asked;
  if (status >= 300) throw new Error(text);
  return body;
}
const get = (url: string) => done(bench.get(url));
const post = (url: string, body: unknown) => done(bench.post(url, body));

test('[H-29] many messages are decided about at once, each with its outcome', async () => {
  await post('/queues', { name: 'many' });
  const { results } = await post('/queues/many/messages', {
    messages: [1, 2, 3].map((payload) => ({ payload, delayMs: 600_000 })),
  });
  const ids = results.map(({ id }: Json) => id);
  const { results: later } = await post('/queues/many/messages', { messages: [{ payload: 4 }] });
  await post('/queues/many/receive', { max: 1 });
  const unknown = ids[0].replace(/.{4}$/, 'ffff');
  const told = await post('/queues/many/messages/cancel', {
    ids: [ids[1], unknown, later[0].id, ids[0]],
  });
  expect(told).toMatchObject({
    failed: 2,
    results: [
      { ok: true, id: ids[1] },
      { ok: false, id: unknown, code: 'OFFSET_OUT_OF_RANGE' },
      { ok: false, id: later[0].id, code: 'MESSAGE_LEASED' },
      { ok: true, id: ids[0] },
    ],
  });
  expect((await post('/queues/many/messages/retry', { ids: [ids[2]] })).failed).toBe(0);
  expect((await get('/queues/many/scheduled')).scheduled).toEqual([]);
  for (const bad of [[], [ids[0], ids[0]], ['nonsense'], Array(1_001).fill(ids[0])]) {
    const { status, body } = await bench.post('/queues/many/messages/retry', { ids: bad });
    expect([status, body.code]).toEqual([400, 'INVALID_REQUEST']);
  }
});

test('[H-31] a corrected copy of a dead letter goes where it came from, and the letter is done', async () => {
  await post('/queues', { name: 'mend' });
  const letter = { payload: { to: 'bbo' }, key: 'k', headers: { lang: 'en' } };
  await post('/queues/mend/messages', { messages: [letter] });
  const { messages } = await post('/queues/mend/receive', { max: 1 });
  const items = [{ receipt: messages[0].receipt, kind: 'reject', error: 'nobody' }];
  await post('/queues/mend/acknowledge', { items });
  await post('/queues', { name: 'mend.dlq' });
  const [dead] = (await get('/queues/mend.dlq/messages')).messages;
  const url = `/queues/mend.dlq/messages/${dead.id}`;
  for (const [body, field] of [
    [{ payload: 1, payloadText: 'x' }, 'payload'],
    [{ key: 'a', keyBase64: 'YQ==' }, 'keyBase64'],
    [{ tombstone: true, payload: 1 }, 'payload'],
    [{ payloadBase64: '?' }, 'payloadBase64'],
  ] as const) {
    const { status, body: problem } = await bench.post(`${url}/replace`, body);
    expect([status, problem.field]).toEqual([400, field]);
  }
  expect((await get(url)).state).toBe('fresh');
  const copy = await post(`${url}/replace`, { payload: { to: 'bob' } });
  expect(copy).toMatchObject({ topic: 'mend', partition: 0, offset: 1 });
  expect((await get(url)).state).toBe('acknowledged');
  const { message } = await get(`/queues/mend/messages/${copy.id}`);
  expect(message).toMatchObject({ payload: { to: 'bob' }, key: 'k' });
  expect(message.headers).toMatchObject({ lang: 'en' });
  expect(message.headers).not.toHaveProperty('millrace-dlq-reason');
  const again = await bench.post(`${url}/replace`, { payload: 1 });
  expect([again.status, again.body.code]).toEqual([409, 'ALREADY_RESOLVED']);
  expect((await get('/topics/mend/records')).endOffset).toBe(2);
});

test('[H-31] a copy keeps its time, its life and its deliveries', async () => {
  await post('/queues', { name: 'later' });
  const rules = { delayMs: 600_000, ttlMs: 1_000_000, maxDeliveries: 1 };
  const { results } = await post('/queues/later/messages', {
    messages: [
      { payload: 1, ...rules },
      { payload: 2, maxDeliveries: 1 },
    ],
  });
  const [delayed, plain] = results.map(({ id }: Json) => id);
  const copy = await post(`/queues/later/messages/${delayed}/replace`, { payload: 'later' });
  const other = await post(`/queues/later/messages/${plain}/replace`, { payload: 'now' });
  const { messages } = await post('/queues/later/receive', { max: 10 });
  expect(messages.map(({ id }: Json) => id)).toEqual([other.id]);
  const { scheduled } = await get('/queues/later/scheduled');
  expect(scheduled).toMatchObject([{ id: copy.id, deliveries: 0 }]);
  const { untilMs } = scheduled[0];
  expect(untilMs - (await get(`/queues/later/messages/${delayed}`)).appendedAtMs).toBeGreaterThan(
    590_000,
  );
  const items = [{ receipt: messages[0].receipt, kind: 'release', error: 'no' }];
  await post('/queues/later/acknowledge', { items });
  expect((await get(`/queues/later/messages/${other.id}`)).state).toBe('dead');
});

describe('the search of a log', () => {
  const PARTITIONS = 3;
  const COUNT = 700;
  const KEYS = ['k0', 'k1', 'k2', 'k3', 'k4', 'k5'];
  /** As they were appended: partition, time, key. */
  const sent: { n: number; partition: number; timestampMs: number; key: string }[] = [];

  beforeAll(async () => {
    const random = new Random(20_261_122);
    await post('/topics', { name: 'log', partitions: PARTITIONS });
    for (let at = 0; at < COUNT; at += 100) {
      const records = Array.from({ length: 100 }, (_, one) => {
        const n = at + one;
        const partition = n % PARTITIONS;
        const key = random.pick(KEYS);
        sent.push({ n, partition, timestampMs: 1_000_000 + n, key });
        // Some are large: windows of their neighbours are broken off.
        const payload = {
          n,
          deep: { odd: n % 2 === 1 },
          pad: 'x'.repeat(n % 50 === 0 ? 9_000 : 10),
        };
        const headers = n % 10 === 0 ? { kind: 'ten' } : {};
        return { payload, partition, timestampMs: 1_000_000 + n, key, headers };
      });
      const half = records.slice(0, 50);
      await post('/topics/log/records', { records: half });
      await post('/topics/log/records', { records: records.slice(50) });
    }
  });

  /** All answers, one after the other. */
  async function all(query: string): Promise<{ ns: number[]; answers: number; looked: number }> {
    const ns: number[] = [];
    let [answers, looked] = [0, 0];
    for (let from = ''; ; ) {
      const found = await get(`/topics/log/search?${query}${from}`);
      ns.push(...found.matches.map(({ payload }: Json) => payload.n));
      [answers, looked] = [answers + 1, looked + found.looked];
      if (found.next === null) return { ns, answers, looked };
      from = `&from=${encodeURIComponent(found.next)}`;
    }
  }
  const ns = (of: (one: (typeof sent)[number]) => boolean = () => true) =>
    sent.filter(of).map(({ n }) => n);

  test('[H-28] [H-30] goes through all of it in the order of time, page by page, nothing twice', async () => {
    const newest = await all('limit=90');
    expect(newest.ns).toEqual(ns().toReversed());
    expect([newest.answers, newest.looked]).toEqual([8, COUNT]);
    expect((await all('limit=500&order=oldest')).ns).toEqual(ns());
    const own = await all('partition=1&limit=7&order=oldest');
    expect(own.ns).toEqual(ns(({ partition }) => partition === 1));
  });

  test('[H-30] by key, header, text, and member of JSON, all together', async () => {
    const oldest = async (query: string) => (await all(`order=oldest&limit=500&${query}`)).ns;
    expect(await oldest('key=k3')).toEqual(ns(({ key }) => key === 'k3'));
    expect(await oldest('header=kind')).toEqual(ns(({ n }) => n % 10 === 0));
    expect(await oldest('header=kind&headerValue=eleven')).toEqual([]);
    expect(await oldest('text=%22n%22:69,')).toEqual([69]);
    expect(await oldest('field=n&value=17')).toEqual([17]);
    expect(await oldest('field=deep.odd&value=true')).toEqual(ns(({ n }) => n % 2 === 1));
    expect(await oldest('field=deep.none')).toEqual([]);
    expect(await oldest('field=toString')).toEqual([]);
    const both = ns(({ n, key }) => n % 10 === 0 && key === 'k1');
    expect(await oldest('header=kind&key=k1')).toEqual(both);
    expect((await all('header=kind&key=k1&limit=3')).ns).toEqual(both.toReversed());
  });

  test('[H-30] from an offset', async () => {
    const { matches } = await get('/topics/log/search?partition=0&from=10&limit=2');
    expect(matches.map(({ offset }: Json) => offset)).toEqual([10, 9]);
    const on = await get('/topics/log/search?partition=0&from=10&limit=2&order=oldest');
    expect(on.matches.map(({ offset }: Json) => offset)).toEqual([10, 11]);
    expect((await get('/topics/log/search?partition=0&from=999999&limit=1')).matches).toHaveLength(
      1,
    );
    const late = await get('/topics/log/search?from=999999&order=oldest');
    expect(late).toMatchObject({ matches: [], next: null });
  });

  test('[H-30] what makes no sense is refused', async () => {
    const bad: [string, string][] = [
      ['value=1', 'value'],
      ['headerValue=1', 'headerValue'],
      ['from=1&timestampMs=1', 'from'],
      ['from=n:1', 'from'],
      ['from=9999999999999999', 'from'],
      ['from=o:1,2,3', 'from'],
      ['from=n:1,2,99999999999999999999', 'from'],
      ['from=n:9999999999999999,1,1', 'from'],
      ['limit=501', 'limit'],
      ['order=odd', 'order'],
      [`text=${'x'.repeat(1_025)}`, 'text'],
    ];
    for (const [query, field] of bad) {
      const { status, body } = await bench.get(`/topics/log/search?${query}`);
      expect({ query, status, ...body }).toMatchObject({ query, status: 400, field });
    }
    // Places beyond the log are its ends.
    expect((await get('/topics/log/search?from=n:1,999999,0&limit=500')).looked).toBe(1 + 233);
    await post('/topics', { name: 'wide', partitions: 65 });
    const { body } = await bench.get('/topics/wide/search');
    expect(body).toMatchObject({ code: 'INVALID_REQUEST', field: 'partition' });
    expect(await get('/topics/wide/search?partition=64')).toMatchObject({ looked: 0, next: null });
  });
});
