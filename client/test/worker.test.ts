// The worker: what it makes of what handlers do.
import { describe, expect, it } from 'vitest';
import { type LeasedMessage, LIMITS, Reject, RetryAfter } from '../src/index.ts';
import { eventually, rejection } from './support/eventually.ts';
import { numbers, type Options, pause, setup } from './support/worker-setup.ts';

function withoutText(): object {
  const thrown: Record<string, unknown> = Object.create(null);
  thrown['self'] = thrown;
  return thrown;
}

async function late(thrown: unknown): Promise<never> {
  await pause(1);
  throw thrown;
}

function withoutMessage(error: Error): Error {
  return Object.defineProperty(error, 'message', {
    get: () => {
      throw new Error('no message');
    },
  });
}

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
      { kind: 'release', errorText: 'later', delayMs: 1_235 },
      { kind: 'reject', errorText: 'no good' },
      { kind: 'accept' },
    ]);
  });

  it.each<[number, number | null]>([
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
    [1e15, LIMITS.delayMsMax],
    [-5, 0],
  ])('RetryAfter(%d) fails no other message', async (ms, delayMs) => {
    const { queue, work } = await setup([1, 2, 3]);
    const worker = work({
      handler: ({ value, deliveries }) => {
        if (value === 2 && deliveries === 1) throw new RetryAfter(ms, 'later');
      },
    });
    await eventually(() => worker.stats.accepted === 3);
    expect(worker.stats).toMatchObject({ released: 1, lost: 0 });
    expect(queue.items.find(({ kind }) => kind === 'release')).toMatchObject({ delayMs });
  });

  it.each<[string, () => unknown]>([
    ['an object without a text', withoutText],
    ['an error whose message throws', () => withoutMessage(new Error('none'))],
    ['a Reject whose message throws', () => withoutMessage(new Reject('none'))],
  ])('throwing %s ends the attempt as any other', async (_, make) => {
    const { queue, work } = await setup([1, 2, 3]);
    const worker = work({
      concurrency: 1,
      handler: ({ value, deliveries }) => {
        if (value === 1 && deliveries === 1) throw make();
        if (value === 2 && deliveries === 1) return late(make());
        return undefined;
      },
    });
    await eventually(() =>
      queue.states().every((state) => state !== 'leased' && state !== 'ready'),
    );
    await eventually(() => worker.stats.running === 0);
    const said = queue.items.filter(({ kind }) => kind !== 'accept');
    expect(said.map(({ errorText }) => errorText)).toEqual(
      said.map(() => 'thrown value without a text'),
    );
    expect(said.length).toBeGreaterThan(0);
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
