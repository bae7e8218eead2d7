// What operators do, through the handlers of a shard: purges and their undo, with workers at it.

import { describe, expect, test } from 'vitest';
import {
  countsOf,
  createQueue,
  openTestShard,
  produce,
  receiveOf,
  type TestShard,
} from './open-test-shard.ts';

const purgeOf = (undoMs: number, dryRun = false) => ({ group: 'g', topic: null, dryRun, undoMs });

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function acknowledge({ call }: TestShard, topicId: number, offset: number, token: number) {
  const item = { topicId, partition: 0, firstOffset: offset, lastOffset: offset, token };
  const rest = { kind: 'accept' as const, delayMs: null, errorText: null, result: null };
  const { results } = await call('Acknowledge', { group: 'g', items: [{ ...item, ...rest }] });
  return results[0]?.outcomes[0]?.errorCode;
}

describe('purge', () => {
  test('takes what is there, tells a member so, and gives all of it back [L-110] [L-111] [L-113]', async () => {
    const shard = openTestShard();
    const topicId = await createQueue(shard);
    await produce(shard, topicId, 'a', 'b', 'c');
    const [lease] = (await shard.call('Receive', receiveOf(0))).leases;
    const dry = await shard.call('Purge', purgeOf(60_000, true));
    expect(dry).toMatchObject({ partitions: [{ messages: 3 }], undoUntilMs: 0 });
    expect(await countsOf(shard)).toMatchObject({ fresh: 2, leased: 1, purged: 0 });
    await shard.call('Purge', purgeOf(60_000));
    expect(await countsOf(shard)).toMatchObject({ fresh: 0, leased: 0, purged: 3 });
    expect(await acknowledge(shard, topicId, 0, lease?.token ?? 0)).toBe(51);
    await expect(shard.call('Purge', purgeOf(0))).rejects.toMatchObject({ code: 'PURGE_PENDING' });
    const waiting = shard.call('Receive', receiveOf(5_000));
    const undone = await shard.call('UndoPurge', { group: 'g', topic: 't' });
    expect(undone.partitions).toMatchObject([{ topic: 't', topicId, partition: 0, messages: 3 }]);
    expect((await waiting).leases).toMatchObject([{ firstOffset: 0, deliveries: 1 }]);
    expect(await countsOf(shard)).toMatchObject({ fresh: 2, leased: 1, purged: 0 });
    await expect(shard.call('UndoPurge', { group: 'g', topic: null })).rejects.toMatchObject({
      code: 'NOTHING_TO_UNDO',
    });
    await shard.close();
  });

  test('that is final leaves no rows; what comes after it is delivered [L-112] [L-114]', async () => {
    const shard = openTestShard();
    const topicId = await createQueue(shard);
    await produce(shard, topicId, 'a', 'b');
    await shard.call('Receive', receiveOf(0));
    await shard.call('Purge', purgeOf(0));
    await produce(shard, topicId, 'c');
    const rowsOf = () => shard.shard.peek((_, view) => [...view.range('runs', {})].length);
    await until(async () => rowsOf() === 0);
    await until(async () => shard.shard.peek(({ shares }) => shares.purged.size === 0));
    expect((await shard.call('Receive', receiveOf(0, 5))).leases).toMatchObject([
      { firstOffset: 2, lastOffset: 2 },
    ]);
    expect(await countsOf(shard)).toMatchObject({ fresh: 0, leased: 1, purged: 2 });
    await shard.call('Purge', purgeOf(0));
    expect(await countsOf(shard)).toMatchObject({ leased: 0, purged: 3 });
    expect(shard.backgroundFailures).toEqual([]);
    await shard.close();
  });

  test('names what it does not know', async () => {
    const shard = openTestShard();
    await createQueue(shard);
    const topic = { name: 'u', partitions: 1, config: null, annotations: null };
    await shard.call('CreateTopic', { ...topic, validateOnly: false });
    const purge = purgeOf(0);
    for (const [change, code] of [
      [{ group: 'h' }, 'UNKNOWN_GROUP'],
      [{ topic: 'x' }, 'UNKNOWN_TOPIC'],
      [{ topic: 'u' }, 'TOPIC_NOT_IN_GROUP'],
    ] as const) {
      const refused = expect.objectContaining({ code });
      await expect(shard.call('Purge', { ...purge, ...change })).rejects.toEqual(refused);
      const undo = { group: 'g', topic: null, ...change };
      await expect(shard.call('UndoPurge', undo)).rejects.toEqual(refused);
    }
    await shard.close();
  });
});
