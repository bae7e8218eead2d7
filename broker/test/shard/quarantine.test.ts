// Batches whose stored bytes were changed behind the broker's back: set aside, told of, a gap to readers, and dead to share
// groups; whatever state their messages are in, the counts stay exact.

import { assertInvariants, createShardState, loadShardState, type View } from '@millrace/core';
import { MemoryStore } from '@millrace/storage';
import { FaultyStore } from '@millrace/storage/testing';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countsOf, openTestShard, produce, receiveOf, soon } from './open-test-shard.ts';
import { fetchFrom, opened, type Queue, queueOf, spoil } from './spoiled-queue.ts';

async function rangesOf({ shard }: Queue) {
  const { ranges } = await shard.call('Peek', {
    group: 'g',
    topic: 't',
    partition: 0,
    fromOffset: 0,
    maxMessages: 100,
    maxBytes: 1_000_000,
  });
  return ranges.map((range) => [
    range.firstOffset,
    range.lastOffset,
    range.deadReason ?? range.state,
  ]);
}

const THREE = [['a', 'b'], ['c', 'd', 'e'], ['f']];

describe('a damaged batch', () => {
  test.each([
    ['in its records', -1],
    ['in its header', 20],
    ['in its checksum', 16],
    ['in what the broker stamped on it', 7],
    ['in its length', 3],
  ])('%s is a gap to readers of the log, and is told of once [D-20]', async (_, at) => {
    const queue = await queueOf(THREE);
    await spoil(queue, 2, at);
    expect(await fetchFrom(queue, 0)).toEqual([0, 5]);
    expect(await fetchFrom(queue, 3)).toEqual([5]);
    const lost = { partition: 0, baseOffset: 2, lastOffset: 4, deadMessages: 3 };
    expect(queue.shard.quarantines).toMatchObject([lost]);
    const row = queue.store.get('quarantines', [queue.topicId, 0, 2]);
    expect(row).toMatchObject({ lastOffset: 4, fault: expect.any(String) });
  });

  test('leaves the bytes for whoever wants to look, until retention [D-20]', async () => {
    const queue = await queueOf(THREE);
    const whole = queue.store.get('batches', [queue.topicId, 0, 2]) as Uint8Array;
    await spoil(queue, 2);
    await fetchFrom(queue, 0);
    const { content } = queue.store.get('quarantines', [queue.topicId, 0, 2]) as {
      content: Uint8Array;
    };
    expect(content).toHaveLength(whole.length);
    expect(queue.store.get('batches', [queue.topicId, 0, 2])).toBeUndefined();
    await queue.shard.call('DeleteRecords', {
      partitions: [{ topicId: queue.topicId, partition: 0, beforeOffset: 5 }],
    });
    await expect.poll(() => [...queue.store.range('quarantines', {})]).toEqual([]);
    expect(await fetchFrom(queue, 5)).toEqual([5]);
  });

  test('goes with its topic', async () => {
    const queue = await queueOf(THREE);
    await spoil(queue, 2);
    await fetchFrom(queue, 0);
    await queue.shard.call('DeleteTopic', { name: 't' });
    await expect.poll(() => [...queue.store.range('quarantines', {})]).toEqual([]);
  });

  test('at the end of a log lets a reader wait for what comes next, and not ask again and again', async () => {
    const queue = await queueOf(THREE);
    await spoil(queue, 5);
    let isAnswered = false;
    const waiting = fetchFrom(queue, 5, 10_000).finally(() => {
      isAnswered = true;
    });
    await soon();
    expect(isAnswered).toBe(false);
    await produce(queue.shard, queue.topicId, 'g');
    expect(await waiting).toEqual([6]);
  });

  test('is found where nobody reads [D-22]', async () => {
    const store = new MemoryStore();
    const first = await queueOf(THREE, {}, store);
    await first.shard.close();
    opened.pop();
    await spoil(first, 0);
    const shard = openTestShard(store, { scrubRate: 1_000_000 });
    opened.push(shard);
    await expect.poll(() => shard.quarantines).toMatchObject([{ baseOffset: 0, lastOffset: 1 }]);
  });

  test('is found again after a commit that was aborted', async () => {
    const store = new FaultyStore(new MemoryStore());
    const queue = await queueOf(THREE, {}, store);
    await spoil(queue, 2);
    store.script({ kind: 'abort' });
    await expect(fetchFrom(queue, 0)).rejects.toMatchObject({ code: 'STORAGE_ERROR' });
    await expect.poll(() => queue.shard.reloads).toHaveLength(1);
    expect(await fetchFrom(queue, 0)).toEqual([0, 5]);
    await queue.shard.shard.durable();
    expect(store.get('batches', [queue.topicId, 0, 2])).toBeUndefined();
    expect(queue.shard.quarantines).toHaveLength(2);
  });
});

describe('its messages in a share group', () => {
  test('are dead for that reason, without a copy; the others are given [D-21]', async () => {
    const queue = await queueOf(THREE);
    const { leases } = await queue.shard.call('Receive', receiveOf(0, 3));
    expect(leases).toHaveLength(1);
    await spoil(queue, 2);
    const rest = await queue.shard.call('Receive', receiveOf(0, 10));
    expect(rest.leases.map((lease) => [lease.firstOffset, lease.lastOffset])).toEqual([[5, 5]]);
    expect(await rangesOf(queue)).toEqual([
      [0, 1, 'leased'],
      // One was leased, two were fresh.
      [2, 2, 'corrupt'],
      [3, 4, 'corrupt'],
      [5, 5, 'leased'],
    ]);
    expect(await countsOf(queue.shard)).toMatchObject({ leased: 3, dead: 3, fresh: 0 });
    const token = leases[0]?.token ?? 0;
    const item = { topicId: queue.topicId, partition: 0, firstOffset: 0, lastOffset: 2, token };
    const { results } = await queue.shard.call('Acknowledge', {
      group: 'g',
      items: [{ ...item, kind: 'accept', delayMs: null, errorText: null, result: null }],
    });
    expect(results.flatMap(({ outcomes }) => outcomes)).toHaveLength(2);
    expect(await countsOf(queue.shard)).toMatchObject({ acknowledged: 2, leased: 1, dead: 3 });
  });
});

type Step =
  | { readonly kind: 'produce'; readonly count: number }
  | { readonly kind: 'receive'; readonly count: number }
  | { readonly kind: 'resolve'; readonly how: 'accept' | 'release' | 'reject' }
  | { readonly kind: 'cancel'; readonly at: number; readonly count: number }
  | { readonly kind: 'spoil'; readonly at: number };

const count = fc.integer({ min: 1, max: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('produce' as const), count }),
  fc.record({ kind: fc.constant('receive' as const), count }),
  fc.record({
    kind: fc.constant('resolve' as const),
    how: fc.constantFrom('accept' as const, 'release' as const, 'reject' as const),
  }),
  fc.record({ kind: fc.constant('cancel' as const), at: fc.nat({ max: 12 }), count }),
  fc.record({ kind: fc.constant('spoil' as const), at: fc.nat({ max: 8 }) }),
);

async function total(queue: Queue): Promise<number> {
  const counts = await countsOf(queue.shard);
  const { fresh, ready, scheduled, leased, parked, blocked, acknowledged, dead, removed } =
    counts ?? {};
  return [
    fresh,
    ready,
    scheduled,
    leased,
    parked,
    blocked,
    acknowledged,
    dead,
    removed,
  ].reduce<number>((sum, each) => sum + (each ?? 0), 0);
}

describe('whatever was done before and after', () => {
  test('every message is counted once, and memory is what the store says [D-21] [I3] [I7]', async () => {
    const run = async (steps: readonly Step[]): Promise<void> => {
      const queue = await queueOf([['x', 'y']]);
      const { shard, store, topicId } = queue;
      const held: { first: number; last: number; token: number }[] = [];
      const shown: number[] = [];
      let records = 2;
      for (const one of steps) {
        if (one.kind === 'produce') {
          await produce(shard, topicId, ...Array.from({ length: one.count }, (_, i) => `${i}`));
          records += one.count;
        } else if (one.kind === 'receive') {
          const { leases } = await shard.call('Receive', receiveOf(0, one.count));
          for (const { firstOffset, lastOffset, token } of leases) {
            held.push({ first: firstOffset, last: lastOffset, token });
          }
        } else if (one.kind === 'resolve') {
          const lease = held.shift();
          if (lease === undefined) continue;
          const at = { topicId, partition: 0, firstOffset: lease.first, lastOffset: lease.first };
          const what = { kind: one.how, delayMs: null, errorText: null, result: null };
          await shard.call('Acknowledge', {
            group: 'g',
            items: [{ ...at, token: lease.token, ...what }],
          });
        } else if (one.kind === 'cancel') {
          const range = { firstOffset: one.at, lastOffset: one.at + one.count - 1 };
          const items = [{ topicId, partition: 0, ...range }];
          await shard.call('ChangeMessages', {
            group: 'g',
            action: 'cancel',
            delayMs: null,
            items,
          });
        } else {
          const bases = [...store.range('batches', { prefix: [topicId, 0] })].map(([key]) =>
            Number(key[2]),
          );
          const base = bases[one.at % Math.max(1, bases.length)];
          if (base === undefined) continue;
          await spoil(queue, base);
          if ((await fetchFrom(queue, 0)).includes(base)) shown.push(base);
        }
        expect(await total(queue)).toBe(records);
        shard.shard.peek((state) => assertInvariants(state));
      }
      expect(shown).toEqual([]);
      const fresh = createShardState();
      loadShardState(fresh, store as unknown as View);
      assertInvariants(fresh);
      expect(fresh.quarantined.batches).toBe([...store.range('quarantines', {})].length);
      expect(fresh.quarantined.bytes).toBe(shard.shard.peek((state) => state.quarantined.bytes));
      await shard.close();
      opened.splice(opened.indexOf(shard), 1);
      expect(shard.fatal).toEqual([]);
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 15 }), run), {
      numRuns: 25,
    });
  });
});
