// The job of purges where one of them cannot be undone: it lets others pass, and does not try again and again.
import { encodeBatch, registerCodec, requireCodec } from '@millrace/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { openTestShard, receiveOf, soon, type TestShard } from './open-test-shard.ts';

const snappy = requireCodec('snappy');
afterEach(() => registerCodec('snappy', snappy));

async function createOrderedQueue({ call }: TestShard): Promise<number> {
  const topic = { name: 't', partitions: 2, config: null, annotations: null, validateOnly: false };
  const { topicId } = await call('CreateTopic', topic);
  const config = { ordering: 'key' } as const;
  const group = { group: 'g', topics: ['t'], startAt: -2, deadLetterTopic: null, config };
  await call('CreateShareGroup', group);
  return topicId;
}

async function append({ call }: TestShard, topicId: number, partition: number): Promise<void> {
  const records = ['a', 'b', 'a'].map((key) => ({
    key: Buffer.from(key),
    value: Buffer.from('the same again '.repeat(100)),
  }));
  const batch = encodeBatch(records, { nowMs: 1, codec: partition === 0 ? 'snappy' : 'none' });
  await call('Produce', { batches: [{ topicId, partition, batch }] });
}

test('an undo that fails for want of a codec holds up no other purge [L-113] [L-114] [L-130]', async () => {
  let aheadMs = 0;
  const clock = { wallMs: () => Date.now() + aheadMs, monotonicMs: () => performance.now() };
  const shard = openTestShard(undefined, { clock });
  const topicId = await createOrderedQueue(shard);
  await append(shard, topicId, 0);
  await append(shard, topicId, 1);
  await shard.call('Purge', { group: 'g', topic: null, dryRun: false, undoMs: 60_000 });
  // The cursor moves on: what comes back has to be given its place by its key.
  await append(shard, topicId, 0);
  const { leases } = await shard.call('Receive', receiveOf(0, 10));
  expect(leases).toMatchObject([{ partition: 0 }]);
  registerCodec('snappy', null);
  const undo = shard.call('UndoPurge', { group: 'g', topic: 't' });
  await expect(undo).rejects.toMatchObject({ code: 'UNSUPPORTED_CODEC' });

  const purges = () => shard.shard.peek(({ shares }) => [...shares.purged]);
  expect(purges().map(({ partition }) => partition)).toEqual([0, 1]);
  aheadMs = 20_000;
  await vi.waitFor(() => expect(purges().map(({ partition }) => partition)).toEqual([0]), 20_000);
  for (let i = 0; i < 15; i += 1) await soon();
  expect(shard.backgroundFailures).toMatchObject([{ code: 'UNSUPPORTED_CODEC' }]);

  registerCodec('snappy', snappy);
  aheadMs = 100_000;
  await vi.waitFor(() => expect(purges()).toEqual([]), 20_000);
  expect(shard.backgroundFailures).toHaveLength(1);
  await shard.close();
});
