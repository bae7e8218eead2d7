// A queue for tests, whose stored batches are changed behind the broker's back, and who reads it.

import { batchHeader } from '@millrace/protocol';
import { MemoryStore, type Store } from '@millrace/storage';
import { afterEach } from 'vitest';
import { createQueue, openTestShard, produce, type TestShard } from './open-test-shard.ts';

/** Closed after each test, which fails where one of them failed. */
export const opened: TestShard[] = [];
afterEach(async () => {
  for (const shard of opened.splice(0)) {
    await shard.close();
    for (const failure of [...shard.fatal, ...shard.backgroundFailures]) throw failure;
  }
});

export interface Queue {
  readonly shard: TestShard;
  readonly store: Store;
  readonly topicId: number;
}

/** A queue with these batches in its one partition. */
export async function queueOf(
  batches: readonly (readonly string[])[],
  options: Parameters<typeof openTestShard>[1] = {},
  store: Store = new MemoryStore(),
): Promise<Queue> {
  const shard = openTestShard(store, options);
  opened.push(shard);
  const topicId = await createQueue(shard);
  for (const texts of batches) await produce(shard, topicId, ...texts);
  return { shard, store, topicId };
}

/** One bit of the batch is another, past every rule. */
export async function spoil({ store, topicId }: Queue, offset: number, at = -1): Promise<void> {
  const key = [topicId, 0, offset];
  const value = Uint8Array.from(store.get('batches', key) as Uint8Array);
  const place = at < 0 ? value.length + at : at;
  value[place] = (value[place] ?? 0) ^ 4;
  await store.commit([{ table: 'batches', key, value }]);
}

/** Where the batches begin that one Fetch gives. */
export async function fetchFrom({ shard, topicId }: Queue, offset: number, maxWaitMs = 0) {
  const { partitions } = await shard.call('Fetch', {
    partitions: [{ topicId, partition: 0, offset, maxBytes: 1_000_000 }],
    maxBytes: 1_000_000,
    minBytes: 1,
    maxWaitMs,
    sessionId: 0,
    isNewSession: false,
    forgotten: null,
  });
  await shard.shard.durable();
  return (partitions[0]?.batches ?? []).map((batch) => batchHeader(batch).baseOffset);
}
