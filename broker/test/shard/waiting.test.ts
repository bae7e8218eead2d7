// Long polls and what time brings: who is woken, when, in which order, and what a wait that nobody needs leaves behind.

import { MillraceError } from '@millrace/protocol';
import { MemoryStore } from '@millrace/storage';
import { FaultyStore, gate } from '@millrace/storage/testing';
import { describe, expect, test } from 'vitest';
import {
  batchOf,
  countsOf,
  createQueue,
  openTestShard,
  produce,
  receiveOf,
  soon,
  TestCancel,
  UNCHANGED,
} from './open-test-shard.ts';

describe('waiting', () => {
  test('a commit of many batches makes a waiting group look once', async () => {
    const shard = openTestShard();
    const topicId = await createQueue(shard);
    let looks = 0;
    const groupId = shard.shard.peek(({ catalog }) => catalog.groupByName('g')?.groupId ?? 0);
    const leave = shard.shard.waiters.waitForMessages(groupId, [topicId], () => {
      looks += 1;
      return false;
    });
    const batches = Array.from({ length: 50 }, () => ({
      topicId,
      partition: 0,
      batch: batchOf('a'),
    }));
    await shard.call('Produce', { batches });
    expect(looks).toBe(1);
    leave();
    expect(shard.shard.waiters.groupsWaitingFor(topicId)).toEqual([]);
    await shard.close();
  });

  test('a receive wakes on produce; those who wait are served in the order they came', async () => {
    const shard = openTestShard();
    const topicId = await createQueue(shard);
    const order: string[] = [];
    const waiting = ['first', 'second', 'third'].map(async (name) => {
      const { leases } = await shard.call('Receive', receiveOf(5_000));
      order.push(`${name}: ${leases[0]?.firstOffset}`);
    });
    await produce(shard, topicId, 'a', 'b');
    await produce(shard, topicId, 'c');
    await Promise.all(waiting);
    expect(order).toEqual(['first: 0', 'second: 1', 'third: 2']);
    expect(shard.shard.waiters.size).toBe(0);
    await shard.close();
  });

  test('a cancelled wait leases nothing', async () => {
    const shard = openTestShard();
    const topicId = await createQueue(shard);
    const signal = new TestCancel();
    const waiting = shard.call('Receive', receiveOf(5_000), signal);
    await soon();
    signal.cancel(new MillraceError('CANCELLED'));
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    await produce(shard, topicId, 'a');
    expect(await countsOf(shard)).toMatchObject({ fresh: 1, leased: 0 });
    await shard.close();
  });

  test('a wait in a group that was never made takes nothing from the one that has its id', async () => {
    const store = new FaultyStore(new MemoryStore());
    const shard = openTestShard(store);
    const topicId = await createQueue(shard);
    const group = { topics: ['t'], startAt: -2, deadLetterTopic: null, config: null };
    store.script({ kind: 'abort' });
    const made = shard.call('CreateShareGroup', { group: 'never', ...group });
    const waiting = shard.call('Receive', { ...receiveOf(5_000), group: 'never' });
    await expect(made).rejects.toMatchObject({ code: 'STORAGE_ERROR' });
    await shard.call('CreateShareGroup', { group: 'other', ...group });
    await Promise.all([
      produce(shard, topicId, 'a'),
      expect(waiting).rejects.toMatchObject({ code: 'UNKNOWN_GROUP' }),
    ]);
    const other = await shard.call('Receive', { ...receiveOf(0), group: 'other' });
    expect(other.leases).toMatchObject([{ firstOffset: 0, deliveries: 1 }]);
    await shard.close();
  });

  test('leases that nobody waits for any more when they are flushed are given back, uncounted', async () => {
    const store = new FaultyStore(new MemoryStore());
    const shard = openTestShard(store);
    const topicId = await createQueue(shard);
    await produce(shard, topicId, 'a');
    const { until, open } = gate();
    store.script({ kind: 'delay', until });
    const signal = new TestCancel();
    const receiving = shard.call('Receive', receiveOf(0), signal);
    await soon();
    signal.cancel(new MillraceError('CANCELLED'));
    open();
    await expect(receiving).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await countsOf(shard)).toMatchObject({ ready: 1, leased: 0 });
    expect((await shard.call('Receive', receiveOf(0))).leases[0]).toMatchObject({ deliveries: 1 });
    await shard.close();
  });

  test('the deletion of the topic, or of the group, ends waits [L-33]', async () => {
    const shard = openTestShard();
    const endedBy = async (deletion: () => Promise<unknown>) => {
      await createQueue(shard);
      const waits = [5_000, 5_000].map((ms) => shard.call('Receive', receiveOf(ms)));
      const ended = Promise.allSettled(waits);
      await soon();
      await deletion();
      const ends = await ended;
      return ends.map((end) => (end.status === 'rejected' ? end.reason.code : end.value));
    };
    const topicEnds = await endedBy(() => shard.call('DeleteTopic', { name: 't' }));
    expect(topicEnds).toEqual(['UNKNOWN_TOPIC', 'UNKNOWN_TOPIC']);
    await shard.call('DeleteShareGroup', { group: 'g' });
    const groupEnds = await endedBy(() => shard.call('DeleteShareGroup', { group: 'g' }));
    expect(groupEnds).toEqual(['UNKNOWN_GROUP', 'UNKNOWN_GROUP']);
    expect(shard.shard.waiters.size).toBe(0);
    await shard.close();
  });

  test('a fetch waits for enough bytes and gives up when its time is over', async () => {
    const shard = openTestShard();
    const topicId = await createQueue(shard);
    const fetch = {
      maxWaitMs: 200,
      minBytes: 1_000_000,
      maxBytes: 1_000_000,
      partitions: [{ topicId, partition: 0, offset: 0, maxBytes: 1_000_000 }],
    };
    const fetching = shard.call('Fetch', fetch);
    await produce(shard, topicId, 'a');
    const { partitions } = await fetching;
    expect(partitions[0]).toMatchObject({ endOffset: 1 });
    expect(partitions[0]?.batches).toHaveLength(1);
    await shard.close();
  });
});

describe('time', () => {
  test('a lease that ends makes the message ready for whoever waits, with its count raised', async () => {
    const shard = openTestShard();
    const topicId = await createQueue(shard);
    await shard.call('AlterShareGroup', {
      group: 'g',
      addTopics: null,
      startAt: -2,
      deadLetterTopic: null,
      config: { ...UNCHANGED, visibilityTimeoutMs: 50, backoff: 'none' },
    });
    await produce(shard, topicId, 'a');
    await shard.call('Receive', receiveOf(0));
    const { leases } = await shard.call('Receive', receiveOf(5_000));
    expect(leases[0]).toMatchObject({ firstOffset: 0, deliveries: 2 });
    await shard.close();
  });

  test('rows of a deleted topic are swept in the background', async () => {
    const store = new MemoryStore();
    const shard = openTestShard(store);
    const topicId = await createQueue(shard);
    await produce(shard, topicId, 'a');
    await shard.call('DeleteShareGroup', { group: 'g' });
    await shard.call('DeleteTopic', { name: 't' });
    await expect.poll(() => [...store.range('batches', { prefix: [topicId] })].length).toBe(0);
    expect(shard.backgroundFailures).toEqual([]);
    await shard.close();
  });
});
