// How far one look for messages goes.

import { decideReceive } from '@millrace/core';
import { encodeBatch, LIMITS } from '@millrace/protocol';
import { afterEach, expect, test } from 'vitest';
import { openTestShard, receiveOf, type TestShard } from './open-test-shard.ts';

let shard: TestShard;
afterEach(() => shard.close());

const TEXT = new TextEncoder();
const DAY = 24 * 3_600_000;

test('passes over no more messages than the limit in one look, and says that there is more: receiveScanMax', async () => {
  shard = openTestShard();
  const topic = { name: 't', partitions: 1, config: null, annotations: null, validateOnly: false };
  const { topicId } = await shard.call('CreateTopic', topic);
  const value = TEXT.encode('x');
  const delayed = Array.from({ length: LIMITS.receiveScanMax + 1_000 }, () => ({
    value,
    delayMs: DAY,
  }));
  const batch = encodeBatch([...delayed, { value: TEXT.encode('now') }], { nowMs: 1 });
  await shard.call('Produce', { batches: [{ topicId, partition: 0, batch }] });
  const group = { group: 'g', topics: ['t'], startAt: -2, deadLetterTopic: null, config: null };
  const created = shard.call('CreateShareGroup', group);
  // Looked at in the turn that makes the group: no background job passes over anything before.
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
  const looked = shard.shard.stage((state, view, ctx) => decideReceive(state, view, command, ctx));
  expect(looked).toMatchObject({ leases: [], more: true });
  await created;
  // A receive looks again by itself.
  const { leases } = await shard.call('Receive', receiveOf(0));
  expect(leases).toMatchObject([{ firstOffset: LIMITS.receiveScanMax + 1_000 }]);
});
