// How far one look for messages goes.

import { decideReceive } from '@millrace/core';
import { encodeBatch, LIMITS } from '@millrace/protocol';
import { afterEach, expect, test } from 'vitest';
import { createQueue, openTestShard, receiveOf, type TestShard } from './open-test-shard.ts';

let shard: TestShard;
afterEach(() => shard.close());

const TEXT = new TextEncoder();
const DAY = 24 * 3_600_000;

test('passes over no more messages than the limit in one look, and says that there is more: receiveScanMax', async () => {
  shard = openTestShard();
  const topicId = await createQueue(shard);
  const value = TEXT.encode('x');
  const delayed = Array.from({ length: LIMITS.receiveScanMax + 1_000 }, () => ({
    value,
    delayMs: DAY,
  }));
  const batch = encodeBatch([...delayed, { value: TEXT.encode('now') }], { nowMs: 1 });
  await shard.call('Produce', { batches: [{ topicId, partition: 0, batch }] });
  const groupId = shard.shard.peek(({ catalog }) => catalog.groupByName('g')?.groupId ?? 0);
  const command = {
    groupId,
    topicId,
    partition: 0,
    memberId: 'm',
    maxMessages: 1,
    maxBytes: 1_000,
    visibilityTimeoutMs: null,
  };
  const look = () =>
    shard.shard.stage((state, view, ctx) => decideReceive(state, view, command, ctx));
  expect(look()).toMatchObject({ leases: [], more: true });
  // A receive looks again by itself.
  const { leases } = await shard.call('Receive', receiveOf(0));
  expect(leases).toMatchObject([{ firstOffset: LIMITS.receiveScanMax + 1_000 }]);
});
