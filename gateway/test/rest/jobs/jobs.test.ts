// Jobs over HTTP: an id now, a state and a result later, the same at every gateway.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gateways, until } from '../support/gateways.ts';

let gateways: Gateways;
beforeAll(async () => {
  gateways = await Gateways.start(2);
});
afterAll(() => gateways.close());

const enqueue = async (queue: string, more: object = {}) => {
  const { status, body, headers } = await gateways.post('/jobs', {
    queue,
    payload: { n: 1 },
    ...more,
  });
  expect(status).toBe(201);
  return { id: body.id as string, location: headers.get('location') as string, body };
};

const take = async (queue: string, more: object = {}) => {
  const { body } = await gateways.post(`/queues/${queue}/receive`, { waitMs: 5_000, ...more });
  return body.messages as { id: string; receipt: string; payload: unknown; deliveries: number }[];
};

describe('jobs', () => {
  it('makes the queue, and tells where the job is', async () => {
    const { id, location, body } = await enqueue('first');
    expect(body).toEqual({ id, queue: 'first', duplicate: false });
    expect(location).toBe(`/jobs/${id}`);
    const { status, body: job } = await gateways.get(location);
    expect(status).toBe(200);
    expect(job).toMatchObject({
      id,
      queue: 'first',
      state: 'fresh',
      attempts: 0,
      payload: { n: 1 },
      error: null,
      startedAtMs: null,
      finishedAtMs: null,
    });
    expect(job.enqueuedAtMs).toBeGreaterThan(Date.now() - 60_000);
    expect(job).not.toHaveProperty('result');
  });

  it('keeps state, attempts, error and result, and two gateways answer the same', async () => {
    const { id } = await enqueue('work');
    const [first] = await take('work');
    expect(first).toMatchObject({ id, payload: { n: 1 }, deliveries: 1 });
    expect((await gateways.get(`/jobs/${id}`, 1)).body).toMatchObject({
      state: 'leased',
      attempts: 1,
      workerId: 'rest',
    });
    const failed = { receipt: first?.receipt, kind: 'release', delayMs: 0, error: 'no mail today' };
    const released = await gateways.post('/queues/work/acknowledge', { items: [failed] });
    expect(released.body.failed).toBe(0);
    expect((await gateways.get(`/jobs/${id}`, 1)).body).toMatchObject({
      state: 'ready',
      attempts: 1,
      error: 'no mail today',
    });
    const [second] = await take('work');
    // Beyond what a double holds: the result is kept as it is written.
    await fetch(gateways.url('/queues/work/acknowledge'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"items":[{"receipt":"${second?.receipt}","result":{"sum":12345678901234567890}}]}`,
    });
    const texts = await Promise.all(
      [0, 1].map(async (at) => (await fetch(gateways.url(`/jobs/${id}`, at))).text()),
    );
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).toContain('"result":{"sum":12345678901234567890}');
    const { body: job } = await gateways.get(`/jobs/${id}`);
    expect(job).toMatchObject({ state: 'acknowledged', attempts: null });
    expect(job.finishedAtMs).toBeGreaterThanOrEqual(job.enqueuedAtMs);
  });

  it('is found by its id alone where the queue has another name than the topic', async () => {
    await gateways.post('/queues', { name: 'painters', topic: 'walls' });
    const { id, location } = await enqueue('painters');
    expect(location).toBe(`/jobs/${id}?queue=painters`);
    expect((await gateways.get(`/jobs/${id}`, 1)).body).toMatchObject({ queue: 'painters' });
    await gateways.post('/queues', { name: 'cleaners', topic: 'walls' });
    const { status, body } = await gateways.get(`/jobs/${id}`);
    expect([status, body.code, body.field]).toEqual([400, 'INVALID_REQUEST', 'queue']);
    expect((await gateways.get(location)).status).toBe(200);
  });

  it('waits for its delay, or runs at once when told to', async () => {
    const { id } = await enqueue('later', { delayMs: 3_600_000 });
    await until(async () => (await gateways.get(`/jobs/${id}`)).body.state === 'scheduled');
    expect(await take('later', { waitMs: 0 })).toEqual([]);
    const { status, body } = await gateways.post(`/jobs/${id}/retry`);
    expect([status, body.state]).toEqual([200, 'ready']);
    expect(await take('later')).toMatchObject([{ id }]);
  });

  it('is made once for a dedup id', async () => {
    const { id } = await enqueue('once', { dedupId: 'a' });
    const again = await enqueue('once', { dedupId: 'a' });
    expect(again.body).toEqual({ id, queue: 'once', duplicate: true });
  });

  it('is given up after its own attempts', async () => {
    const { id } = await enqueue('frail', { maxAttempts: 1 });
    const [job] = await take('frail');
    const items = [{ receipt: job?.receipt, kind: 'release', error: 'broken' }];
    await gateways.post('/queues/frail/acknowledge', { items });
    expect((await gateways.get(`/jobs/${id}`)).body).toMatchObject({
      state: 'dead',
      deadReason: 'exhausted',
      error: 'broken',
    });
    const { status, body } = await gateways.post(`/jobs/${id}/retry`);
    expect([status, body.code]).toEqual([409, 'ALREADY_RESOLVED']);
    expect(body.detail).toContain('The job is dead (exhausted).');
  });

  it('can be cancelled until a worker has it, and says what it is otherwise', async () => {
    const { id: waiting } = await enqueue('gone');
    const { id: running } = await enqueue('busy');
    expect((await gateways.ask('DELETE', `/jobs/${waiting}`)).status).toBe(204);
    expect((await gateways.get(`/jobs/${waiting}`)).body).toMatchObject({
      state: 'dead',
      deadReason: 'cancelled',
    });
    expect(await take('gone', { waitMs: 0 })).toEqual([]);
    const [job] = await take('busy');
    const refused = await gateways.ask('DELETE', `/jobs/${running}`);
    expect([refused.status, refused.body.code]).toEqual([409, 'MESSAGE_LEASED']);
    expect(refused.body.detail).toContain('The job is leased.');
    await gateways.post('/queues/busy/acknowledge', { receipts: [job?.receipt] });
    const late = await gateways.ask('DELETE', `/jobs/${running}`);
    expect([late.status, late.body.code]).toEqual([409, 'ALREADY_RESOLVED']);
    expect(late.body.detail).toContain('The job is acknowledged.');
  });

  it('lists by state, in pages', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push((await enqueue('many', { payload: n })).id);
    const first = await gateways.get('/jobs?queue=many&state=fresh&limit=3');
    expect(first.body.jobs.map((job: { payload: number }) => job.payload)).toEqual([0, 1, 2]);
    const rest = await gateways.get(`/jobs?queue=many&state=fresh&from=${first.body.next}`);
    expect(rest.body.jobs.map((job: { id: string }) => job.id)).toEqual(ids.slice(3));
    expect(rest.body.next).toBeNull();
    expect((await gateways.get('/jobs?queue=many&state=leased')).body.jobs).toEqual([]);
  });

  it('may be made by two gateways at the same moment', async () => {
    const replies = await Promise.all(
      [0, 1, 0, 1].map((at) => gateways.post('/jobs', { queue: 'race', payload: at }, at)),
    );
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect((await gateways.get('/queues/race')).body.states.fresh).toBe(4);
  });

  it('makes a queue anew that was deleted a moment ago', async () => {
    await enqueue('again');
    expect((await gateways.ask('DELETE', '/queues/again')).status).toBe(204);
    const { id } = await enqueue('again');
    expect((await gateways.get(`/jobs/${id}`, 1)).body.state).toBe('fresh');
  });

  it.each([
    ['POST', '/jobs', {}, 400, 'INVALID_REQUEST'],
    ['POST', '/jobs', { queue: 'x' }, 400, 'INVALID_REQUEST'],
    ['POST', '/jobs', { queue: '../x', payload: 1 }, 400, 'INVALID_NAME'],
    ['POST', '/jobs', { queue: 'x', payload: 1, delayMs: -1 }, 400, 'INVALID_REQUEST'],
    ['POST', '/jobs', { queue: 'x', payload: 1, maxAttempts: 0 }, 400, 'INVALID_REQUEST'],
    ['POST', '/jobs', { queue: 'x', payload: 1, topic: 'y' }, 400, 'INVALID_REQUEST'],
    ['GET', '/jobs/nonsense', undefined, 400, 'INVALID_REQUEST'],
    ['GET', '/jobs/ffffffff-0000-8000-8000-000000000000', undefined, 404, 'UNKNOWN_TOPIC'],
    ['DELETE', '/jobs/nonsense', undefined, 400, 'INVALID_REQUEST'],
    ['GET', '/jobs?queue=nobody&state=fresh', undefined, 404, 'UNKNOWN_GROUP'],
    ['GET', '/jobs?queue=many&state=odd', undefined, 400, 'INVALID_REQUEST'],
    [
      'GET',
      '/jobs?queue=many&state=fresh&from=9:9999999999999999',
      undefined,
      400,
      'INVALID_REQUEST',
    ],
  ])('%s %s %j is refused', async (method, path, body, status, code) => {
    const reply = await gateways.ask(method, path, body);
    expect([reply.status, reply.body.code]).toEqual([status, code]);
  });

  it('leaves no queue behind where the job is refused', async () => {
    await gateways.post('/jobs', { queue: 'never', payload: 1, payloadText: 'two' });
    expect((await gateways.get('/queues/never')).status).toBe(404);
  });
});
