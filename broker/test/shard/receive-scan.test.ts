// How far one look for messages goes.

import { decideReceive } from '@millrace/core';
import { encodeBatch, LIMITS, MillraceError } from '@millrace/protocol';
import { afterEach, expect, test } from 'vitest';
import {
  createQueue,
  openTestShard,
  produceBatches,
  receiveOf,
  TestCancel,
  type TestShard,
} from './open-test-shard.ts';

let shard: TestShard;
afterEach(() => shard.close());

const TEXT = new TextEncoder();
const DAY = 24 * 3_600_000;

/** Messages that can be given, behind more delayed ones than a look passes over. */
function behindDelayed(messages: number): Uint8Array {
  const value = TEXT.encode('x');
  const delayed = { value, delayMs: DAY };
  const all = Array.from({ length: LIMITS.receiveScanMax + 1_000 + messages }, (_, i) =>
    i < LIMITS.receiveScanMax + 1_000 ? delayed : { value },
  );
  return encodeBatch(all, { nowMs: 1 });
}

test('passes over no more messages than the limit in one look, and says that there is more: receiveScanMax', async () => {
  shard = openTestShard();
  const topic = { name: 't', partitions: 1, config: null, annotations: null, validateOnly: false };
  const { topicId } = await shard.call('CreateTopic', topic);
  const batch = behindDelayed(1);
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

const WAIT = 20_000;

test('who stands behind one that has to look again is served too', {
  timeout: 40_000,
}, async () => {
  shard = openTestShard();
  const topicId = await createQueue(shard);
  const waiting = [1, 2, 3].map(() => shard.call('Receive', receiveOf(WAIT)));
  await produceBatches(shard, topicId, behindDelayed(3));
  const given = (await Promise.all(waiting)).map(({ leases }) => leases[0]?.firstOffset);
  const first = LIMITS.receiveScanMax + 1_000;
  expect(given).toEqual([first, first + 1, first + 2]);
});

test('so is one behind another that gives up meanwhile', { timeout: 40_000 }, async () => {
  shard = openTestShard();
  const topicId = await createQueue(shard);
  const signal = new TestCancel();
  const gone = shard.call('Receive', receiveOf(WAIT), signal);
  const waiting = shard.call('Receive', receiveOf(WAIT));
  await produceBatches(shard, topicId, behindDelayed(1));
  signal.cancel(new MillraceError('CANCELLED'));
  await expect(gone).rejects.toMatchObject({ code: 'CANCELLED' });
  const { leases } = await waiting;
  expect(leases).toMatchObject([{ firstOffset: LIMITS.receiveScanMax + 1_000 }]);
});
