// Requests over a queue: what a request says, which reply is its own, and how waiting ends.
import { encodeBatch, LIMITS, MillraceError, readRecords, stampBatch } from '@millrace/protocol';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { REPLY_HEADERS, Reject, type Requester, RequestRejected } from '../src/index.ts';
import { clientOf, eventually, fakeBroker, rejection } from './support/eventually.ts';
import { FakeLog } from './support/fake-log.ts';
import { setup as workerSetup } from './support/worker-setup.ts';

type Headers = Record<string, string>;

async function setup() {
  const log = new FakeLog({ rpc: 1, 'rpc.replies': 1 });
  const broker = await fakeBroker(log.handlers);
  const client = await clientOf(broker);
  const requester = client.requester<number, string>({ topic: 'rpc' });
  const reply = (headers: Headers, value: unknown) => {
    const pairs = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)] as const);
    log.append('rpc.replies', 0, [
      { value: value === null ? null : Buffer.from(JSON.stringify(value)), headers: pairs },
    ]);
  };
  /** Headers of the requests so far. */
  const asked = (): Headers[] =>
    broker
      .requests('Produce')
      .flatMap(({ batches }) =>
        batches.flatMap(({ batch }) =>
          [...readRecords(batch, { from: 0, to: LIMITS.batchRecordsMax })].map(({ headers }) =>
            Object.fromEntries(
              headers.map(([name, value]) => [name, Buffer.from(value).toString()]),
            ),
          ),
        ),
      );
  return { log, broker, client, requester, reply, asked };
}

describe('a request', () => {
  it('says where its reply goes, and takes its own alone', async () => {
    const { requester, reply, asked } = await setup();
    const one = requester.request(1, { headers: { mine: 'x' } });
    const two = requester.request(2);
    expectTypeOf(one).resolves.toEqualTypeOf<string>();
    await eventually(() => asked().length === 2);
    const [first, second] = asked() as [Headers, Headers];
    expect(first).toMatchObject({
      mine: 'x',
      [REPLY_HEADERS.replyTo]: 'rpc.replies',
      [REPLY_HEADERS.replyPartition]: '0',
    });
    const id = (headers: Headers) => headers[REPLY_HEADERS.correlationId] as string;
    reply({ [REPLY_HEADERS.correlationId]: 'of another requester' }, 'no');
    reply({}, 'no');
    reply({ [REPLY_HEADERS.correlationId]: id(second) }, 'second');
    reply({ [REPLY_HEADERS.correlationId]: id(first) }, 'first');
    expect(await Promise.all([one, two])).toEqual(['first', 'second']);
  });

  it('is rejected where the worker rejects it', async () => {
    const { requester, reply, asked } = await setup();
    const outcome = rejection(requester.request(1));
    await eventually(() => asked().length === 1);
    const correlationId = asked()[0]?.[REPLY_HEADERS.correlationId] as string;
    reply({ [REPLY_HEADERS.correlationId]: correlationId, [REPLY_HEADERS.error]: 'no' }, null);
    const error = await outcome;
    expect(error).toBeInstanceOf(RequestRejected);
    expect(error.message).toBe('no');
  });

  it('ends in time, by its signal, and by close', async () => {
    const { requester, asked } = await setup();
    expect((await rejection(requester.request(1, { timeoutMs: 40 }))).code).toBe(
      'DEADLINE_EXCEEDED',
    );
    const signal = AbortSignal.timeout(20);
    expect((await rejection(requester.request(1, { signal }))).code).toBe('ABORTED');
    expect((await rejection(requester.request(1, { signal }))).code).toBe('ABORTED');
    const before = asked().length;
    const waiting = rejection(requester.request(1));
    await eventually(() => asked().length > before);
    await requester.close();
    expect((await waiting).code).toBe('CLIENT_CLOSED');
    expect((await rejection(requester.request(1))).code).toBe('CLIENT_CLOSED');
  });

  it('fails with what the broker says, and with what cannot be encoded', async () => {
    const { client, broker } = await setup();
    const lost = client.requester({ topic: 'none', replyTopic: 'rpc.replies' });
    expect((await rejection(lost.request(1))).code).toBe('UNKNOWN_TOPIC');
    const strange = client.requester({ topic: 'rpc' });
    expect((await rejection(strange.request(1n))).code).toBe('CODEC_FAILED');
    expect(broker.count('Produce')).toBe(0);
  });

  it('creates the reply topic where it is missing', async () => {
    const { client, broker, log, asked } = await setup();
    broker.handlers.CreateTopic = ({ name }) => {
      log.create(name, 2);
      return { topicId: 9 };
    };
    const requester = client.requester({ topic: 'rpc', replyTopic: 'answers' });
    void requester.request(1).catch(() => {});
    await eventually(() => asked().length === 1);
    expect(broker.requests('CreateTopic')).toMatchObject([{ name: 'answers' }]);
    expect(['0', '1']).toContain(asked()[0]?.[REPLY_HEADERS.replyPartition]);
  });

  it('fails where replies cannot be read, and the next one begins anew', async () => {
    const { requester, broker, asked, log, reply } = await setup();
    broker.handlers.Fetch = async () => {
      await eventually(() => asked().length === 1);
      return new MillraceError('UNKNOWN_API');
    };
    expect((await rejection(requester.request(1))).code).toBe('UNKNOWN_API');
    broker.handlers.Fetch = log.handlers.Fetch as never;
    const before = asked().length;
    const next = requester.request(2);
    await eventually(() => asked().length > before);
    reply(
      { [REPLY_HEADERS.correlationId]: asked().at(-1)?.[REPLY_HEADERS.correlationId] as string },
      'ok',
    );
    expect(await next).toBe('ok');
  });

  it('goes on where the reply topic was made anew', async () => {
    const { requester, asked, log, reply } = await setup();
    const correlationId = () => asked().at(-1)?.[REPLY_HEADERS.correlationId] as string;
    const first = requester.request(1);
    await eventually(() => asked().length === 1);
    reply({ [REPLY_HEADERS.correlationId]: correlationId() }, 'ok');
    expect(await first).toBe('ok');
    const waiting = rejection(requester.request(2));
    log.create('rpc.replies', 1);
    // Wakes who waits at the topic of old.
    log.appendTexts('rpc', 0, ['x']);
    expect((await waiting).code).toBe('UNKNOWN_TOPIC');
    const before = asked().length;
    const next = requester.request(3);
    await eventually(() => asked().length > before);
    reply({ [REPLY_HEADERS.correlationId]: correlationId() }, 'again');
    expect(await next).toBe('again');
  });

  it.each([
    [{ topic: '' }, 'topic'],
    [{ topic: 't', replyTopic: 'x'.repeat(250) }, 'replyTopic'],
    [{ topic: 't', timeoutMs: 0 }, 'timeoutMs'],
  ])('%j is refused', async (options, field) => {
    const { client } = await setup();
    expect(() => client.requester(options)).toThrow(
      expect.objectContaining({
        code: 'INVALID_CONFIG',
        detail: expect.objectContaining({ field }),
      }),
    );
  });

  it('has types for both ways', async () => {
    const { client } = await setup();
    expectTypeOf(client.requester<Date, number>({ topic: 't' })).toEqualTypeOf<
      Requester<Date, number>
    >();
  });
});

describe('a worker that replies', () => {
  const ask = async (headers: Headers, values: number[] = [4]) => {
    const all = await workerSetup();
    for (const [offset, value] of values.entries()) {
      const record = {
        value: Buffer.from(String(value)),
        headers: Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)] as const),
      };
      const batch = Buffer.from(encodeBatch([record], { nowMs: 1 }));
      stampBatch(batch, offset, 1);
      all.queue.entries.push({ offset, batch, state: 'ready', deliveries: 0, token: 0 });
    }
    return all;
  };
  const TO = { [REPLY_HEADERS.replyTo]: 'out', [REPLY_HEADERS.correlationId]: 'c1' };

  it('sends its return in one transaction with the acknowledgement', async () => {
    const { ledger, work } = await ask({ ...TO, [REPLY_HEADERS.replyPartition]: '2' });
    const worker = work({ replies: true, handler: ({ value }) => Math.sqrt(value) });
    await eventually(() => worker.stats.accepted === 1);
    const headers = { [REPLY_HEADERS.correlationId]: 'c1' };
    expect(ledger.sent()).toEqual([{ topicId: 2, partition: 2, key: null, value: 2, headers }]);
  });

  it('sends why it rejects, and nothing while it may try again', async () => {
    const { queue, ledger, work } = await ask(TO);
    work({
      replies: true,
      handler: ({ deliveries }) => {
        if (deliveries === 1) throw new Error('try again');
        throw new Reject('never');
      },
    });
    await eventually(() => queue.states().join() === 'rejected');
    expect(ledger.sent()).toMatchObject([
      {
        value: null,
        headers: { [REPLY_HEADERS.error]: 'never', [REPLY_HEADERS.correlationId]: 'c1' },
      },
    ]);
  });

  it.each<[string, Headers]>([
    ['nobody waits', {}],
    ['the reply topic is gone', { ...TO, [REPLY_HEADERS.replyTo]: 'gone' }],
    ['the partition is none', { ...TO, [REPLY_HEADERS.replyPartition]: '77' }],
  ])('accepts without a reply where %s', async (_, headers) => {
    const { queue, ledger, work } = await ask(headers);
    const worker = work({ replies: true, handler: () => 1 });
    await eventually(() => worker.stats.accepted === 1);
    expect(ledger.sent()).toEqual([]);
    expect(queue.states()).toEqual(['accepted']);
  });
});
