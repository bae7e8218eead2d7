// Messages of one key one after another, those of different keys at the same time.
import { describe, expect, it } from 'vitest';
import type { LeasedMessage } from '../src/index.ts';
import { eventually } from './support/eventually.ts';
import { numbers, pause, setup } from './support/worker-setup.ts';

const byParity = (value: unknown) => `k${(value as number) % 2}`;

describe('keyed', () => {
  it('runs a key in turn, and keys beside each other', async () => {
    const { work } = await setup(numbers(12), byParity);
    const seen: number[] = [];
    const running = new Map<string | null, number>();
    let together = 0;
    const worker = work({
      keyed: true,
      concurrency: 8,
      handler: async ({ key, value }) => {
        running.set(key, (running.get(key) ?? 0) + 1);
        expect(running.get(key)).toBe(1);
        together = Math.max(together, running.size);
        await pause(2);
        seen.push(value);
        running.delete(key);
      },
    });
    await eventually(() => worker.stats.accepted === 12);
    expect(together).toBe(2);
    expect(seen.filter((n) => n % 2 === 0)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(seen.filter((n) => n % 2 === 1)).toEqual([1, 3, 5, 7, 9, 11]);
  });

  it('lets messages without a key run as they come', async () => {
    const { work } = await setup(numbers(6));
    let most = 0;
    const worker = work({
      keyed: true,
      concurrency: 6,
      handler: async () => {
        most = Math.max(most, worker.stats.running);
        await pause(2);
      },
    });
    await eventually(() => worker.stats.accepted === 6);
    expect(most).toBe(6);
  });

  it('gives a batch neighbours of a key in order, and no other batch any of them', async () => {
    const { work } = await setup(numbers(40), (value) => `k${(value as number) % 4}`);
    const seen: number[] = [];
    const busy = new Set<string | null>();
    const worker = work({
      keyed: true,
      concurrency: 4,
      batchSize: 3,
      eachBatch: async (messages: readonly LeasedMessage<number>[]) => {
        const keys = new Set(messages.map(({ key }) => key));
        for (const key of keys) {
          expect(busy.has(key)).toBe(false);
          busy.add(key);
        }
        await pause(1);
        seen.push(...messages.map(({ value }) => value));
        for (const key of keys) busy.delete(key);
      },
    });
    await eventually(() => worker.stats.accepted === 40);
    for (const key of numbers(4)) {
      expect(seen.filter((n) => n % 4 === key)).toEqual(numbers(10).map((n) => 4 * n + key));
    }
  });

  it('gives back what waits in the order of the log', async () => {
    const { queue, work } = await setup(numbers(6), byParity);
    let finish = () => {};
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const worker = work({ keyed: true, prefetch: 10, handler: () => done });
    await eventually(() => worker.stats.running === 2);
    worker.pause();
    await eventually(() => worker.stats.returned === 4);
    expect(queue.itemsOf('return')).toEqual([[2, 5]]);
    expect(worker.stats.buffered).toBe(0);
    finish();
    await eventually(() => worker.stats.accepted === 2);
    worker.resume();
    await eventually(() => worker.stats.accepted === 6);
  });
});

describe('a group with ordering by key', () => {
  it('is worked on by key without being told, and what waits behind a failure goes back', async () => {
    const { queue, work } = await setup(numbers(6), byParity);
    queue.ordering = 'key';
    const seen: [number, number][] = [];
    const worker = work({
      concurrency: 4,
      prefetch: 10,
      handler: async ({ value, deliveries }) => {
        seen.push([value, deliveries]);
        await pause(1);
        if (value === 2 && deliveries === 1) throw new Error('no');
      },
    });
    await eventually(() => worker.stats.accepted === 6);
    // 4 waited here while 2 failed: it comes again after it, as if it had never been delivered.
    const even = seen.filter(([value]) => value % 2 === 0);
    expect(even).toEqual([
      [0, 1],
      [2, 1],
      [2, 2],
      [4, 1],
    ]);
    expect(seen.filter(([value]) => value % 2 === 1)).toEqual([
      [1, 1],
      [3, 1],
      [5, 1],
    ]);
    expect(worker.stats).toMatchObject({ released: 1, returned: 1, lost: 0 });
    // Told from the last offset down: the end of one takes back those behind it.
    const ends = queue.items.filter(({ kind }) => kind === 'return' || kind === 'release');
    expect(ends.map(({ kind, firstOffset }) => [kind, firstOffset])).toEqual([
      ['return', 4],
      ['release', 2],
    ]);
  });

  it('fails the first of each key where a whole batch fails, and gives the others back [L-63]', async () => {
    const { queue, work } = await setup(numbers(6), byParity);
    queue.ordering = 'key';
    let calls = 0;
    const worker = work({
      batchSize: 10,
      handler: undefined,
      eachBatch: () => {
        calls += 1;
        if (calls === 1) throw new Error('no');
      },
    });
    await eventually(() => worker.stats.accepted === 6);
    const from = (kind: 'return' | 'release') =>
      Math.min(...queue.itemsOf(kind).map(([first]) => first));
    expect([from('release'), from('return')]).toEqual([0, 2]);
    expect(worker.stats).toMatchObject({ released: 2, returned: 4 });
  });

  it('counts as given back what the broker has taken back already', async () => {
    const { queue, work } = await setup(numbers(4), () => 'k');
    queue.ordering = 'key';
    const outcomes: string[] = [];
    const worker = work({
      prefetch: 10,
      handler: async (message) => {
        if (message.value !== 1 || message.deliveries > 1) return;
        for (const offset of [2, 3]) queue.steal(offset);
        await message.reject('no');
      },
      onOutcome: ({ value }, outcome) => outcomes.push(`${value} ${outcome}`),
    });
    await eventually(() => outcomes.length === 4);
    expect(outcomes.toSorted()).toEqual(['0 accepted', '1 rejected', '2 returned', '3 returned']);
    expect(worker.stats.buffered).toBe(0);
  });
});
