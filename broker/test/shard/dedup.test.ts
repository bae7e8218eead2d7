// Dedup through the handler of Produce, on a store that delays and aborts: what is remembered is what is on the disk.

import { dedupHash, ERRORS, encodeBatch, LIMITS, type RequestOf } from '@millrace/protocol';
import { MemoryStore } from '@millrace/storage';
import { FaultyStore, gate } from '@millrace/storage/testing';
import { expect, test } from 'vitest';
import { createQueue, endOf, openTestShard, produceBatches, soon } from './open-test-shard.ts';

const utf8 = new TextEncoder();

/** A batch whose records have these dedup ids; one with `null` has none. */
function batchOf(...ids: (string | null)[]): Uint8Array {
  const records = ids.map((id) => ({
    value: utf8.encode(`value of ${id}`),
    dedup: id === null ? undefined : dedupHash(id),
  }));
  return encodeBatch(records, { nowMs: 1_700_000_000_000 });
}

test('two produces of one turn with one id: the first stands, the second is told where [L-81]', async () => {
  const shard = openTestShard();
  const topicId = await createQueue(shard);
  const [first, second] = await Promise.all([
    produceBatches(shard, topicId, batchOf(null, 'a')),
    produceBatches(shard, topicId, batchOf('a', 'b'), batchOf('b'), batchOf('a', 'a', null)),
  ]);
  expect(first).toMatchObject([{ errorCode: 0, baseOffset: 0, duplicates: null }]);
  expect(second).toMatchObject([
    { errorCode: 0, baseOffset: 2, duplicates: [{ index: 0, partition: 0, offset: 1 }] },
    { errorCode: 0, baseOffset: -1, appendTimeMs: -1, duplicates: [{ index: 0, offset: 2 }] },
    {
      errorCode: 0,
      baseOffset: 3,
      duplicates: [
        { index: 0, offset: 1 },
        { index: 1, offset: 1 },
      ],
    },
  ]);
  expect(await endOf(shard, topicId)).toBe(4);
  await shard.close();
});

test('a duplicate is told when its first record is on the disk, not before [L-82][I1]', async () => {
  const store = new FaultyStore(new MemoryStore());
  const shard = openTestShard(store);
  const topicId = await createQueue(shard);
  const { until, open } = gate();
  store.script({ kind: 'delay', until });
  const told: string[] = [];
  const first = produceBatches(shard, topicId, batchOf('a')).then(() => told.push('first'));
  await soon();
  const second = produceBatches(shard, topicId, batchOf('a')).then(() => told.push('second'));
  await soon();
  expect(told).toEqual([]);
  open();
  await Promise.all([first, second]);
  expect(told.toSorted()).toEqual(['first', 'second']);
  await shard.close();
});

test('an aborted commit leaves nothing remembered: what is sent again is taken [L-82]', async () => {
  const store = new FaultyStore(new MemoryStore());
  const shard = openTestShard(store);
  const topicId = await createQueue(shard);
  store.script({ kind: 'abort', reason: 'io' });
  const failing = [
    produceBatches(shard, topicId, batchOf('a')),
    produceBatches(shard, topicId, batchOf('a')),
  ];
  for (const outcome of await Promise.allSettled(failing)) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'STORAGE_ERROR' } });
  }
  expect(await produceBatches(shard, topicId, batchOf('a'))).toMatchObject([
    { baseOffset: 0, duplicates: null },
  ]);
  await shard.close();
});

test('a restart on the same store forgets nothing; by content it is the value that counts [L-84]', async () => {
  const store = new MemoryStore();
  const shard = openTestShard(store);
  const config = { dedup: 'content' } as RequestOf<'CreateTopic'>['config'];
  const topic = { name: 't', partitions: 1, config, annotations: null, validateOnly: false };
  const { topicId } = await shard.call('CreateTopic', topic);
  const texts = (...values: string[]) =>
    encodeBatch(
      values.map((value) => ({ value: utf8.encode(value) })),
      { nowMs: 0, codec: 'gzip' },
    );
  expect(await produceBatches(shard, topicId, texts('x', 'y', 'x'))).toMatchObject([
    { baseOffset: 0, duplicates: [{ index: 2, partition: 0, offset: 0 }] },
  ]);
  await shard.close();
  const again = openTestShard(store);
  expect(await produceBatches(again, topicId, texts('z', 'y'))).toMatchObject([
    { baseOffset: 2, duplicates: [{ index: 1, partition: 0, offset: 1 }] },
  ]);
  await again.close();
});

test('a batch that is refused remembers nothing, and does not touch the others [L-80]', async () => {
  const shard = openTestShard();
  const topicId = await createQueue(shard);
  const large = { value: new Uint8Array(LIMITS.messageBytesMax + 1_000), dedup: dedupHash('a') };
  const refused = encodeBatch([large], { nowMs: 0, deadLetter: true });
  const results = await produceBatches(shard, topicId, refused, batchOf('a'));
  expect(results).toMatchObject([
    { errorCode: ERRORS.MESSAGE_TOO_LARGE.code, baseOffset: -1, duplicates: null },
    { errorCode: 0, baseOffset: 0, duplicates: null },
  ]);
  await shard.close();
});
