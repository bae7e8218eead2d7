// Messages of a queue for who looks at them and decides about them; purge, redrive, tasks; counts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gateways, until } from '../support/gateways.ts';

let gateways: Gateways;
beforeAll(async () => {
  gateways = await Gateways.start();
});
afterAll(() => gateways.close());

const make = (name: string, more: object = {}) => gateways.post('/queues', { name, ...more });
const enqueue = async (queue: string, ...messages: object[]) => {
  const { body } = await gateways.post(`/queues/${queue}/messages`, { messages });
  expect(body.failed).toBe(0);
  return body.results.map(({ id }: { id: string }) => id) as string[];
};
const take = async (queue: string, max = 10) => {
  const { body } = await gateways.post(`/queues/${queue}/receive`, { max, waitMs: 5_000 });
  return body.messages as { id: string; receipt: string; payload: unknown }[];
};
const list = async (queue: string, query = '') =>
  (await gateways.get(`/queues/${queue}/messages?${query}`)).body;
const view = async (queue: string, id: string) =>
  (await gateways.get(`/queues/${queue}/messages/${id}`)).body;
const n = (count: number) => Array.from({ length: count }, (_, at) => ({ payload: at }));

describe('looking', () => {
  it('shows every message with its state, deliveries and last error', async () => {
    await make('mixed');
    await enqueue('mixed', ...n(4));
    const [done, failed] = await take('mixed', 3);
    await gateways.post('/queues/mixed/acknowledge', {
      receipts: [done?.receipt],
      items: [{ receipt: failed?.receipt, kind: 'release', delayMs: 60_000, error: 'no' }],
    });
    const { messages, next } = await list('mixed');
    expect(next).toBeNull();
    expect(messages).toMatchObject([
      { offset: 0, state: 'acknowledged', message: { payload: 0 } },
      { offset: 1, state: 'scheduled', deliveries: 1, lastError: 'no', message: { payload: 1 } },
      { offset: 2, state: 'leased', memberId: 'rest', message: { payload: 2 } },
      { offset: 3, state: 'fresh', deliveries: 0, message: { payload: 3 } },
    ]);
    const leased = await list('mixed', 'state=leased&content=false');
    expect(leased.messages).toMatchObject([{ offset: 2 }]);
    expect(leased.messages[0]).not.toHaveProperty('message');
  });

  it('pages through partitions without gap or double, with and without a state', async () => {
    await make('wide', { partitions: 3 });
    const ids = await enqueue('wide', ...n(20).map((one, at) => ({ ...one, partition: at % 3 })));
    for (const query of ['', 'state=fresh', 'state=fresh&content=false']) {
      const seen: string[] = [];
      for (let from = '0:0'; ; ) {
        const { messages, next } = await list('wide', `${query}&limit=3&from=${from}`);
        expect(messages.length).toBeLessThanOrEqual(3);
        seen.push(...messages.map(({ id }: { id: string }) => id));
        if (next === null) break;
        from = next;
      }
      expect(seen.toSorted()).toEqual(ids.toSorted());
    }
    const { messages } = await list('wide', 'partition=2');
    expect(messages).toHaveLength(6);
  });

  it('ends a page early where messages are large', async () => {
    await make('large');
    await enqueue('large', ...n(6).map(() => ({ payloadText: 'x'.repeat(900_000) })));
    for (const query of ['', 'state=fresh']) {
      const { messages, next } = await list('large', query);
      expect(messages.length).toBeGreaterThan(0);
      expect(messages.length).toBeLessThan(6);
      expect(next).toBe(`0:${messages.length}`);
    }
  });

  it('shows one message by its id, with its result', async () => {
    await make('single');
    const [id = ''] = await enqueue('single', { payload: 'hello', key: 'k' });
    const [message] = await take('single');
    await gateways.post('/queues/single/acknowledge', {
      items: [{ receipt: message?.receipt, result: [1, 2] }],
    });
    expect(await view('single', id)).toMatchObject({
      id,
      state: 'acknowledged',
      message: { payload: 'hello', key: 'k' },
      result: { payload: [1, 2] },
    });
  });
});

describe('deciding', () => {
  it('retries, reschedules, cancels and dead-letters', async () => {
    await make('desk');
    const later = { payload: 1, delayMs: 3_600_000 };
    const [a = '', b = '', c = '', d = ''] = await enqueue('desk', later, later, later, later);
    const at = (id: string, what: string, body?: object) =>
      gateways.post(`/queues/desk/messages/${id}/${what}`, body);
    await until(async () => (await view('desk', d)).state === 'scheduled');
    expect((await at(a, 'retry')).status).toBe(204);
    expect((await at(b, 'reschedule', { delayMs: 7_200_000 })).status).toBe(204);
    expect((await at(c, 'cancel')).status).toBe(204);
    expect((await at(d, 'dead-letter')).status).toBe(204);
    expect((await view('desk', a)).state).toBe('ready');
    expect((await view('desk', b)).untilMs).toBeGreaterThan(Date.now() + 5_000_000);
    expect(await view('desk', c)).toMatchObject({ state: 'dead', deadReason: 'cancelled' });
    expect(await view('desk', d)).toMatchObject({ state: 'dead', deadReason: 'dead-lettered' });
    const [copy] = (await gateways.client.admin.peek({ topic: 'desk.dlq' })).messages;
    expect(copy?.message.header('millrace-dlq-message-id')).toBe(d);
    const twice = await at(c, 'cancel');
    expect([twice.status, twice.body.code]).toEqual([409, 'ALREADY_RESOLVED']);
  });
});

describe('operations', () => {
  it('purges after a dry run, and brings all of it back', async () => {
    await make('full');
    await enqueue('full', ...n(5));
    const dry = await gateways.post('/queues/full/purge', { dryRun: true });
    expect(dry.body).toEqual({ messages: 5, undoUntilMs: null });
    const purged = await gateways.post('/queues/full/purge', { undoMs: 60_000 });
    expect(purged.body.messages).toBe(5);
    expect(purged.body.undoUntilMs).toBeGreaterThan(Date.now());
    expect((await gateways.get('/queues/full')).body.states).toMatchObject({ fresh: 0, purged: 5 });
    const again = await gateways.post('/queues/full/purge', {});
    expect([again.status, again.body.code]).toEqual([409, 'PURGE_PENDING']);
    expect((await gateways.post('/queues/full/purge/undo')).body).toEqual({ messages: 5 });
    expect(await take('full')).toHaveLength(5);
    const none = await gateways.post('/queues/full/purge/undo');
    expect([none.status, none.body.code]).toEqual([404, 'NOTHING_TO_UNDO']);
  });

  it('redrives dead letters back to where they died, by a task', async () => {
    await make('flow', { settings: { deadLetterTopic: 'flow.dead' } });
    await enqueue('flow', ...n(3));
    const items = (await take('flow')).map(({ receipt }) => ({ receipt, kind: 'reject' }));
    await gateways.post('/queues/flow/acknowledge', { items });
    const dry = await gateways.post('/queues/flow.dead/redrive', { dryRun: true });
    expect(dry.status).toBe(202);
    const finished = (location: string) =>
      until(async () => {
        const { body } = await gateways.get(location);
        return body.state !== 'running' && body;
      });
    expect(await finished(dry.headers.get('location') as string)).toMatchObject({
      state: 'completed',
      dryRun: true,
      moved: 3,
    });
    const real = await gateways.post('/queues/flow.dead/redrive', {
      filter: { reason: 'rejected', failedGroup: 'flow' },
    });
    expect(real.body.taskId).toBeGreaterThan(dry.body.taskId);
    expect(await finished(`/tasks/${real.body.taskId}`)).toMatchObject({ moved: 3, failed: 0 });
    expect(await take('flow')).toHaveLength(3);
    const { tasks } = (await gateways.get('/tasks')).body;
    expect(tasks.map(({ taskId }: { taskId: number }) => taskId)).toEqual([
      real.body.taskId,
      dry.body.taskId,
    ]);
    const late = await gateways.ask('DELETE', `/tasks/${real.body.taskId}`);
    expect([late.status, late.body.code]).toEqual([409, 'TASK_ENDED']);
  });

  it('cancels a task that runs', async () => {
    await make('drip', { settings: { deadLetterTopic: 'drip.dead' } });
    await enqueue('drip', ...n(50));
    const items = (await take('drip', 50)).map(({ receipt }) => ({ receipt, kind: 'reject' }));
    await gateways.post('/queues/drip/acknowledge', { items });
    const { body } = await gateways.post('/queues/drip.dead/redrive', { ratePerSecond: 1 });
    const cancelled = await gateways.ask('DELETE', `/tasks/${body.taskId}`);
    expect(cancelled.status).toBe(200);
    expect(cancelled.body.moved).toBeLessThan(50);
    expect((await gateways.get(`/tasks/${body.taskId}`)).body.state).toBe('cancelled');
  });
});

describe('bad requests', () => {
  beforeAll(async () => {
    await make('strict');
    await enqueue('strict', { payload: 1 });
  });

  it.each([
    ['GET', '/queues/strict/messages?state=odd', undefined, 400, 'INVALID_REQUEST'],
    ['GET', '/queues/strict/messages?from=here', undefined, 400, 'INVALID_REQUEST'],
    ['GET', '/queues/strict/messages?partition=7', undefined, 404, 'UNKNOWN_PARTITION'],
    ['GET', '/queues/strict/messages?topic=flow', undefined, 404, 'TOPIC_NOT_IN_GROUP'],
    ['GET', '/queues/nobody/messages', undefined, 404, 'UNKNOWN_GROUP'],
    ['GET', '/queues/strict/messages/odd', undefined, 400, 'INVALID_REQUEST'],
    ['POST', '/queues/strict/messages/odd/cancel', undefined, 400, 'INVALID_REQUEST'],
    ['POST', '/queues/strict/messages/odd/reschedule', {}, 400, 'INVALID_REQUEST'],
    ['POST', '/queues/strict/purge', { undoMs: -1 }, 400, 'INVALID_REQUEST'],
    ['POST', '/queues/nobody/purge', {}, 404, 'UNKNOWN_GROUP'],
    ['POST', '/queues/nobody/redrive', {}, 404, 'UNKNOWN_TOPIC'],
    ['POST', '/queues/strict/redrive', { filter: { colour: 1 } }, 400, 'INVALID_REQUEST'],
    ['GET', '/tasks/0', undefined, 400, 'INVALID_REQUEST'],
    ['GET', '/tasks/odd', undefined, 400, 'INVALID_REQUEST'],
    ['GET', '/tasks/999999', undefined, 404, 'UNKNOWN_TASK'],
    ['DELETE', '/tasks/999999', undefined, 404, 'UNKNOWN_TASK'],
  ])('%s %s %j', async (method, path, body, status, code) => {
    const reply = await gateways.ask(method, path, body);
    expect([reply.status, reply.body.code]).toEqual([status, code]);
  });

  it('does not find a message that is not there', async () => {
    const [id = ''] = await enqueue('strict', { payload: 2 });
    const missing = `${id.slice(0, -1)}9`;
    for (const [method, path] of [
      ['GET', `/queues/strict/messages/${missing}`],
      ['POST', `/queues/strict/messages/${missing}/retry`],
    ] as const) {
      const { status, body } = await gateways.ask(method, path);
      expect([status, body.code]).toEqual([416, 'OFFSET_OUT_OF_RANGE']);
    }
  });
});

describe('the dashboard', () => {
  it('counts in all and by queue and topic', async () => {
    await make('board');
    await enqueue('board', { payload: 7, delayMs: 3_600_000 }, ...n(6));
    const [done, dead, retried] = await take('board', 4);
    await gateways.post('/queues/board/acknowledge', {
      receipts: [done?.receipt],
      items: [
        { receipt: dead?.receipt, kind: 'reject' },
        { receipt: retried?.receipt, kind: 'release', delayMs: 0 },
      ],
    });
    const counts = {
      pending: 3,
      leased: 1,
      scheduled: 1,
      failed: 1,
      acknowledged: 1,
      deadLettered: 1,
    };
    const seen = await until(async () => {
      const { body } = await gateways.get('/dashboard');
      const queue = body.queues.find((one: { queue: string }) => one.queue === 'board');
      return queue?.counts.scheduled === 1 && queue.counts.failed === 1 && { body, queue };
    });
    expect(seen.queue).toMatchObject({ counts, topics: [{ topic: 'board', counts }] });
    expect(seen.queue.oldestAgeMs).toBeGreaterThanOrEqual(0);
    const { queues, totals } = seen.body;
    expect(totals.queues).toBe(queues.length);
    for (const name of Object.keys(counts)) {
      const sum = queues.reduce(
        (all: number, one: { counts: Record<string, number> }) => all + (one.counts[name] ?? 0),
        0,
      );
      expect(totals.counts[name]).toBe(sum);
    }
  });

  it('is one answer for all who ask within a second', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => gateways.get('/dashboard')));
    const times = new Set(all.map(({ body }) => body.atMs));
    expect(times.size).toBeLessThanOrEqual(2);
  });
});
