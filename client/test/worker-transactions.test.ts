// Handlers that send: their messages and the acknowledgement are one transaction.
import { LIMITS, MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { type LeasedMessage, Reject } from '../src/index.ts';
import { eventually } from './support/eventually.ts';
import { type Handler, SILENT } from './support/fake-broker.ts';
import { numbers, pause, setup } from './support/worker-setup.ts';

const OUT = { topic: 'out', key: 'a' };

describe('a transactional handler', () => {
  it('sends what it returns and what it gave to its context, with the acknowledgement', async () => {
    const { queue, ledger, work } = await setup([1]);
    const worker = work({
      transactional: true,
      results: true,
      handler: async ({ value }, { send }) => {
        send({ ...OUT, value: 'first' }, { ...OUT, value: 'second', headers: { h: 'x' } });
        return { send: [{ topic: 'out', partition: 2, value: 'third' }], result: value + 1 };
      },
    });
    await eventually(() => worker.stats.accepted === 1);
    const key = { topicId: 2, key: 'a' };
    const [first, second, third] = ledger.sent() as { partition: number }[];
    expect(first).toMatchObject({ ...key, value: 'first' });
    expect(second).toMatchObject({ ...key, value: 'second', headers: { h: 'x' } });
    expect(third).toMatchObject({ partition: 2, key: null, value: 'third' });
    expect(first?.partition).toBe(second?.partition);
    expect(ledger.done.length).toBe(1);
    expect(ledger.done[0]?.transactionId).toMatch(/^[0-9a-f-]{36}$/);
    expect(Buffer.from(queue.items[0]?.result ?? []).toString()).toBe('2');
    expect(queue.requests).toEqual([]);
  });

  it('that sends nothing is acknowledged as any other', async () => {
    const { queue, ledger, work } = await setup([1]);
    const worker = work({ transactional: true, handler: async () => {} });
    await eventually(() => worker.stats.accepted === 1);
    expect(ledger.done).toEqual([]);
    expect(queue.requests).toEqual([1]);
  });

  it('that fails sends nothing', async () => {
    const { ledger, work } = await setup([1, 2]);
    const worker = work({
      transactional: true,
      handler: ({ value, deliveries }, { send }) => {
        send({ ...OUT, value });
        if (value === 1) throw new Reject('no');
        if (deliveries === 1) throw new Error('later');
      },
    });
    await eventually(() => worker.stats.accepted === 1);
    expect(ledger.sent()).toMatchObject([{ value: 2 }]);
    expect(worker.stats).toMatchObject({ rejected: 1, released: 1 });
  });

  it('whose lease is gone is told that it is lost, and nothing was sent', async () => {
    const { queue, ledger, work } = await setup([1]);
    const told: unknown[] = [];
    work({
      transactional: true,
      handler: () => {
        queue.steal(0);
        return { send: [{ ...OUT, value: 1 }] };
      },
      onOutcome: (_, outcome, error) => told.push(outcome, (error as MillraceError).code),
    });
    await eventually(() => told.length > 0);
    expect(told).toEqual(['lost', 'TRANSACTION_CONFLICT']);
    expect(ledger.sent()).toEqual([]);
  });

  it('of a batch: one stale lease fails the transaction, the others come again', async () => {
    const { queue, ledger, work } = await setup(numbers(3));
    const told: string[] = [];
    work({
      transactional: true,
      eachBatch: (messages: readonly LeasedMessage<number>[]) => {
        if (messages[1]?.deliveries === 1) queue.steal(1);
        return { send: messages.map(({ value }) => ({ ...OUT, value })) };
      },
      onOutcome: ({ value }, outcome) => told.push(`${value} ${outcome}`),
    });
    await eventually(() => told.length === 5);
    expect(told).toEqual(['0 released', '1 lost', '2 released', '0 accepted', '2 accepted']);
    expect(ledger.sent()).toMatchObject([{ value: 0 }, { value: 2 }]);
  });

  it('of a batch: those that failed are released in the same transaction', async () => {
    const { queue, ledger, work } = await setup(numbers(3));
    const worker = work({
      transactional: true,
      eachBatch: (messages: readonly LeasedMessage<number>[]) => ({
        failed: messages
          .filter(({ value, deliveries }) => value === 1 && deliveries === 1)
          .map((message) => ({ message, error: new Error('no') })),
        send: [{ ...OUT, value: messages.length }],
      }),
    });
    await eventually(() => worker.stats.accepted === 3);
    expect(ledger.done[0]?.acknowledgements[0]?.items).toMatchObject([
      { kind: 'accept', firstOffset: 0 },
      { kind: 'release', firstOffset: 1, errorText: 'Error: no' },
      { kind: 'accept', firstOffset: 2 },
    ]);
    expect(queue.requests).toEqual([]);
  });

  it('asks again under the same id when a reply is lost', async () => {
    const { ledger, broker, work } = await setup([1]);
    const real = ledger.handlers.Transact as Handler<'Transact'>;
    let calls = 0;
    broker.handlers.Transact = async (body, call) => {
      const outcome = await real(body, call);
      calls += 1;
      if (calls > 1) return outcome;
      call.connection.socket.destroy();
      return SILENT;
    };
    const worker = work({ transactional: true, handler: () => ({ send: [{ ...OUT, value: 1 }] }) });
    await eventually(() => worker.stats.accepted === 1);
    const ids = broker.requests('Transact').map(({ transactionId }) => transactionId);
    expect(ids.length).toBe(2);
    expect(new Set(ids).size).toBe(1);
    expect(ledger.done.length).toBe(1);
    expect(worker.stats).toMatchObject({ lost: 0, released: 0 });
  });

  it('sends to a topic that was made anew under its new id, in the same attempt', async () => {
    const { queue, broker, ledger, work } = await setup([1]);
    const carryOut = ledger.handlers.Transact as Handler<'Transact'>;
    broker.handlers.Transact = (body, ...rest) => {
      if (body.batches[0]?.topicId === 2) {
        queue.topics.splice(1, 1);
        queue.topics.push(['other', 1], ['out', 3]);
        return new MillraceError('UNKNOWN_TOPIC');
      }
      return carryOut(body, ...rest);
    };
    const worker = work({ transactional: true, handler: () => ({ send: [{ ...OUT, value: 1 }] }) });
    await eventually(() => worker.stats.accepted === 1);
    expect(worker.stats.released).toBe(0);
    expect(ledger.sent()).toMatchObject([{ topicId: 3, value: 1 }]);
    const ids = broker.requests('Transact').map(({ transactionId }) => transactionId);
    expect(new Set(ids).size).toBe(2);
  });

  it.each<[string, object, string]>([
    ['a topic that is none', { topic: 'none', value: 1 }, 'UNKNOWN_TOPIC'],
    ['a partition that is none', { topic: 'out', partition: 9, value: 1 }, 'UNKNOWN_PARTITION'],
    ['a value that cannot be encoded', { topic: 'out', value: 1n }, 'CODEC_FAILED'],
    ['a message that is too large', { topic: 'out', value: 'x'.repeat(2e6) }, 'MESSAGE_TOO_LARGE'],
    ['a delay that is none', { topic: 'out', value: 1, delayMs: -1 }, 'INVALID_REQUEST'],
  ])('fails its attempt with %s', async (_, message, code) => {
    const { queue, ledger, work } = await setup([1]);
    const worker = work({
      transactional: true,
      handler: ({ deliveries }) => ({ send: deliveries === 1 ? [message as never] : [] }),
    });
    await eventually(() => worker.stats.accepted === 1);
    expect(queue.items[0]).toMatchObject({ kind: 'release' });
    expect(queue.items[0]?.errorText).toContain(code);
    expect(ledger.done).toEqual([]);
  });

  it('may not send more than a transaction holds', async () => {
    const { work } = await setup([1]);
    const errors: unknown[] = [];
    const worker = work({
      transactional: true,
      handler: (_, { send }) => {
        try {
          for (let n = 0; n < 20; n += 1) send({ topic: 'out', value: 'x'.repeat(1e6) });
        } catch (error) {
          errors.push((error as MillraceError).code, (error as MillraceError).detail.field);
        }
        throw new Reject('too much');
      },
    });
    await eventually(() => worker.stats.rejected === 1);
    expect(errors).toEqual(['LIMIT_EXCEEDED', 'send']);
  });

  it('keeps its place until its transaction has an outcome, and its lease meanwhile', async () => {
    const { queue, ledger, broker, work } = await setup(numbers(2), () => 'k');
    const real = ledger.handlers.Transact as Handler<'Transact'>;
    const order: string[] = [];
    broker.handlers.Transact = async (body, call) => {
      await pause(700);
      order.push('committed');
      return real(body, call);
    };
    const worker = work({
      transactional: true,
      keyed: true,
      visibilityTimeoutMs: 1_000,
      handler: ({ value }) => {
        order.push(`handled ${value}`);
        return { send: [{ ...OUT, value }] };
      },
    });
    await eventually(() => worker.stats.accepted === 2);
    expect(order).toEqual(['handled 0', 'committed', 'handled 1', 'committed']);
    const extended = queue.items.filter(({ kind }) => kind === 'extend');
    expect(extended.map(({ firstOffset }) => firstOffset)).toContain(0);
  });

  it('ends with its transaction when the worker closes', async () => {
    const { ledger, broker, work } = await setup([1]);
    const real = ledger.handlers.Transact as Handler<'Transact'>;
    broker.handlers.Transact = async (body, call) => {
      await pause(50);
      return real(body, call);
    };
    const worker = work({ transactional: true, handler: () => ({ send: [{ ...OUT, value: 1 }] }) });
    await eventually(() => broker.count('Transact') === 1);
    await worker.close();
    expect(worker.stats).toMatchObject({ accepted: 1, running: 0 });
  });
});

describe('what cannot work', () => {
  it('is refused: sending without transactional', async () => {
    const { queue, work } = await setup([1]);
    const worker = work({ handler: (_, { send }) => send({ ...OUT, value: 1 }) });
    await eventually(() => worker.stats.released > 0);
    await worker.close();
    expect(queue.items[0]?.errorText).toContain('transactional');
  });

  it('is refused: batches larger than a transaction', async () => {
    const { work } = await setup();
    const options = { eachBatch: () => {}, transactional: true, batchSize: 1_001 };
    expect(() => work(options as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_CONFIG',
        detail: { field: 'batchSize', limit: String(LIMITS.transactionItemsMax) },
      }),
    );
    expect(() => work({ handler: () => {}, replies: true, transactional: true } as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_CONFIG', detail: { field: 'replies' } }),
    );
  });

  it('is refused: sending after the handler has ended', async () => {
    const { work } = await setup([1]);
    let late: (() => void) | undefined;
    const worker = work({
      transactional: true,
      handler: (_, { send }) => {
        late = () => send({ ...OUT, value: 1 });
      },
    });
    await eventually(() => worker.stats.accepted === 1);
    expect(late).toThrow(expect.objectContaining({ code: 'CLIENT_CLOSED' }));
  });
});
