// Idempotent producers through the handlers, on stores that delay, abort, fill up and start again.

import { ERRORS, type RequestOf, stampProducer } from '@millrace/protocol';
import { MemoryStore } from '@millrace/storage';
import { FaultyStore, gate } from '@millrace/storage/testing';
import { expect, test } from 'vitest';
import {
  batchOf,
  createQueue,
  endOf,
  openTestShard,
  produceBatches,
  soon,
  type TestShard,
} from './open-test-shard.ts';

type Id = Awaited<ReturnType<typeof initProducer>>;

function initProducer({ call }: TestShard, asked: Partial<RequestOf<'InitProducer'>> = {}) {
  return call('InitProducer', asked);
}

function numbered({ producerId, producerEpoch }: Id, sequence: number, ...texts: string[]) {
  const batch = batchOf(...texts);
  stampProducer(batch, { producerId, producerEpoch, sequence });
  return batch;
}

test('batches of one producer in one request and in one turn follow each other [G-53][G-54]', async () => {
  const shard = openTestShard();
  const topicId = await createQueue(shard);
  const id = await initProducer(shard);
  const [first, second] = await Promise.all([
    produceBatches(shard, topicId, numbered(id, 0, 'a', 'b'), numbered(id, 2, 'c')),
    produceBatches(
      shard,
      topicId,
      numbered(id, 2, 'c'),
      numbered(id, 4, 'x'),
      numbered(id, 3, 'd'),
    ),
  ]);
  expect(first).toMatchObject([
    { errorCode: 0, baseOffset: 0, repeated: false },
    { errorCode: 0, baseOffset: 2, repeated: false },
  ]);
  expect(second).toMatchObject([
    { errorCode: 0, baseOffset: 2, repeated: true },
    { errorCode: ERRORS.OUT_OF_ORDER_SEQUENCE.code, baseOffset: -1 },
    { errorCode: 0, baseOffset: 3, repeated: false },
  ]);
  expect(await endOf(shard, topicId)).toBe(4);
  await shard.close();
});

test('a batch that came before is told when it is on the disk, not before [G-54][I1]', async () => {
  const store = new FaultyStore(new MemoryStore());
  const shard = openTestShard(store);
  const topicId = await createQueue(shard);
  const id = await initProducer(shard);
  const { until, open } = gate();
  store.script({ kind: 'delay', until });
  const told: string[] = [];
  const first = produceBatches(shard, topicId, numbered(id, 0, 'a')).then(() => told.push('first'));
  await soon();
  const again = produceBatches(shard, topicId, numbered(id, 0, 'a')).then(() => told.push('again'));
  await soon();
  expect(told).toEqual([]);
  open();
  await Promise.all([first, again]);
  expect(await endOf(shard, topicId)).toBe(1);
  await shard.close();
});

test('an aborted commit takes the sequence back: what is sent again is appended [G-53]', async () => {
  const store = new FaultyStore(new MemoryStore());
  const shard = openTestShard(store);
  const topicId = await createQueue(shard);
  const id = await initProducer(shard);
  await produceBatches(shard, topicId, numbered(id, 0, 'a'));
  store.script({ kind: 'abort', reason: 'io' });
  await expect(produceBatches(shard, topicId, numbered(id, 1, 'b'))).rejects.toMatchObject({
    code: 'STORAGE_ERROR',
  });
  expect(await produceBatches(shard, topicId, numbered(id, 2, 'c'))).toMatchObject([
    { errorCode: ERRORS.OUT_OF_ORDER_SEQUENCE.code },
  ]);
  expect(await produceBatches(shard, topicId, numbered(id, 1, 'b'))).toMatchObject([
    { errorCode: 0, baseOffset: 1, repeated: false },
  ]);
  await shard.close();
});

test('an id whose commit was aborted is not told, and can be given to somebody else [G-50]', async () => {
  const store = new FaultyStore(new MemoryStore());
  const shard = openTestShard(store);
  store.script({ kind: 'abort', reason: 'io' });
  await expect(initProducer(shard)).rejects.toMatchObject({ code: 'STORAGE_ERROR' });
  expect(await initProducer(shard)).toEqual({ producerId: 1, producerEpoch: 0 });
  await shard.close();
});

test('where there is no room, what was appended before is told, and nothing else is taken [G-54]', async () => {
  const store = new MemoryStore();
  const shard = openTestShard(store);
  const topicId = await createQueue(shard);
  const id = await initProducer(shard);
  await produceBatches(shard, topicId, numbered(id, 0, 'a'));
  await shard.close();
  const full = openTestShard(store, { storageReserve: Number.MAX_SAFE_INTEGER });
  expect(
    await produceBatches(full, topicId, numbered(id, 0, 'a'), numbered(id, 1, 'b')),
  ).toMatchObject([
    { errorCode: 0, baseOffset: 0, repeated: true },
    { errorCode: ERRORS.STORAGE_FULL.code },
  ]);
  await expect(initProducer(full)).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  await full.close();
  const roomy = openTestShard(store);
  expect(await produceBatches(roomy, topicId, numbered(id, 1, 'b'))).toMatchObject([
    { baseOffset: 1 },
  ]);
  await roomy.close();
});

test('a restart on the same store knows producers, names and sequences [G-51][G-54]', async () => {
  const store = new MemoryStore();
  const shard = openTestShard(store);
  const topicId = await createQueue(shard);
  const older = await initProducer(shard, { name: 'billing' });
  await produceBatches(shard, topicId, numbered(older, 0, 'a'));
  await shard.close();
  const again = openTestShard(store);
  expect(await produceBatches(again, topicId, numbered(older, 0, 'a'))).toMatchObject([
    { baseOffset: 0, repeated: true },
  ]);
  const newer = await initProducer(again, { name: 'billing' });
  expect(newer).toEqual({ producerId: older.producerId, producerEpoch: 1 });
  expect(await produceBatches(again, topicId, numbered(older, 1, 'b'))).toMatchObject([
    { errorCode: ERRORS.PRODUCER_FENCED.code },
  ]);
  expect(await produceBatches(again, topicId, numbered(newer, 0, 'b'))).toMatchObject([
    { baseOffset: 1 },
  ]);
  await again.close();
});

test('an expected offset that is not met: the end is in the reply, once it is durable [G-60]', async () => {
  const store = new FaultyStore(new MemoryStore());
  const shard = openTestShard(store);
  const topicId = await createQueue(shard);
  const { until, open } = gate();
  store.script({ kind: 'delay', until });
  const write = (expectedOffset: number) =>
    shard.call('Produce', {
      batches: [{ topicId, partition: 0, batch: batchOf('a'), expectedOffset }],
    });
  let isTold = false;
  const first = write(0);
  const second = write(0).then(({ results }) => {
    isTold = true;
    return results;
  });
  await soon();
  expect(isTold).toBe(false);
  open();
  expect((await first).results).toMatchObject([{ errorCode: 0, baseOffset: 0 }]);
  expect(await second).toMatchObject([
    { errorCode: ERRORS.OFFSET_MISMATCH.code, baseOffset: -1, endOffset: 1 },
  ]);
  await shard.close();
});
