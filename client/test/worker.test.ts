// The worker: what it makes of what handlers do, leases it keeps and loses, and how it closes.
import { MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { type LeasedMessage, Reject, RetryAfter, type WorkerOptions } from '../src/index.ts';
import { clientOf, eventually, fakeBroker, rejection } from './support/eventually.ts';
import { type Handler, SILENT, untilAborted } from './support/fake-broker.ts';
import { FakeQueue } from './support/fake-queue.ts';

type Options = Partial<WorkerOptions<number>>;

async function setup(values: readonly number[] = []) {
  const queue = new FakeQueue();
  queue.add(values);
  const broker = await fakeBroker(queue.handlers);
  const client = await clientOf(broker);
  const work = (options: Options) => client.worker<number>({ group: 'g', topics: 't', ...options });
  return { queue, broker, client, work };
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('what a handler does', () => {
  it('returning accepts; contiguous messages of a tick go as one range', async () => {
    const { queue, work } = await setup(numbers(100));
    const seen: number[] = [];
    const worker = work({
      concurrency: 100,
      handler: async ({ value, deliveries, firstDeliveredAtMs, deadlineMs }) => {
        await pause(1);
        expect([deliveries, firstDeliveredAtMs, deadlineMs]).toEqual([1, 500, 1_000]);
        seen.push(value);
      },
    });
    await eventually(() => queue.states().every((state) => state === 'accepted'));
    expect(seen.toSorted((a, b) => a - b)).toEqual(numbers(100));
    expect(queue.items.length).toBeLessThan(20);
    await eventually(() => worker.stats.accepted === 100);
    expect(worker.stats).toMatchObject({ received: 100, running: 0, buffered: 0, lost: 0 });
  });

  it('throwing releases with the text of the error', async () => {
    const { queue, work } = await setup([1]);
    const outcomes: unknown[] = [];
    work({
      handler: async ({ deliveries }) => {
        if (deliveries === 1) throw new TypeError('ü'.repeat(600));
      },
      onOutcome: ({ value, deliveries }, outcome, error) => {
        outcomes.push([value, deliveries, outcome, (error as Error | undefined)?.name]);
      },
    });
    await eventually(() => outcomes.length === 2);
    expect(outcomes).toEqual([
      [1, 1, 'released', 'TypeError'],
      [1, 2, 'accepted', undefined],
    ]);
    const [released] = queue.items;
    expect(released).toMatchObject({ kind: 'release', delayMs: null });
    expect(Buffer.byteLength(released?.errorText ?? '')).toBeLessThanOrEqual(1_024);
    expect(released?.errorText).toMatch(/^TypeError: ü+$/);
  });

  it('Reject makes it dead, RetryAfter says when', async () => {
    const { queue, work } = await setup([1, 2]);
    work({
      handler: ({ value, deliveries }) => {
        if (value === 1) throw new Reject('no good');
        if (deliveries === 1) throw new RetryAfter(1_234.5, 'later');
      },
    });
    await eventually(() => queue.states().join() === 'rejected,accepted');
    expect(queue.items).toMatchObject([
      { kind: 'reject', errorText: 'no good' },
      { kind: 'release', errorText: 'later', delayMs: 1_235 },
      { kind: 'accept' },
    ]);
  });

  it('a message it resolved itself is left as it is', async () => {
    const { queue, work } = await setup([1, 2]);
    const worker = work({
      handler: async (message) => {
        if (message.value === 1) await message.reject('by hand');
        else void message.accept();
        expect(message.isResolved).toBe(true);
        expect((await rejection(message.release())).code).toBe('ALREADY_RESOLVED');
      },
    });
    await eventually(() => worker.stats.rejected === 1 && worker.stats.accepted === 1);
    expect(queue.items.map(({ kind }) => kind).toSorted()).toEqual(['accept', 'reject']);
  });

  it('a value that cannot be decoded releases the message', async () => {
    const { queue, work } = await setup([1]);
    const options: Options = {
      codec: {
        encode: () => Buffer.alloc(0),
        decode: () => {
          throw new Error('not mine');
        },
      },
      handler: (message) => (message.deliveries === 1 ? message.value : undefined),
    };
    work(options);
    await eventually(() => queue.states()[0] === 'accepted');
    expect(queue.items[0]?.errorText).toBe('CODEC_FAILED: The value cannot be decoded: not mine');
  });

  it('batches are accepted as ranges, but for what was resolved by hand', async () => {
    const { queue, work } = await setup(numbers(10));
    const sizes: number[] = [];
    const worker = work({
      batchSize: 8,
      eachBatch: async (messages) => {
        sizes.push(messages.length);
        await messages.find(({ value }) => value === 3)?.reject('three');
        if (messages.some(({ value }) => value === 9)) throw new Error('nine');
      },
    });
    await eventually(() => worker.stats.released >= 2);
    await worker.close();
    expect(sizes.slice(0, 2)).toEqual([8, 2]);
    expect(queue.itemsOf('reject')).toEqual([[3, 3]]);
    expect(queue.itemsOf('accept')).toEqual([
      [0, 2],
      [4, 7],
    ]);
    expect(queue.itemsOf('release')[0]).toEqual([8, 9]);
  });

  it('runs so many at a time, and holds no more than it may', async () => {
    const { queue, work } = await setup(numbers(50));
    let running = 0;
    let most = 0;
    const worker = work({
      concurrency: 4,
      prefetch: 3,
      handler: async () => {
        running += 1;
        most = Math.max(most, running);
        await pause(2);
        running -= 1;
        const { running: inHandlers, buffered } = worker.stats;
        expect(inHandlers + buffered).toBeLessThanOrEqual(7);
      },
    });
    await eventually(() => queue.states().every((state) => state === 'accepted'));
    expect(most).toBe(4);
    expect(Math.max(...queue.receives.map(({ maxMessages }) => maxMessages))).toBe(7);
  });
});

describe('leases', () => {
  it('are extended from half their time on, for running and waiting messages', async () => {
    const { queue, work } = await setup(numbers(5));
    let finish = () => {};
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const worker = work({
      concurrency: 1,
      prefetch: 10,
      visibilityTimeoutMs: 80,
      handler: ({ value }) => (value === 1 ? done : undefined),
    });
    await eventually(() => queue.itemsOf('extend').length >= 3);
    // Number 0 is accepted, 1 runs, 2 to 4 wait.
    expect(queue.itemsOf('extend').every(([first, last]) => first === 1 && last === 4)).toBe(true);
    expect(queue.items.find(({ kind }) => kind === 'extend')?.delayMs).toBe(80);
    expect(queue.receives[0]?.visibilityTimeoutMs).toBe(80);
    finish();
    await eventually(() => queue.states().every((state) => state === 'accepted'));
    const extensions = queue.itemsOf('extend').length;
    await pause(150);
    expect(queue.itemsOf('extend').length).toBe(extensions);
    expect(worker.stats.lost).toBe(0);
  });

  it('last as long as the group says', async () => {
    const { queue, work, broker } = await setup([1]);
    queue.visibilityTimeoutMs = 60;
    work({ handler: () => pause(100) });
    await eventually(() => queue.itemsOf('extend').length > 0);
    expect(queue.receives[0]?.visibilityTimeoutMs).toBe(60);
    expect(broker.count('DescribeShareGroups')).toBe(1);
  });

  it('that are lost abort the signal and free what waits', async () => {
    const { queue, work } = await setup([1, 2, 3]);
    const started: number[] = [];
    let reason: unknown;
    const outcomes: string[] = [];
    const worker = work({
      concurrency: 1,
      visibilityTimeoutMs: 60,
      handler: async ({ value }, { signal }) => {
        started.push(value);
        if (value !== 1) return;
        queue.steal(0);
        queue.steal(1);
        await untilAborted(signal);
        reason = signal.reason;
      },
      onOutcome: ({ value }, outcome) => outcomes.push(`${value} ${outcome}`),
    });
    await eventually(() => outcomes.length === 3);
    expect(reason).toMatchObject({ code: 'STALE_LEASE' });
    expect(started).toEqual([1, 3]);
    expect(outcomes.toSorted()).toEqual(['1 lost', '2 lost', '3 accepted']);
    expect(worker.stats.lost).toBe(2);
  });

  it('can be made longer by the handler', async () => {
    const { queue, work } = await setup([1]);
    let deadline = 0;
    work({
      handler: async (_, { extend, signal }) => {
        deadline = await extend(9_000);
        expect(signal.aborted).toBe(false);
      },
    });
    await eventually(() => queue.states()[0] === 'accepted');
    expect(deadline).toBe(2_000);
    expect(queue.items[0]).toMatchObject({ kind: 'extend', delayMs: 9_000 });
  });

  it('that ended while nobody could be asked are not begun', async () => {
    const { queue, work, broker } = await setup([1, 2]);
    const started: number[] = [];
    const worker = work({
      concurrency: 1,
      visibilityTimeoutMs: 60,
      handler: async ({ value }) => {
        started.push(value);
        if (started.length === 1) {
          broker.handlers.Acknowledge = () => SILENT;
          await pause(150);
          broker.handlers.Acknowledge = queue.handlers.Acknowledge as Handler<'Acknowledge'>;
        }
      },
    });
    await eventually(() => worker.stats.lost === 1);
    expect(started).toEqual([1]);
  });
});

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
    expect(performance.now() - from).toBeLessThan(1_000);
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
    expect(performance.now() - from).toBeLessThan(1_000);
    expect(started).toEqual([]);
    expect(queue.itemsOf('return')).toEqual([[0, 0]]);
    expect(queue.states()).toEqual(['ready']);
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
    for (const options of [common, both, { ...common, handler: () => {}, concurrency: 0 }]) {
      expect(() => client.worker(options)).toThrow(
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

describe('messages', () => {
  it('tell their receipt', async () => {
    const { work } = await setup([1]);
    let message: LeasedMessage<number> | undefined;
    work({
      handler: (given) => {
        message = given;
      },
    });
    await eventually(() => message !== undefined);
    expect(message?.receipt).toBe('r1.1.0.-.0.0.1');
  });
});
