// Messages that are not to be given now, limits in flight, and operators: who is woken, and what goes on by itself.

import { encodeBatch, type RecordInput } from '@millrace/protocol';
import { MemoryStore } from '@millrace/storage';
import { FaultyStore } from '@millrace/storage/testing';
import { describe, expect, test } from 'vitest';
import {
  batchOf,
  countsOf,
  createQueue,
  openTestShard,
  produce,
  receiveOf,
  type ShareConfigChange,
  type TestShard,
  UNCHANGED,
} from './open-test-shard.ts';

async function alter(shard: TestShard, change: Partial<ShareConfigChange>): Promise<void> {
  const group = { group: 'g', addTopics: null, startAt: -2, deadLetterTopic: null };
  await shard.call('AlterShareGroup', { ...group, config: { ...UNCHANGED, ...change } });
}

async function append(shard: TestShard, topicId: number, records: RecordInput[]): Promise<void> {
  const batch = encodeBatch(records, { nowMs: 0 });
  await shard.call('Produce', { batches: [{ topicId, partition: 0, batch }] });
}

const value = new TextEncoder().encode('x');

describe('messages that are not to be given now', () => {
  test('a waiting receive is woken when a delay ends [L-29] [L-40]', async () => {
    const shard = openTestShard();
    const topicId = await createQueue(shard);
    const waiting = shard.call('Receive', receiveOf(5_000));
    await append(shard, topicId, [{ value, delayMs: 1_000 }]);
    expect(await countsOf(shard)).toMatchObject({ fresh: 0, scheduled: 1 });
    const { leases } = await waiting;
    expect(leases[0]).toMatchObject({ firstOffset: 0, deliveries: 1 });
    await shard.close();
  });

  test('delayed messages are scheduled and expired ones go although nobody receives [L-47]', async () => {
    const shard = openTestShard();
    const topicId = await createQueue(shard);
    await append(shard, topicId, [{ value, delayMs: 60_000 }, { value, ttlMs: 1 }, { value }]);
    await expect.poll(() => countsOf(shard)).toMatchObject({ fresh: 1, scheduled: 1, dead: 1 });
    await shard.close();
  });

  test('delays end a few at a time where a commit of many finds no room [D-13]', async () => {
    let writesMax = Number.POSITIVE_INFINITY;
    const store = new FaultyStore(new MemoryStore(), {
      decide: (_, writes) =>
        writes.length > writesMax ? { kind: 'abort', reason: 'full' } : undefined,
    });
    const shard = openTestShard(store);
    const topicId = await createQueue(shard);
    // Each a run of its own, in rows of its own.
    const delayed = Array.from({ length: 100 }, (_, i) => ({ value, delayMs: 700 + (i % 2) }));
    await append(shard, topicId, delayed);
    await shard.call('Receive', receiveOf(0));
    expect(await countsOf(shard)).toMatchObject({ scheduled: 100 });
    writesMax = 50;
    const before = store.commits.length;
    await expect
      .poll(() => countsOf(shard), { timeout: 20_000 })
      .toMatchObject({ scheduled: 0, dead: 0 });
    const tried = store.commits.slice(before).map((writes) => writes.length);
    expect(Math.max(...tried)).toBeGreaterThan(writesMax);
    await shard.close();
  });

  test('a receive goes on until it finds something, however many it has to pass over [L-43]', async () => {
    const shard = openTestShard();
    const topicId = await createQueue(shard);
    const delayed = Array.from({ length: 12_000 }, () => ({ value, delayMs: 60_000 }));
    await append(shard, topicId, delayed);
    await append(shard, topicId, delayed);
    await produce(shard, topicId, 'last');
    const { leases } = await shard.call('Receive', receiveOf(0));
    expect(leases[0]).toMatchObject({ firstOffset: 24_000, lastOffset: 24_000 });
    expect((await shard.call('Receive', receiveOf(0))).leases).toEqual([]);
    await shard.close();
  });
});

describe('limits in flight [L-51]', () => {
  test('refuse when a receive could give nothing, and let one that waits in when a lease ends', async () => {
    const shard = openTestShard();
    const topicId = await createQueue(shard);
    await alter(shard, { maxInFlight: 1 });
    await produce(shard, topicId, 'a', 'b');
    const [lease] = (await shard.call('Receive', receiveOf(0))).leases;
    await expect(shard.call('Receive', receiveOf(0))).rejects.toMatchObject({
      code: 'TOO_MANY_IN_FLIGHT',
    });
    const waiting = shard.call('Receive', receiveOf(5_000));
    const { token } = lease ?? { token: 0 };
    const range = { topicId, partition: 0, firstOffset: 0, lastOffset: 0, token };
    const said = { kind: 'accept' as const, delayMs: null, errorText: null, result: null };
    await shard.call('Acknowledge', { group: 'g', items: [{ ...range, ...said }] });
    expect((await waiting).leases[0]).toMatchObject({ firstOffset: 1 });
    await shard.close();
  });

  test('wake who waits when they are raised or lifted', async () => {
    const shard = openTestShard();
    const topicId = await createQueue(shard);
    await alter(shard, { maxInFlight: 1 });
    await produce(shard, topicId, 'a', 'b', 'c');
    await shard.call('Receive', receiveOf(0));
    for (const [maxInFlight, firstOffset] of [
      [2, 1],
      [0, 2],
    ] as const) {
      const waiting = shard.call('Receive', receiveOf(5_000));
      await alter(shard, { maxInFlight });
      const late = new Promise((resolve) => setTimeout(resolve, 2_000, 'late'));
      expect(await Promise.race([waiting, late])).toMatchObject({ leases: [{ firstOffset }] });
    }
    await shard.close();
  });
});

describe('operators [L-55]', () => {
  test('a retry wakes who waits; every item and offset gets its outcome', async () => {
    const shard = openTestShard();
    const topicId = await createQueue(shard);
    await append(shard, topicId, [{ value, delayMs: 60_000 }]);
    expect((await shard.call('Receive', receiveOf(0))).leases).toEqual([]);
    const waiting = shard.call('Receive', receiveOf(5_000));
    const item = { topicId, partition: 0, firstOffset: 0, lastOffset: 2 };
    const { results } = await shard.call('ChangeMessages', {
      group: 'g',
      action: 'retry',
      delayMs: null,
      items: [item, { ...item, topicId: 99 }],
    });
    expect(results).toEqual([
      {
        outcomes: [
          { firstOffset: 0, lastOffset: 0, errorCode: 0 },
          { firstOffset: 1, lastOffset: 2, errorCode: 30 },
        ],
      },
      { outcomes: [{ firstOffset: 0, lastOffset: 2, errorCode: 20 }] },
    ]);
    expect((await waiting).leases[0]).toMatchObject({ firstOffset: 0, deliveries: 1 });
    await shard.close();
  });

  test('many messages of their own are decided about in slices; too many are refused as a whole', async () => {
    const shard = openTestShard();
    const topicId = await createQueue(shard);
    const delayed = Array.from({ length: 1_000 }, (_, i) => ({ value, delayMs: 60_000 + i }));
    await append(shard, topicId, delayed);
    await shard.call('Receive', receiveOf(0));
    const item = { topicId, partition: 0, firstOffset: 0, lastOffset: 999 };
    const request = { group: 'g', action: 'cancel' as const, delayMs: null };
    const { results } = await shard.call('ChangeMessages', { ...request, items: [item] });
    expect(results[0]?.outcomes).toEqual([{ firstOffset: 0, lastOffset: 999, errorCode: 0 }]);
    expect(await countsOf(shard)).toMatchObject({ scheduled: 0, dead: 1_000 });
    const tooMany = [{ ...item, lastOffset: 100_000 }];
    await expect(
      shard.call('ChangeMessages', { ...request, items: tooMany }),
    ).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    await shard.close();
  });

  test('a message is found by its id, with its state [L-57]', async () => {
    const shard = openTestShard();
    const topicId = await createQueue(shard);
    await shard.call('Produce', { batches: [{ topicId, partition: 0, batch: batchOf('a', 'b') }] });
    const found = await shard.call('GetMessage', { group: 'g', topicId, partition: 0, offset: 1 });
    expect(found).toMatchObject({ topic: 't', state: { state: 'fresh' }, result: null });
    expect(found.batches).toHaveLength(1);
    await shard.close();
  });
});
