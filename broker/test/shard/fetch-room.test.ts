// What of several partitions fits into one reply of a fetch session.

import { batchHeader, LIMITS } from '@millrace/protocol';
import { afterEach, expect, test } from 'vitest';
import { FetchReply } from '../../src/handlers/fetch-reply.ts';
import { batchOf, CONNECTION, openTestShard, type TestShard } from './open-test-shard.ts';

let shard: TestShard;
afterEach(() => shard.close());

/** Partition and first offset of each batch. */
async function fetched(request: object): Promise<string[]> {
  const body = { maxWaitMs: 0, partitions: [], sessionId: 7, ...request };
  const { partitions } = await shard.call('Fetch', body, undefined, CONNECTION);
  return partitions.flatMap(({ partition, batches }) =>
    batches.map((batch) => `${partition}: ${batchHeader(batch).baseOffset}`),
  );
}

test('[G-7] a batch larger than the part of its partition comes where the reply has room', async () => {
  shard = openTestShard();
  const { topicId } = await shard.call('CreateTopic', { name: 't', partitions: 3 });
  for (const partition of [0, 1, 2]) {
    for (const text of ['a', 'b']) {
      await shard.call('Produce', { batches: [{ topicId, partition, batch: batchOf(text) }] });
    }
  }
  const partitions = [0, 1, 2].map((partition) => ({ topicId, partition, offset: 0, maxBytes: 1 }));
  const maxBytes = 2 * batchOf('a').length + 1;
  expect(await fetched({ isNewSession: true, partitions, maxBytes })).toEqual(['0: 0', '1: 0']);
  // What did not fit comes first, the others follow in turn.
  expect(await fetched({ maxBytes })).toEqual(['2: 0', '0: 1']);
  expect(await fetched({ maxBytes })).toEqual(['1: 1', '2: 1']);
  expect(await fetched({ maxBytes })).toEqual([]);
});

test('[G-7] what did not fit is not waited for, however many bytes are wanted', async () => {
  shard = openTestShard();
  const { topicId } = await shard.call('CreateTopic', { name: 't', partitions: 2 });
  for (const [partition, text] of ['a', 'b'.repeat(1_000)].entries()) {
    await shard.call('Produce', { batches: [{ topicId, partition, batch: batchOf(text) }] });
  }
  const partitions = [0, 1].map((partition) => ({ topicId, partition, offset: 0 }));
  const room = { minBytes: 400, maxBytes: 800, maxWaitMs: 60_000 };
  expect(await fetched({ isNewSession: true, partitions, ...room })).toEqual(['0: 0']);
  expect(await fetched(room)).toEqual(['1: 0']);
});

test('[G-7] a reply has no more batches than the limit, however small they are: fetchBatchesMax', async () => {
  shard = openTestShard();
  const { topicId } = await shard.call('CreateTopic', { name: 't', partitions: 2 });
  const items = [0, 0, 0, 1].map((partition) => ({ topicId, partition, batch: batchOf('a') }));
  await shard.call('Produce', { batches: items });
  const counted = (batchesMax?: number) => {
    const reply = new FetchReply(shard.shard, LIMITS.fetchBytesMax, undefined, batchesMax);
    const maxBytes = LIMITS.fetchBytesMax;
    const counts = [0, 1].map(
      (partition) => reply.read({ topicId, partition, offset: 0, maxBytes }).batches.length,
    );
    return [...counts, reply.isFull];
  };
  expect(counted(2)).toEqual([2, 0, true]);
  expect(counted(3)).toEqual([3, 0, true]);
  expect(counted()).toEqual([3, 1, false]);
});
