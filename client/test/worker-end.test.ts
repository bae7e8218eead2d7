// How a worker closes and pauses, and what stops it or does not.
import { MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import type { HandlerContext, WorkerOptions } from '../src/index.ts';
import { eventually, rejection } from './support/eventually.ts';
import { type Handler, SILENT, untilAborted } from './support/fake-broker.ts';
import { numbers, pause, setup } from './support/worker-setup.ts';

describe('close', () => {
  it('gives back what waits, waits for what runs, and ends', async () => {
    const { queue, work } = await setup(numbers(6));
    let finish = () => {};
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const worker = work({ concurrency: 2, prefetch: 10, handler: () => done });
    await eventually(() => worker.stats.buffered === 4);
    let isClosed = false;
    const closing = (async () => {
      await worker.close();
      isClosed = true;
    })();
    await eventually(() => queue.itemsOf('return').length === 1);
    expect(queue.itemsOf('return')).toEqual([[2, 5]]);
    await pause(30);
    expect(isClosed).toBe(false);
    finish();
    await closing;
    await worker.finished;
    expect(queue.states()).toEqual(['accepted', 'accepted', 'ready', 'ready', 'ready', 'ready']);
    expect(queue.entries[2]?.deliveries).toBe(0);
    expect(worker.stats).toMatchObject({ accepted: 2, returned: 4, buffered: 0, running: 0 });
  });

  it('aborts handlers when its time is over', async () => {
    const { work } = await setup([1]);
    let reason: unknown;
    const worker = work({
      handler: async (_, { signal }) => {
        await untilAborted(signal);
        reason = signal.reason;
      },
    });
    await eventually(() => worker.stats.running === 1);
    await worker.close({ timeoutMs: 30 });
    expect(reason).toMatchObject({ code: 'CLIENT_CLOSED' });
  });

  it('does not wait for ever for a handler that ignores its signal', async () => {
    const { work } = await setup([1]);
    const worker = work({ handler: () => new Promise(() => {}) });
    await eventually(() => worker.stats.running === 1);
    const from = performance.now();
    await worker.close({ timeoutMs: 30 });
    expect(performance.now() - from).toBeLessThan(10_000);
  });

  it('ends a long poll; what comes too late is given back', async () => {
    const { queue, work, broker } = await setup();
    const real = queue.handlers.Receive as Handler<'Receive'>;
    broker.handlers.Receive = async (body, call) => {
      queue.receives.push(body);
      await untilAborted(call.signal);
      queue.add([7]);
      // The reply was on its way when the Cancel came.
      return real(body, { ...call, signal: new AbortController().signal });
    };
    const started: number[] = [];
    const worker = work({ handler: ({ value }) => started.push(value) });
    await eventually(() => queue.receives.length > 0);
    const from = performance.now();
    await worker.close();
    expect(performance.now() - from).toBeLessThan(10_000);
    expect(started).toEqual([]);
    expect(queue.itemsOf('return')).toEqual([[0, 0]]);
    expect(queue.states()).toEqual(['ready']);
  });

  it('a handler that has ended claims nothing any more, were it its first claim', async () => {
    const { work, broker } = await setup([1]);
    let late: HandlerContext['once'] | undefined;
    const worker = work({
      handler: (_, { once }) => {
        late = once;
      },
    });
    await eventually(() => worker.stats.accepted === 1);
    await expect(late?.('k', () => 'done')).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    expect(broker.count('ClaimEffect')).toBe(0);
  });

  it('comes by signal, by the client, and once', async () => {
    const { client, work } = await setup();
    const controller = new AbortController();
    const one = work({ handler: () => {}, signal: controller.signal });
    const two = work({ handler: () => {} });
    controller.abort();
    await one.finished;
    await client.close();
    await two.finished;
    await two.close();
    expect([one.stats.running, two.stats.running]).toEqual([0, 0]);
  });
});

describe('what goes wrong', () => {
  it.each(['UNKNOWN_GROUP', 'UNKNOWN_TOPIC', 'GROUP_KIND_MISMATCH', 'TOPIC_NOT_IN_GROUP'] as const)(
    '%s ends it, and says so',
    async (code) => {
      const { work, broker } = await setup();
      broker.handlers.DescribeShareGroups = () => new MillraceError('UNKNOWN_GROUP');
      broker.handlers.Receive = () => new MillraceError(code);
      const worker = work({ handler: () => {} });
      expect((await rejection(worker.finished)).code).toBe(code);
      await worker.close();
    },
  );

  it('a lost connection: goes on, and says again what can be said twice', async () => {
    const { queue, work, broker } = await setup(numbers(10));
    const real = queue.handlers.Acknowledge as Handler<'Acknowledge'>;
    let isFirst = true;
    broker.handlers.Acknowledge = (body, call) => {
      const answer = real(body, call);
      if (!isFirst) return answer;
      isFirst = false;
      broker.drop();
      return SILENT;
    };
    const worker = work({ handler: () => {} });
    await eventually(() => queue.states().every((state) => state === 'accepted'));
    queue.add([10]);
    await eventually(() => worker.stats.accepted === 11);
    expect(worker.stats.lost).toBe(0);
    expect(broker.connections.length).toBe(2);
  });

  it('a return is never said twice', async () => {
    const { queue, work, broker } = await setup(numbers(3));
    const worker = work({ concurrency: 1, prefetch: 10, handler: () => pause(50) });
    await eventually(() => worker.stats.buffered === 2);
    const real = queue.handlers.Acknowledge as Handler<'Acknowledge'>;
    broker.handlers.Acknowledge = (body, call) => {
      const answer = real(body, call);
      broker.handlers.Acknowledge = real;
      broker.drop();
      return body.items.some(({ kind }) => kind === 'return') ? SILENT : answer;
    };
    await worker.close();
    expect(queue.itemsOf('return').length).toBe(1);
    expect(worker.stats.lost).toBe(2);
  });

  it('a broker that refuses for a while', async () => {
    const { queue, work, broker } = await setup([1]);
    let refusals = 3;
    const real = broker.handlers.Receive as Handler<'Receive'>;
    broker.handlers.Receive = (body, call) => {
      refusals -= 1;
      return refusals < 0 ? real(body, call) : new MillraceError('INTERNAL');
    };
    work({ handler: () => {} });
    await eventually(() => queue.states()[0] === 'accepted');
    expect(broker.count('Receive')).toBeGreaterThan(3);
  });

  it('leased bytes that are no records are released with the reason', async () => {
    const { queue, work } = await setup([1, 2]);
    const entry = queue.entries[0] as { batch: Uint8Array };
    entry.batch = Buffer.from('nonsense');
    const started: number[] = [];
    const worker = work({
      handler: ({ value }) => started.push(value),
      concurrency: 1,
      prefetch: 0,
    });
    await eventually(() => queue.itemsOf('release').length > 2);
    expect(queue.items.find(({ kind }) => kind === 'release')?.errorText).toContain(
      'CORRUPT_BATCH',
    );
    await worker.close();
  });

  it('an onOutcome that throws is no reason to stop', async () => {
    const { queue, work } = await setup([1]);
    const worker = work({
      handler: () => {},
      onOutcome: () => {
        throw new Error('mine');
      },
    });
    await eventually(() => worker.stats.accepted === 1);
    queue.add([2]);
    await eventually(() => worker.stats.accepted === 2);
    expect(queue.states()).toEqual(['accepted', 'accepted']);
  });

  it('options that contradict each other', async () => {
    const { client } = await setup();
    const common = { group: 'g', topics: 't' };
    const both = { ...common, handler: () => {}, eachBatch: () => {} };
    const one = { ...common, handler: () => {} };
    const wrong = [
      { ...one, concurrency: 0 },
      { ...one, batchSize: 5 },
    ];
    const uncallable = [
      { ...common, handler: 'work' },
      { ...common, eachBatch: null },
    ];
    for (const options of [common, both, ...wrong, ...uncallable]) {
      expect(() => client.worker(options as unknown as WorkerOptions<unknown>)).toThrow(
        expect.objectContaining({ code: 'INVALID_CONFIG' }),
      );
    }
  });
});

describe('pausing', () => {
  it('gives back what waits and receives nothing until resume', async () => {
    const { queue, work } = await setup(numbers(5));
    const worker = work({ concurrency: 1, prefetch: 10, handler: () => pause(20) });
    await eventually(() => worker.stats.buffered === 4);
    worker.pause();
    await eventually(() => queue.itemsOf('return').length === 1 && worker.stats.running === 0);
    const receives = queue.receives.length;
    queue.add([5]);
    await pause(40);
    expect(queue.receives.length).toBe(receives);
    expect(worker.stats.buffered).toBe(0);
    worker.resume();
    await eventually(() => queue.states().every((state) => state === 'accepted'));
  });
});
