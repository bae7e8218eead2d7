// What the shard promises whatever the store does: replies after the flush, waiting that wakes, memory that is dropped
// and loaded anew when a commit is aborted.

import { ERRORS, MillraceError } from '@millrace/protocol';
import { MemoryStore } from '@millrace/storage';
import { FaultyStore, gate } from '@millrace/storage/testing';
import { describe, expect, test } from 'vitest';
import {
  batchOf,
  createQueue,
  openTestShard,
  receiveOf,
  TestCancel,
  type TestShard,
} from './open-test-shard.ts';

async function produce({ call }: TestShard, topicId: number, ...texts: string[]) {
  const { results } = await call('Produce', {
    batches: [{ topicId, partition: 0, batch: batchOf(...texts) }],
  });
  return results[0];
}

async function countsOf({ call }: TestShard) {
  const { partitions } = await call('Counters', { group: 'g' });
  return partitions[0];
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('replies and the disk [I1]', () => {
  test('a produce is answered when its commit is flushed, not before; no read shows it earlier', async () => {
    const store = new FaultyStore(new MemoryStore());
    const shard = openTestShard(store);
    const topicId = await createQueue(shard);
    const { until, open } = gate();
    store.script({ kind: 'delay', until });
    let answered = false;
    const producing = produce(shard, topicId, 'a').then((result) => {
      answered = true;
      return result;
    });
    const counting = countsOf(shard);
    const fetched = await shard.call('Fetch', {
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 1_000,
      partitions: [{ topicId, partition: 0, offset: 0, maxBytes: 1_000 }],
    });
    await soon();
    expect(answered).toBe(false);
    expect(fetched.partitions[0]).toMatchObject({ endOffset: 0, batches: [] });
    open();
    expect(await producing).toMatchObject({ errorCode: 0, baseOffset: 0 });
    expect(await counting).toMatchObject({ fresh: 0, endOffset: 0 });
    await shard.close();
  });

  test('a lease is not handed out before it is flushed', async () => {
    const store = new FaultyStore(new MemoryStore());
    const shard = openTestShard(store);
    const topicId = await createQueue(shard);
    await produce(shard, topicId, 'a');
    const { until, open } = gate();
    store.script({ kind: 'delay', until });
    let received = false;
    const receiving = shard.call('Receive', receiveOf(0)).then((reply) => {
      received = true;
      return reply;
    });
    await soon();
    expect(received).toBe(false);
    open();
    expect((await receiving).leases).toHaveLength(1);
    await shard.close();
  });
});

describe('aborted commits [I7]', () => {
  test('everything staged fails with STORAGE_ERROR, memory is what the store holds, and work goes on', async () => {
    const store = new FaultyStore(new MemoryStore());
    const shard = openTestShard(store);
    const topicId = await createQueue(shard);
    await produce(shard, topicId, 'kept');
    store.script({ kind: 'abort', reason: 'full' });
    const failing = [produce(shard, topicId, 'lost'), shard.call('Receive', receiveOf(0))];
    for (const outcome of await Promise.allSettled(failing)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'STORAGE_ERROR' } });
    }
    expect(shard.reloads).toHaveLength(1);
    expect(await countsOf(shard)).toMatchObject({ fresh: 1, leased: 0, endOffset: 1 });
    expect(await produce(shard, topicId, 'next')).toMatchObject({ baseOffset: 1 });
    expect((await shard.call('Receive', receiveOf(0))).leases[0]).toMatchObject({
      firstOffset: 0,
      deliveries: 1,
    });
    await shard.close();
  });

  test('a flush whose outcome is unknown is fatal, and nothing is acknowledged any more', async () => {
    const store = new FaultyStore(new MemoryStore());
    const shard = openTestShard(store);
    const topicId = await createQueue(shard);
    store.script({ kind: 'flushUnknown', applied: true });
    await expect(produce(shard, topicId, 'a')).rejects.toThrow('flush');
    expect(shard.fatal).toHaveLength(1);
    await expect(produce(shard, topicId, 'b')).rejects.toThrow('flush');
  });
});

describe('waiting', () => {
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
      config: {
        visibilityTimeoutMs: 50,
        maxDeliveries: null,
        backoff: 'none',
        backoffBaseMs: null,
        backoffFactor: null,
        backoffMaxMs: null,
        jitter: null,
        onExhausted: null,
      },
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

describe('a full disk', () => {
  test('producing stops with STORAGE_FULL; receiving and acknowledging go on', async () => {
    const store = new FaultyStore(new MemoryStore());
    const shard = openTestShard(store);
    const topicId = await createQueue(shard);
    await produce(shard, topicId, 'a');
    store.reportFull();
    shard.space.refresh();
    expect(await produce(shard, topicId, 'b')).toMatchObject({
      errorCode: ERRORS.STORAGE_FULL.code,
    });
    const { leases } = await shard.call('Receive', receiveOf(0));
    const lease = leases[0];
    if (!lease) throw new Error('nothing was leased');
    const { firstOffset, lastOffset, token } = lease;
    const item = {
      topicId,
      partition: 0,
      firstOffset,
      lastOffset,
      token,
      delayMs: null,
      errorText: null,
    };
    const { results } = await shard.call('Acknowledge', {
      group: 'g',
      items: [{ ...item, kind: 'accept' }],
    });
    expect(results[0]?.outcomes).toEqual([{ firstOffset: 0, lastOffset: 0, errorCode: 0 }]);
    await shard.close();
  });
});
