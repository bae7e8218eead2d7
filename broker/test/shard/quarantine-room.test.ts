// Damaged batches that a reply has no room for: nobody reads them whole then, and they are found all the same.

import { expect, test } from 'vitest';
import { fetchFrom, queueOf, spoil } from './spoiled-queue.ts';

test('a damaged batch that claims a size which fits no reply is a gap to whoever asks for it first [D-20]', async () => {
  const queue = await queueOf([['a', 'b'], ['c', 'd', 'e'], ['f']]);
  const bodyBytes = 68;
  await spoil(queue, 2, bodyBytes);
  expect(await fetchFrom(queue, 0)).toEqual([0]);
  expect(queue.shard.quarantines).toEqual([]);
  expect(await fetchFrom(queue, 2)).toEqual([5]);
  expect(queue.shard.quarantines).toMatchObject([{ baseOffset: 2, deadMessages: 3 }]);
});

test('a damaged batch for which a reply has no room is not taken for one that ends before the offset [D-20]', async () => {
  const queue = await queueOf([['a', 'b'], ['c', 'd', 'e', 'f', 'g'], ['h']]);
  const { shard, store, topicId } = queue;
  const lastOffsetDelta = 31;
  await spoil(queue, 2, lastOffsetDelta);
  const small = (store.get('batches', [topicId, 0, 7]) as Uint8Array).length;
  const maxBytes = 2 * small + 1;
  const { partitions } = await shard.call('Fetch', {
    partitions: [7, 3].map((offset) => ({ topicId, partition: 0, offset, maxBytes })),
    maxBytes,
    minBytes: 1,
    maxWaitMs: 0,
    sessionId: 0,
    isNewSession: false,
    forgotten: null,
  });
  expect(partitions[0]?.batches).toHaveLength(1);
  await shard.shard.durable();
  expect(shard.quarantines).toMatchObject([{ baseOffset: 2, lastOffset: 6, deadMessages: 5 }]);
});
