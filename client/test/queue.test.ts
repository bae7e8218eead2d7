// The queue by hand: receiving, one statement a message, receipts, counters, peeking.
import { encodeBatch, LIMITS, MillraceError, stampBatch } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import type { LeasedMessage } from '../src/index.ts';
import { clientOf, eventually, fakeBroker, rejection } from './support/eventually.ts';
import { type Handler, SILENT, untilAborted } from './support/fake-broker.ts';
import { FakeQueue } from './support/fake-queue.ts';

async function setup(values: readonly unknown[] = []) {
  const fake = new FakeQueue();
  fake.add(values);
  const broker = await fakeBroker(fake.handlers);
  const client = await clientOf(broker);
  return { fake, broker, client, queue: client.queue<number>('g') };
}

describe('receive', () => {
  it('leases messages, and says nothing of them by itself', async () => {
    const { fake, queue } = await setup([1, 2, 3]);
    const options = { topics: ['t'], maxMessages: 2, visibilityTimeoutMs: 70 };
    const messages = await queue.receive(options);
    expect(messages.map(({ value }) => value)).toEqual([1, 2]);
    expect(fake.receives[0]).toMatchObject({ group: 'g', ...options, maxWaitMs: 0 });
    expect(fake.receives[0]?.memberId).toMatch(/^queue-/);
    expect(fake.items).toEqual([]);
    expect((await queue.receive({ topics: 't', memberId: 'me' })).length).toBe(1);
    expect(fake.receives[1]?.memberId).toBe('me');
  });

  it('waits, and can be given up', async () => {
    const { fake, queue, broker } = await setup();
    const late = queue.receive({ topics: 't', maxWaitMs: 5_000 });
    setTimeout(() => fake.add([4]), 20);
    expect((await late)[0]?.value).toBe(4);
    const signal = AbortSignal.timeout(30);
    const error = await rejection(queue.receive({ topics: 't', maxWaitMs: 5_000, signal }));
    expect(error.code).toBe('ABORTED');
    expect(broker.count('Cancel')).toBe(1);
  });

  it('gives back what comes after it was given up', async () => {
    const { fake, queue, broker } = await setup([1]);
    const real = fake.handlers.Receive as Handler<'Receive'>;
    broker.handlers.Receive = async (body, call) => {
      await untilAborted(call.signal);
      return real(body, { ...call, signal: new AbortController().signal });
    };
    const signal = AbortSignal.timeout(30);
    const error = await rejection(queue.receive({ topics: 't', maxWaitMs: 5_000, signal }));
    expect(error.code).toBe('ABORTED');
    await eventually(() => fake.itemsOf('return').length === 1);
    expect(fake.states()).toEqual(['ready']);
  });

  it('has its deadline after its waiting', async () => {
    const { queue, broker } = await setup();
    broker.handlers.Receive = () => SILENT;
    const from = performance.now();
    const late = queue.receive({ topics: 't', maxWaitMs: 60, timeoutMs: 40 });
    expect((await rejection(late)).code).toBe('DEADLINE_EXCEEDED');
    expect(performance.now() - from).toBeGreaterThan(95);
  });

  it('passes on what the broker says, and does not ask again where it waited [L-51]', async () => {
    const { queue, broker } = await setup();
    broker.handlers.Receive = () => new MillraceError('TOO_MANY_IN_FLIGHT');
    await expect(queue.receive({ topics: 't', timeoutMs: 60_000 })).rejects.toThrow(/in flight/);
  });
});

describe('one message', () => {
  it('is accepted, released, rejected, returned, extended', async () => {
    const { fake, queue } = await setup([1, 2, 3, 4]);
    const [a, b, c, d] = await queue.receive({ topics: 't', maxMessages: 4 });
    expect(await a?.extend(500)).toBe(2_000);
    expect(a?.deadlineMs).toBe(2_000);
    await Promise.all([
      a?.accept(),
      b?.release({ delayMs: 5, error: new Error('why') }),
      c?.reject('bad'),
      d?.return(),
    ]);
    expect(fake.states()).toEqual(['accepted', 'ready', 'rejected', 'ready']);
    expect(fake.requests).toEqual([1, 4]);
    expect(fake.items).toMatchObject([
      { kind: 'extend', delayMs: 500 },
      { kind: 'accept', errorText: null },
      { kind: 'return' },
      { kind: 'reject', errorText: 'bad' },
      { kind: 'release', delayMs: 5, errorText: 'Error: why' },
    ]);
    expect((await rejection(a?.accept() as Promise<void>)).code).toBe('ALREADY_RESOLVED');
  });

  it('that was leased again is refused', async () => {
    const { fake, queue } = await setup([1, 2]);
    const [a, b] = await queue.receive({ topics: 't', maxMessages: 2 });
    fake.steal(0);
    fake.steal(1);
    expect((await rejection(a?.accept() as Promise<void>)).code).toBe('STALE_LEASE');
    expect((await rejection(b?.extend() as Promise<number>)).code).toBe('STALE_LEASE');
    expect(b?.isResolved).toBe(true);
    expect((await rejection(b?.accept() as Promise<void>)).code).toBe('STALE_LEASE');
  });

  it('can be tried again where nothing is known', async () => {
    const { fake, queue, broker } = await setup([1]);
    const [message] = await queue.receive({ topics: 't' });
    broker.handlers.Acknowledge = () => new MillraceError('INTERNAL');
    expect((await rejection(message?.accept() as Promise<void>)).code).toBe('INTERNAL');
    expect(message?.isResolved).toBe(false);
    broker.handlers.Acknowledge = fake.handlers.Acknowledge as Handler<'Acknowledge'>;
    await message?.accept();
    expect(fake.states()).toEqual(['accepted']);
  });
});

describe('a statement that cannot be made', () => {
  it.each([Number.NaN, 1.5, -1, 1e12])('%d ms: fails alone and leaves the lease', async (ms) => {
    const { fake, queue } = await setup([1, 2, 3]);
    const [a, b, c] = (await queue.receive({ topics: 't', maxMessages: 3 })) as [
      LeasedMessage<number>,
      LeasedMessage<number>,
      LeasedMessage<number>,
    ];
    const outcomes = await Promise.allSettled([
      a.release({ delayMs: ms }),
      b.extend(ms),
      c.accept(),
      queue.acknowledge([
        { receipt: a.receipt, kind: 'release', delayMs: ms },
        { receipt: b.receipt, kind: 'nonsense' as 'accept' },
        { receipt: b.receipt, kind: 'release', error: 'x'.repeat(5_000) },
      ]),
    ]);
    const limit = `${LIMITS.delayMsMax} ms`;
    expect(outcomes).toMatchObject([
      { reason: { code: 'INVALID_REQUEST', detail: { field: 'delayMs', limit } } },
      { reason: { code: 'INVALID_REQUEST', detail: { field: 'ms', limit } } },
      { status: 'fulfilled' },
      {
        value: [
          { ok: false, error: { code: 'INVALID_REQUEST', detail: { field: 'delayMs', limit } } },
          { ok: false, error: { code: 'INVALID_REQUEST', detail: { field: 'kind' } } },
          { ok: true },
        ],
      },
    ]);
    expect(fake.requests).toEqual([2]);
    expect(fake.items.find(({ kind }) => kind === 'release')?.errorText?.length).toBe(1_024);
    expect(a.isResolved).toBe(false);
    await a.accept();
    expect(fake.states()).toEqual(['accepted', 'ready', 'accepted']);
  });

  it('and that only the broker refuses fails alone as well', async () => {
    const { fake, queue, broker } = await setup([1, 2, 3, 4, 5]);
    const messages = await queue.receive({ topics: 't', maxMessages: 5 });
    const real = fake.handlers.Acknowledge as Handler<'Acknowledge'>;
    broker.handlers.Acknowledge = (body, call) => {
      const bad = body.items.findIndex(({ errorText }) => errorText === 'bad');
      const field = `items[${bad}].errorText`;
      if (bad >= 0) return new MillraceError('INVALID_REQUEST', undefined, { field });
      return real(body, call);
    };
    const outcomes = await Promise.allSettled(
      messages.map((message, n) =>
        n === 2 ? message.reject('bad') : n % 2 === 0 ? message.accept() : message.return(),
      ),
    );
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([
      true,
      true,
      false,
      true,
      true,
    ]);
    expect(fake.states()).toEqual(['accepted', 'ready', 'leased', 'ready', 'accepted']);
  });

  it('is not made in pieces where the request itself is wrong', async () => {
    const { queue, broker } = await setup([1, 2]);
    const messages = await queue.receive({ topics: 't', maxMessages: 2 });
    broker.handlers.Acknowledge = () =>
      new MillraceError('INVALID_REQUEST', undefined, { field: 'group' });
    await Promise.allSettled([messages[0]?.accept(), messages[1]?.return()]);
    expect(broker.count('Acknowledge')).toBe(1);
  });
});

describe('receipts', () => {
  it('are acknowledged by text, each with its own outcome', async () => {
    const { fake, queue } = await setup([1, 2, 3]);
    const messages = await queue.receive({ topics: 't', maxMessages: 3 });
    const [one, two, three] = messages.map(({ receipt }) => receipt) as [string, string, string];
    fake.steal(1);
    const outcomes = await queue.acknowledge([
      { receipt: one, kind: 'accept' },
      { receipt: two, kind: 'accept' },
      { receipt: 'nonsense', kind: 'accept' },
      { receipt: three, kind: 'extend', delayMs: 9 },
    ]);
    expect(outcomes.map(({ receipt, ok, error }) => [receipt, ok, error?.code])).toEqual([
      [one, true, undefined],
      [two, false, 'STALE_LEASE'],
      ['nonsense', false, 'UNKNOWN_RECEIPT'],
      [three, true, undefined],
    ]);
    expect(outcomes[3]?.deadlineMs).toBe(2_000);
    expect(fake.requests).toEqual([2]);
  });
});

describe('looking', () => {
  it('sums the counters', async () => {
    const { queue, broker } = await setup();
    const counts = (partition: number, oldestUnresolvedMs: number | null) => ({
      topic: 't',
      topicId: 1,
      partition,
      startOffset: 0,
      cursor: 5,
      endOffset: 9,
      fresh: 4,
      ready: 1,
      scheduled: 2,
      leased: 3,
      acknowledged: 4,
      dead: 5,
      removed: 6,
      parked: 7,
      blocked: 8,
      purged: 9,
      skipped: 10,
      oldestUnresolvedMs,
      firstUnresolvedOffset: 2,
    });
    const rates = { arrived: 1.5, acknowledged: 1, dead: 0 };
    broker.handlers.Counters = () => ({
      partitions: [counts(0, 70), counts(1, null), counts(2, 60)],
      rates,
    });
    const stats = await queue.stats();
    expect(stats.rates).toEqual(rates);
    expect(stats.totals).toEqual({
      fresh: 12,
      ready: 3,
      scheduled: 6,
      leased: 9,
      acknowledged: 12,
      dead: 15,
      removed: 18,
      parked: 21,
      blocked: 24,
      purged: 27,
      skipped: 30,
      oldestUnresolvedMs: 60,
    });
    expect(stats.partitions.length).toBe(3);
  });

  it('peeks at messages with their states, from the start by itself', async () => {
    const { queue, client, broker } = await setup();
    const batch = Buffer.from(
      encodeBatch(
        [1, 2, 3, 4].map((n) => ({ value: Buffer.from(String(n)) })),
        { nowMs: 1 },
      ),
    );
    stampBatch(batch, 10, 1);
    const answer = { topicId: 1, partition: 0, errorCode: 0, offset: 10, timestampMs: -1 };
    broker.handlers.ListOffsets = () => ({ partitions: [answer] });
    const range = { firstOffset: 10, lastOffset: 11, state: 'dead' as const, deliveries: 5 };
    broker.handlers.Peek = ({ group }) => ({
      topicId: 1,
      startOffset: 10,
      endOffset: 14,
      ranges: group === null ? [] : [{ ...range, deadReason: 'exhausted', lastError: 'no' }],
      batches: [batch],
    });
    const { messages, startOffset } = await queue.peek({ topic: 't' });
    expect(broker.requests('Peek')[0]).toMatchObject({ group: 'g', fromOffset: 10, partition: 0 });
    expect(startOffset).toBe(10);
    expect(messages.map(({ message }) => message.value)).toEqual([1, 2]);
    expect(messages[1]?.view).toEqual({
      state: 'dead',
      deliveries: 5,
      memberId: null,
      untilMs: null,
      firstDeliveredAtMs: null,
      lastError: 'no',
      deadReason: 'exhausted',
    });
    const alone = await client.admin.peek({ topic: 't', fromOffset: 11, maxMessages: 2 });
    expect(alone.messages.map(({ message, view }) => [message.value, view])).toEqual([
      [2, null],
      [3, null],
    ]);
  });
});
