// DeleteRecords over several partitions and turns: what it tells of each holds.

import { encodeBatch } from '@millrace/protocol';
import { MemoryStore } from '@millrace/storage';
import { FaultyStore } from '@millrace/storage/testing';
import { afterEach, expect, test } from 'vitest';
import { openTestShard, type TestShard } from './open-test-shard.ts';

let shard: TestShard;
afterEach(() => shard.close());

/** Two records, more bytes than are cut in one turn. */
function large(): Uint8Array {
  const record = { value: Buffer.alloc(700_000) };
  return encodeBatch([record, record], { nowMs: 1 });
}

test('a start whose commit was aborted is not told as moved', async () => {
  const store = new FaultyStore(new MemoryStore());
  shard = openTestShard(store, { commitQueueBytes: 10_000_000 });
  const topic = { name: 't', partitions: 2, config: null, annotations: null, validateOnly: false };
  const { topicId } = await shard.call('CreateTopic', topic);
  const both = [0, 1].map((partition) => ({ topicId, partition }));
  const batches = both.map((place) => ({ ...place, batch: large() }));
  await shard.call('Produce', { batches });
  store.script({ kind: 'abort' });
  const partitions = both.map((place) => ({ ...place, beforeOffset: 1 }));
  const deleting = shard.call('DeleteRecords', { partitions });
  await expect(deleting).rejects.toMatchObject({ code: 'STORAGE_ERROR' });
  const { results } = await shard.call('DeleteRecords', { partitions });
  expect(results).toMatchObject([{ startOffset: 1 }, { startOffset: 1 }]);
});
