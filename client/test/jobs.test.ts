// Job queues over share groups, and receives that can be repeated.
import { ERRORS, messageId, type ResponseInput } from '@millrace/protocol';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Jobs } from '../src/index.ts';
import { clientOf, eventually, fakeBroker, rejection } from './support/eventually.ts';
import { type Handler, hello, SILENT } from './support/fake-broker.ts';
import { FakeLog } from './support/fake-log.ts';
import { FakeQueue } from './support/fake-queue.ts';
import { pause } from './support/worker-setup.ts';

interface Mail {
  readonly to: string;
}

async function setup() {
  const log = new FakeLog({ mails: 1 });
  const broker = await fakeBroker(log.handlers);
  const client = await clientOf(broker);
  const jobs = client.jobs<Mail, number>('mails', { group: 'g' });
  const state: { -readonly [N in keyof State]: State[N] } = {
    firstOffset: 0,
    lastOffset: 0,
    state: 'fresh',
    deliveries: 0,
  };
  let result: ResponseInput<'GetMessage'>['result'];
  broker.handlers.GetMessage = ({ topicId, partition }) => ({
    topic: 'mails',
    state,
    result: result ?? null,
    appendTimeMs: 5,
    batches: log.find(topicId, partition)?.batches.slice(0, 1) ?? [],
  });
  const finish = (value: number) => {
    state.state = 'acknowledged';
    result = { value: Buffer.from(String(value)), atMs: 1, expiresAtMs: 2 };
  };
  return { log, broker, client, jobs, state, finish };
}

type State = ResponseInput<'GetMessage'>['state'];

describe('a job', () => {
  it('has an id, a state, and a result once it is done', async () => {
    const { jobs, finish, broker } = await setup();
    expectTypeOf(jobs).toEqualTypeOf<Jobs<Mail, number>>();
    const id = await jobs.enqueue({ to: 'a' }, { key: 'k', delayMs: 50, maxDeliveries: 2 });
    expect(id).toBe(messageId(1, 0, 0));
    const job = await jobs.get(id);
    expect(job).toMatchObject({ id, state: 'fresh', deliveries: 0, enqueuedAtMs: 5, key: 'k' });
    expect(job.value).toEqual({ to: 'a' });
    expect(job.result).toBe(undefined);
    const done = jobs.waitFor(id);
    await eventually(() => broker.count('GetMessage') > 2);
    finish(42);
    expect(await done).toMatchObject({ state: 'acknowledged', result: 42 });
  });

  it('is not waited for without end', async () => {
    const { jobs, state, client } = await setup();
    const id = await jobs.enqueue({ to: 'a' });
    expect((await rejection(jobs.waitFor(id, { timeoutMs: 60 }))).message).toContain('fresh');
    expect((await rejection(jobs.waitFor(id, { timeoutMs: 0 }))).code).toBe('INVALID_CONFIG');
    const signal = AbortSignal.timeout(20);
    expect((await rejection(jobs.waitFor(id, { signal }))).code).toBe('ABORTED');
    const waiting = rejection(jobs.waitFor(id));
    await client.close();
    expect((await waiting).code).toBe('CLIENT_CLOSED');
    state.state = 'dead';
  });

  it('is cancelled and retried by its id, or why not', async () => {
    const { jobs, broker } = await setup();
    let errorCode = 0;
    broker.handlers.ChangeMessages = ({ items }) => ({
      results: items.map((item) => ({ outcomes: [{ ...item, errorCode }] })),
    });
    const id = messageId(1, 0, 3);
    await jobs.cancel(id);
    await jobs.retry(id);
    const item = { topicId: 1, partition: 0, firstOffset: 3, lastOffset: 3 };
    expect(broker.requests('ChangeMessages')).toMatchObject([
      { group: 'g', action: 'cancel', items: [item] },
      { group: 'g', action: 'retry', items: [item] },
    ]);
    errorCode = ERRORS.MESSAGE_LEASED.code;
    expect((await rejection(jobs.cancel(id))).code).toBe('MESSAGE_LEASED');
    expect((await rejection(jobs.cancel('nonsense'))).code).toBe('INVALID_REQUEST');
  });

  it('is listed by state', async () => {
    const { jobs, broker } = await setup();
    await jobs.enqueue({ to: 'a' }, { key: 'k' });
    const range = { firstOffset: 0, lastOffset: 0, state: 'dead' as const, deliveries: 5 };
    broker.handlers.ListMessages = () => ({ topicId: 1, ranges: [range] });
    broker.handlers.Peek = () => ({
      topicId: 1,
      startOffset: 0,
      endOffset: 1,
      ranges: [],
      batches: [],
    });
    const found = [];
    for await (const { id, state, deliveries } of jobs.list('dead'))
      found.push({ id, state, deliveries });
    expect(found).toEqual([{ id: messageId(1, 0, 0), state: 'dead', deliveries: 5 }]);
    expect(broker.requests('ListMessages')).toMatchObject([{ topic: 'mails', state: 'dead' }]);
  });

  it('ends with its client', async () => {
    const { jobs, client } = await setup();
    await jobs.close();
    expect((await rejection(jobs.enqueue({ to: 'a' }))).code).toBe('CLIENT_CLOSED');
    await client.close();
  });
});

describe('a receive whose reply is lost', () => {
  async function lossy() {
    const queue = new FakeQueue();
    queue.add([1]);
    const broker = await fakeBroker(queue.handlers);
    const real = queue.handlers.Receive as Handler<'Receive'>;
    let attemptId: string | null = null;
    let kept: Awaited<ReturnType<typeof real>> | undefined;
    broker.handlers.Receive = async (body, call) => {
      if (kept !== undefined && body.attemptId === attemptId) return kept;
      if (kept !== undefined) return real(body, call);
      kept = await real(body, call);
      attemptId = body.attemptId;
      call.connection.socket.destroy();
      return SILENT;
    };
    let connectionId = 0;
    broker.handlers.Hello = () => {
      connectionId += 1;
      return { ...hello(), connectionId };
    };
    const client = await clientOf(broker);
    return { broker, client, hand: client.queue<number>('g') };
  }

  it('is made again under the same attempt id', async () => {
    const { broker, hand } = await lossy();
    const messages = await hand.receive({ topics: 't' });
    expect(messages.map(({ value }) => value)).toEqual([1]);
    const ids = broker.requests('Receive').map(({ attemptId }) => attemptId);
    expect(ids).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), ids[0]]);
  });

  it('is made again by a worker too: nothing waits for its lease to end', async () => {
    const { broker, client } = await lossy();
    const worker = client.worker({ group: 'g', topics: 't', handler: () => pause(30) });
    await eventually(() => worker.stats.accepted === 1);
    // Nobody knows how long ago the leases were given: they are extended at once.
    const kinds = broker
      .requests('Acknowledge')
      .flatMap(({ items }) => items.map(({ kind }) => kind));
    expect(kinds).toEqual(['extend', 'accept']);
    const [first, second] = broker.requests('Receive').map(({ attemptId }) => attemptId);
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(second).toBe(first);
  });

  it('is not where the caller wants no id', async () => {
    const { broker, hand } = await lossy();
    const error = await rejection(hand.receive({ topics: 't', attemptId: null }));
    expect(error.code).toBe('OUTCOME_UNKNOWN');
    expect(broker.requests('Receive').map(({ attemptId }) => attemptId)).toEqual([null]);
  });
});
