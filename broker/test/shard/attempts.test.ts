// Receives that name their attempt: what a second one with the same id gets, whatever became of the first.

import { MillraceError } from '@millrace/protocol';
import { MemoryStore } from '@millrace/storage';
import { FaultyStore, gate } from '@millrace/storage/testing';
import { expect, test } from 'vitest';
import {
  countsOf,
  createQueue,
  openTestShard,
  produce,
  receiveOf,
  soon,
  TestCancel,
} from './open-test-shard.ts';

const attempt = (attemptId: string, maxWaitMs = 0) => ({ ...receiveOf(maxWaitMs), attemptId });

async function prepared() {
  const store = new FaultyStore(new MemoryStore());
  const shard = openTestShard(store);
  const topicId = await createQueue(shard);
  return { store, shard, topicId };
}

test('the leases are told again after a lost reply, by the next process too; another id gets others [L-104]', async () => {
  const { store, shard, topicId } = await prepared();
  await produce(shard, topicId, 'a', 'b', 'c');
  const first = await shard.call('Receive', attempt('one'));
  expect(first.leases).toMatchObject([{ firstOffset: 0, deliveries: 1 }]);
  expect(await shard.call('Receive', attempt('one'))).toEqual(first);
  await shard.close();
  const next = openTestShard(store);
  expect(await next.call('Receive', attempt('one'))).toEqual(first);
  expect((await next.call('Receive', attempt('two'))).leases).toMatchObject([{ firstOffset: 1 }]);
  expect(await countsOf(next)).toMatchObject({ leased: 2, fresh: 1 });
  await next.close();
});

test('the leases and the attempt are one commit: an aborted one leaves neither [L-104]', async () => {
  const { store, shard, topicId } = await prepared();
  await produce(shard, topicId, 'a');
  store.script({ kind: 'abort' });
  await expect(shard.call('Receive', attempt('one'))).rejects.toMatchObject({
    code: 'STORAGE_ERROR',
  });
  expect([...store.range('attempts', {})]).toEqual([]);
  const commits = store.commits.length;
  const { leases } = await shard.call('Receive', attempt('one'));
  expect(leases).toMatchObject([{ firstOffset: 0, deliveries: 1 }]);
  expect(store.commits).toHaveLength(commits + 1);
  await shard.close();
});

test('a second one is told nothing before the leases of the first are flushed [L-104]', async () => {
  const { store, shard, topicId } = await prepared();
  await produce(shard, topicId, 'a', 'b');
  const { until, open } = gate();
  store.script({ kind: 'delay', until });
  const first = shard.call('Receive', attempt('one'));
  await soon();
  let isTold = false;
  const again = shard.call('Receive', attempt('one')).finally(() => {
    isTold = true;
  });
  await soon();
  expect(isTold).toBe(false);
  open();
  expect(await again).toEqual(await first);
  await shard.close();
});

test('two that wait under one id share what comes [L-104]', async () => {
  const { shard, topicId } = await prepared();
  const both = ['x', 'x'].map((id) => shard.call('Receive', attempt(id, 2_000)));
  await soon();
  await produce(shard, topicId, 'a');
  const [first] = await Promise.all(both);
  const again = await shard.call('Receive', attempt('x'));
  expect(first?.leases).toMatchObject([{ firstOffset: 0 }]);
  expect(again).toEqual(first);
  expect(await countsOf(shard)).toMatchObject({ leased: 1 });
  await shard.close();
});

test('one whose connection closed before its reply gives back, and the next one leases anew [L-104]', async () => {
  const { store, shard, topicId } = await prepared();
  await produce(shard, topicId, 'a');
  const { until, open } = gate();
  store.script({ kind: 'delay', until });
  const cancel = new TestCancel();
  const first = shard.call('Receive', attempt('one'), cancel);
  await soon();
  cancel.cancel(new MillraceError('CANCELLED'));
  open();
  await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
  const { leases } = await shard.call('Receive', attempt('one'));
  expect(leases).toMatchObject([{ firstOffset: 0, deliveries: 1, token: 2 }]);
  await shard.close();
});

test('leases that a second one shares are not given back when the first is closed [L-104]', async () => {
  const { store, shard, topicId } = await prepared();
  await produce(shard, topicId, 'a');
  const { until, open } = gate();
  store.script({ kind: 'delay', until });
  const cancel = new TestCancel();
  const first = shard.call('Receive', attempt('one'), cancel);
  await soon();
  const again = shard.call('Receive', attempt('one'));
  await soon();
  cancel.cancel(new MillraceError('CANCELLED'));
  open();
  await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
  expect((await again).leases).toMatchObject([{ firstOffset: 0, token: 1 }]);
  expect(await countsOf(shard)).toMatchObject({ leased: 1, ready: 0 });
  await shard.close();
});
