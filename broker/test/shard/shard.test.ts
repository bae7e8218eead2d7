// What the shard promises whatever the store does: replies after the flush, waiting that wakes, memory that is dropped
// and loaded anew when a commit is aborted.

import { ERRORS } from '@millrace/protocol';
import { MemoryStore } from '@millrace/storage';
import { FaultyStore, gate } from '@millrace/storage/testing';
import { describe, expect, test } from 'vitest';
import {
  countsOf,
  createQueue,
  openTestShard,
  produce,
  receiveOf,
  soon,
} from './open-test-shard.ts';

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
    store.script({ kind: 'abort', reason: 'io' });
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

describe('refusals and the disk [I1]', () => {
  test('a refusal that tells of a state is told when that state is flushed', async () => {
    const store = new FaultyStore(new MemoryStore());
    const shard = openTestShard(store);
    const { until, open } = gate();
    store.script({ kind: 'delay', until });
    const topic = {
      name: 'n',
      partitions: 1,
      config: null,
      annotations: null,
      validateOnly: false,
    };
    const told: string[] = [];
    const creating = shard.call('CreateTopic', topic).then(() => told.push('created'));
    const refused = shard.call('CreateTopic', topic).catch(() => told.push('exists'));
    await soon();
    expect(told).toEqual([]);
    open();
    await Promise.all([creating, refused]);
    expect(told.toSorted()).toEqual(['created', 'exists']);
    await shard.close();
  });

  test('a refusal that tells of a state that is aborted is not told', async () => {
    const store = new FaultyStore(new MemoryStore());
    const shard = openTestShard(store);
    store.script({ kind: 'abort', reason: 'io' });
    const topic = {
      name: 'n',
      partitions: 1,
      config: null,
      annotations: null,
      validateOnly: false,
    };
    const outcomes = await Promise.allSettled([
      shard.call('CreateTopic', topic),
      shard.call('CreateTopic', topic),
    ]);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ reason: { code: 'STORAGE_ERROR' } });
    await shard.close();
  });
});

describe('a full disk', () => {
  test('a commit that finds no room is STORAGE_FULL, and producing stops until the next look', async () => {
    const store = new FaultyStore(new MemoryStore());
    const shard = openTestShard(store);
    const topicId = await createQueue(shard);
    store.script({ kind: 'abort', reason: 'full' });
    await expect(produce(shard, topicId, 'a')).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(shard.space.isFull).toBe(true);
    shard.space.refresh();
    expect(await produce(shard, topicId, 'b')).toMatchObject({ errorCode: 0, baseOffset: 0 });
    await shard.close();
  });

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
      result: null,
    };
    const { results } = await shard.call('Acknowledge', {
      group: 'g',
      items: [{ ...item, kind: 'accept' }],
    });
    expect(results[0]?.outcomes).toEqual([{ firstOffset: 0, lastOffset: 0, errorCode: 0 }]);
    await shard.close();
  });
});
