// Queues over HTTP: making, describing and deleting them, and the work of those who send and receive.
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gateways, until } from '../support/gateways.ts';

let gateways: Gateways;
beforeAll(async () => {
  gateways = await Gateways.start();
});
afterAll(() => gateways.close());

type Leased = { id: string; receipt: string; payload: unknown; deliveries: number; topic: string };

const make = async (name: string, more: object = {}) => {
  const { status, body } = await gateways.post('/queues', { name, ...more });
  expect(status).toBe(201);
  return body;
};
const enqueue = async (queue: string, ...payloads: unknown[]) => {
  const messages = payloads.map((payload) => ({ payload }));
  const { status, body } = await gateways.post(`/queues/${queue}/messages`, { messages });
  expect([status, body.failed]).toEqual([200, 0]);
  return body.results.map(({ id }: { id: string }) => id) as string[];
};
const take = async (queue: string, more: object = {}) => {
  const { status, body } = await gateways.post(`/queues/${queue}/receive`, {
    max: 10,
    waitMs: 5_000,
    ...more,
  });
  expect(status).toBe(200);
  return body.messages as Leased[];
};
const states = async (queue: string) => (await gateways.get(`/queues/${queue}`)).body.states;

describe('making and looking', () => {
  it('makes topic and group in one go, and describes both', async () => {
    const made = await make('orders', {
      partitions: 2,
      settings: { visibilityTimeoutMs: 5_000, maxDeliveries: 2, deadLetterTopic: 'orders.dead' },
      topicSettings: { dedupWindowMs: 60_000 },
    });
    expect(made).toMatchObject({
      name: 'orders',
      settings: { visibilityTimeoutMs: 5_000, maxDeliveries: 2, backoff: 'exponential' },
      topics: [{ topic: 'orders', deadLetterTopic: 'orders.dead' }],
    });
    const topic = await gateways.client.admin.describeTopic('orders');
    expect(topic.partitions).toHaveLength(2);
    expect(topic.config?.dedupWindowMs).toBe(60_000);
    const { body } = await gateways.get('/queues/orders');
    expect(body).toMatchObject({ ...made, oldestAgeMs: null });
    expect(body.states).toMatchObject({ fresh: 0, ready: 0, leased: 0, acknowledged: 0 });
  });

  it('makes the group that is missing over a topic, unless other settings of the topic are asked for', async () => {
    await gateways.client.admin.createTopic({ name: 'half', partitions: 3 });
    const other = await gateways.post('/queues', { name: 'half', partitions: 4 });
    expect([other.status, other.body.code]).toEqual([409, 'TOPIC_EXISTS']);
    expect((await gateways.get('/queues/half')).status).toBe(404);
    await make('half', { partitions: 3 });
  });

  it('leaves no topic behind where the group is refused', async () => {
    const settings = { ordering: 'key', fairness: 'tenant' };
    const { status, body } = await gateways.post('/queues', { name: 'odd', settings });
    expect([status, body.code]).toEqual([400, 'INVALID_CONFIG']);
    const names = (await gateways.client.admin.listTopics()).map(({ name }) => name);
    expect(names).not.toContain('odd');
    expect((await gateways.post('/queues', { name: 'odd' })).status).toBe(201);
  });

  it('refuses a name that is taken, and takes nothing away from who has it', async () => {
    await make('mine');
    await enqueue('mine', 1);
    const { status, body } = await gateways.post('/queues', { name: 'mine' });
    expect([status, body.code]).toEqual([409, 'GROUP_EXISTS']);
    expect((await states('mine')).fresh).toBe(1);
  });

  it('lists by name, in pages', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await make(name);
    const { body } = await gateways.get('/queues?after=page&limit=2');
    expect(body.queues.map(({ name }: { name: string }) => name)).toEqual(['page-a', 'page-b']);
    const rest = await gateways.get(`/queues?after=${body.next}&limit=1`);
    expect(rest.body.queues).toMatchObject([{ name: 'page-c' }]);
  });

  it('deletes group and topic, only the group where the topic is another, and nothing where it is in use', async () => {
    await make('short');
    expect((await gateways.ask('DELETE', '/queues/short')).status).toBe(204);
    await expect(gateways.client.admin.describeTopic('short')).rejects.toThrow('short');
    await make('view', { topic: 'shared' });
    expect((await gateways.ask('DELETE', '/queues/view')).status).toBe(204);
    expect((await gateways.client.admin.describeTopic('shared')).name).toBe('shared');
    await make('source', { settings: { deadLetterTopic: 'sink' } });
    await make('sink');
    const { status, body } = await gateways.ask('DELETE', '/queues/sink');
    expect([status, body.code]).toEqual([409, 'TOPIC_IN_USE']);
    expect((await gateways.get('/queues/sink')).status).toBe(200);
    expect((await gateways.ask('DELETE', '/queues/source?keepTopic=true')).status).toBe(204);
    expect((await gateways.client.admin.describeTopic('source')).name).toBe('source');
  });
});

describe('work', () => {
  it('enqueues, receives, extends, acknowledges', async () => {
    await make('plain');
    const one = await gateways.post('/queues/plain/messages', {
      payload: { to: 'bob' },
      key: 'k',
      headers: { trace: 't1' },
    });
    expect(one.status).toBe(201);
    expect(one.body).toMatchObject({ topic: 'plain', partition: 0, offset: 0, duplicate: false });
    const [message] = await take('plain', { visibilityTimeoutMs: 60_000 });
    expect(message).toMatchObject({
      id: one.body.id,
      payload: { to: 'bob' },
      key: 'k',
      headers: { trace: 't1' },
      deliveries: 1,
    });
    const receipt = message?.receipt;
    const beat = await gateways.post('/queues/plain/visibility', {
      items: [{ receipt, visibilityTimeoutMs: 600_000 }],
    });
    expect(beat.body.failed).toBe(0);
    expect(beat.body.results[0].deadlineMs).toBeGreaterThan(Date.now() + 500_000);
    const done = await gateways.post('/queues/plain/acknowledge', { receipts: [receipt] });
    expect(done.body).toMatchObject({ failed: 0, results: [{ ok: true, receipt }] });
    const again = await gateways.post('/queues/plain/acknowledge', {
      receipts: [receipt, 'nonsense'],
    });
    expect(again.body).toMatchObject({
      failed: 2,
      results: [
        { ok: false, code: 'ALREADY_RESOLVED' },
        { ok: false, code: 'UNKNOWN_RECEIPT' },
      ],
    });
    expect(await states('plain')).toMatchObject({ fresh: 0, leased: 0, acknowledged: 1 });
  });

  it('is interoperable with a native worker, both ways', async () => {
    await make('both');
    await gateways.client.producer().send({ topic: 'both', value: 'from afar' });
    expect(await take('both')).toMatchObject([{ payloadText: 'from afar' }]);
    await enqueue('both', { n: 2 });
    const [native] = await gateways.client.queue('both').receive({ topics: 'both' });
    expect(native?.value).toBe('{"n":2}');
  });

  it('takes from several topics in their order, or from the one that is named', async () => {
    await make('urgent');
    await make('slow');
    await gateways.client.admin.createShareGroup({ group: 'desk', topics: ['urgent', 'slow'] });
    await enqueue('slow', 's');
    await enqueue('urgent', 'u1');
    await enqueue('urgent', 'u2');
    expect((await take('desk', { max: 1 })).map(({ payload }) => payload)).toEqual(['u1']);
    const { body } = await gateways.post('/queues/desk/receive?topic=slow', { max: 10 });
    expect(body.messages).toMatchObject([{ topic: 'slow', payload: 's' }]);
    const vague = await gateways.post('/queues/desk/messages', { payload: 1 });
    expect([vague.status, vague.body.field]).toEqual([400, 'topic']);
    const odd = await gateways.post('/queues/desk/messages?topic=both', { payload: 1 });
    expect([odd.status, odd.body.code]).toEqual([404, 'TOPIC_NOT_IN_GROUP']);
  });

  it('gives the same leases to the same attempt', async () => {
    await make('attempts');
    await enqueue('attempts', 1, 2);
    const once = await take('attempts', { max: 1, attemptId: 'a1' });
    const twice = await take('attempts', { max: 1, attemptId: 'a1' });
    expect(twice).toEqual(once);
  });

  it('gives a message back whose receiver has gone away', async () => {
    await make('dropped');
    const waiting = request(gateways.url('/queues/dropped/receive'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    waiting.on('error', () => {});
    waiting.end('{"waitMs":20000}');
    const { tally } = gateways.at().open;
    await until(async () => tally.waiting === 1);
    waiting.destroy();
    await until(async () => tally.waiting === 0);
    await enqueue('dropped', 1);
    const [message] = await take('dropped');
    expect(message).toMatchObject({ payload: 1, deliveries: 1 });
  });
});

describe('bad requests', () => {
  beforeAll(() => make('strict'));

  it.each([
    ['POST', '/queues', {}, 400, 'INVALID_REQUEST', 'name'],
    ['POST', '/queues', { name: 'a/b' }, 400, 'INVALID_NAME', 'name'],
    [
      'POST',
      '/queues',
      { name: 'q', settings: { maxDeliveries: -1 } },
      400,
      'INVALID_REQUEST',
      'settings.maxDeliveries',
    ],
    [
      'POST',
      '/queues',
      { name: 'q', settings: { colour: 1 } },
      400,
      'INVALID_REQUEST',
      'settings.colour',
    ],
    ['POST', '/queues', { name: 'q', partitions: 0 }, 400, 'INVALID_REQUEST', 'partitions'],
    ['GET', '/queues/nobody', undefined, 404, 'UNKNOWN_GROUP', 'group'],
    ['DELETE', '/queues/nobody', undefined, 404, 'UNKNOWN_GROUP', 'group'],
    ['POST', '/queues/nobody/messages', { payload: 1 }, 404, 'UNKNOWN_GROUP', 'group'],
    ['POST', '/queues/nobody/receive', {}, 404, 'UNKNOWN_GROUP', 'group'],
    ['POST', '/queues/strict/messages', {}, 400, 'INVALID_REQUEST', 'payload'],
    [
      'POST',
      '/queues/strict/messages',
      { payload: 1, messages: [{ payload: 2 }] },
      400,
      'INVALID_REQUEST',
      'payload',
    ],
    ['POST', '/queues/strict/messages', { messages: [] }, 400, 'INVALID_REQUEST', 'messages'],
    [
      'POST',
      '/queues/strict/messages',
      { messages: [{ payload: 1 }, {}] },
      400,
      'INVALID_REQUEST',
      'messages[1].payload',
    ],
    ['POST', '/queues/strict/receive', { max: 0 }, 400, 'INVALID_REQUEST', 'max'],
    ['POST', '/queues/strict/receive', { waitMs: 20_001 }, 400, 'INVALID_REQUEST', 'waitMs'],
    ['POST', '/queues/strict/receive', { maximum: 1 }, 400, 'INVALID_REQUEST', 'maximum'],
    ['POST', '/queues/strict/acknowledge', {}, 400, 'INVALID_REQUEST', undefined],
    [
      'POST',
      '/queues/strict/acknowledge',
      { items: [{ receipt: 'x', kind: 'eat' }] },
      400,
      'INVALID_REQUEST',
      'items[0].kind',
    ],
    [
      'POST',
      '/queues/strict/visibility',
      { items: [{ receipt: 'x' }] },
      400,
      'INVALID_REQUEST',
      'items[0].visibilityTimeoutMs',
    ],
  ])('%s %s %j', async (method, path, body, status, code, field) => {
    const reply = await gateways.ask(method, path, body);
    expect([reply.status, reply.body.code, reply.body.field]).toEqual([status, code, field]);
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
  });

  it('says of receipts of another queue that they are', async () => {
    const receipts = ['other:r1.1.0.-.0.0.1'];
    const { body } = await gateways.post('/queues/strict/acknowledge', { receipts });
    expect(body).toMatchObject({ failed: 1, results: [{ ok: false, code: 'INVALID_REQUEST' }] });
  });
});
