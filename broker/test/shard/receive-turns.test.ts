// Which partition a receive asks first.

import { afterEach, expect, test } from 'vitest';
import { batchOf, openTestShard, receiveOf, type TestShard } from './open-test-shard.ts';

let shard: TestShard;
afterEach(() => shard.close());

test('another one each time, for each group by itself [L-10]', async () => {
  shard = openTestShard();
  const topic = { name: 't', partitions: 2, config: null, annotations: null, validateOnly: false };
  const { topicId } = await shard.call('CreateTopic', topic);
  const groups = ['one', 'other'];
  for (const group of groups) {
    const row = { topics: ['t'], startAt: -2, deadLetterTopic: null, config: null };
    await shard.call('CreateShareGroup', { group, ...row });
  }
  const batches = [0, 1].map((partition) => {
    return { topicId, partition, batch: batchOf('a', 'b', 'c', 'd') };
  });
  await shard.call('Produce', { batches });
  const asked: Record<string, number[]> = { one: [], other: [] };
  for (let round = 0; round < 4; round += 1) {
    for (const group of groups) {
      const { leases } = await shard.call('Receive', { ...receiveOf(0), group });
      asked[group]?.push(...leases.map(({ partition }) => partition));
    }
  }
  expect(asked).toEqual({ one: [1, 0, 1, 0], other: [1, 0, 1, 0] });
});
