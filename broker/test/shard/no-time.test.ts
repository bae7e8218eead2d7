// A lease of no time: a look at messages that counts as a delivery.

import { encodeBatch } from '@millrace/protocol';
import { afterEach, expect, test } from 'vitest';
import {
  countsOf,
  createQueue,
  openTestShard,
  produce,
  produceBatches,
  receiveOf,
  soon,
  type TestShard,
} from './open-test-shard.ts';

let shard: TestShard;
afterEach(() => shard.close());

const look = { ...receiveOf(0, 10), visibilityTimeoutMs: 0 };
const AT_ONCE = { backoff: 'none' } as const;

test('is over when the reply comes: whoever asks next finds the messages [L-9]', async () => {
  shard = openTestShard();
  const topicId = await createQueue(shard, AT_ONCE);
  await produce(shard, topicId, 'a', 'b');
  for (const deliveries of [1, 2, 3]) {
    const { leases } = await shard.call('Receive', look);
    expect(leases).toMatchObject([{ firstOffset: 0, lastOffset: 1, deliveries }]);
    expect(await countsOf(shard)).toMatchObject({ ready: 2, leased: 0 });
  }
});

test('wakes who waits', async () => {
  shard = openTestShard();
  const topicId = await createQueue(shard, AT_ONCE);
  const looking = shard.call('Receive', { ...look, maxWaitMs: 5_000 });
  const waiting = shard.call('Receive', receiveOf(5_000));
  await soon();
  await produce(shard, topicId, 'a');
  expect((await looking).leases).toMatchObject([{ firstOffset: 0, deliveries: 1 }]);
  expect((await waiting).leases).toMatchObject([{ firstOffset: 0, deliveries: 2 }]);
});

test('counts: the last one makes a dead letter [L-18]', async () => {
  shard = openTestShard();
  const topicId = await createQueue(shard, { ...AT_ONCE, maxDeliveries: 2, onExhausted: 'drop' });
  await produce(shard, topicId, 'a');
  for (const deliveries of [1, 2]) {
    expect((await shard.call('Receive', look)).leases).toMatchObject([{ deliveries }]);
  }
  expect((await shard.call('Receive', look)).leases).toEqual([]);
  expect(await countsOf(shard)).toMatchObject({ ready: 0, leased: 0, dead: 1 });
});

test('leaves messages of a key in their order [L-63]', async () => {
  shard = openTestShard();
  const topicId = await createQueue(shard, { ...AT_ONCE, ordering: 'key' });
  const key = new TextEncoder().encode('k');
  const batch = encodeBatch(
    [1, 2, 3].map(() => ({ key, value: key })),
    { nowMs: 1 },
  );
  await produceBatches(shard, topicId, batch);
  const seen = async () => {
    const { leases } = await shard.call('Receive', look);
    return leases.map(({ firstOffset, lastOffset, deliveries }) => {
      return `${firstOffset} to ${lastOffset}: ${deliveries}`;
    });
  };
  expect(await seen()).toEqual(['0 to 2: 1']);
  // What comes after a failed message of its key is given back, uncounted.
  expect(await seen()).toEqual(['0 to 0: 2', '1 to 1: 1', '2 to 2: 1']);
  expect(await seen()).toEqual(['0 to 0: 3', '1 to 1: 2', '2 to 2: 2']);
});
