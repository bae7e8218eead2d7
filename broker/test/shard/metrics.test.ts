// What a scrape tells of queues, topics and groups: right from the start on, over restarts and aborted commits, and of
// nothing that is gone.
import { CommitAbortedError, MemoryStore } from '@millrace/storage';
import { FaultyStore } from '@millrace/storage/testing';
import { expect, test } from 'vitest';
import { ShardSampler } from '../../src/metrics/sample-shard.ts';
import { SYSTEM_CLOCK } from '../../src/shard/clock.ts';
import {
  batchOf,
  createQueue,
  openTestShard,
  produce,
  receiveOf,
  type TestShard,
} from './open-test-shard.ts';

const HOUR_MS = 3_600_000;

function samplerOf(shard: TestShard): ShardSampler {
  return new ShardSampler(shard.shard, shard.space, shard.metrics);
}

async function finish({ call }: TestShard, max: number, kind: 'accept' | 'reject'): Promise<void> {
  const { leases } = await call('Receive', receiveOf(0, max));
  const items = leases.map(({ topicId, partition, firstOffset, lastOffset, token }) => {
    return { topicId, partition, firstOffset, lastOffset, token, kind };
  });
  await call('Acknowledge', { group: 'g', items });
}

const ofQueue = (sampler: ShardSampler, name = 'g') =>
  sampler.named().queues.find((queue) => queue.name === name);
const ofTopic = (sampler: ShardSampler, name = 't') =>
  sampler.named().topics.find((topic) => topic.name === name);

test('a queue: what came and went since the start, its depth, the age of its oldest message', async () => {
  const store = new MemoryStore();
  const early = openTestShard(store, {
    clock: { ...SYSTEM_CLOCK, wallMs: () => Date.now() - HOUR_MS },
  });
  const topicId = await createQueue(early);
  await produce(early, topicId, 'a', 'b', 'c');
  await finish(early, 1, 'accept');
  await finish(early, 1, 'reject');
  await early.close();

  const shard = openTestShard(store);
  const sampler = samplerOf(shard);
  const queue = ofQueue(sampler);
  expect(queue?.counters).toEqual({ sent: 0, received: 0, deleted: 0, deadLettered: 0 });
  expect(queue?.messages).toMatchObject({ fresh: 1, acknowledged: 1, dead: 1 });
  expect(queue?.oldestAgeMs).toBeGreaterThan(0.9 * HOUR_MS);
  await produce(shard, topicId, 'd', 'e');
  await finish(shard, 10, 'accept');
  const after = ofQueue(sampler);
  expect(after?.counters).toEqual({ sent: 2, received: 3, deleted: 3, deadLettered: 0 });
  expect(after).toMatchObject({
    oldestAgeMs: 0,
    messages: { fresh: 0, leased: 0, acknowledged: 4 },
  });
  await shard.close();
});

test('what is deleted is told of no more, and begins anew under the same name', async () => {
  const shard = openTestShard();
  const topicId = await createQueue(shard);
  const sampler = samplerOf(shard);
  await produce(shard, topicId, 'a', 'b');
  await finish(shard, 1, 'accept');
  expect(ofQueue(sampler)?.counters).toMatchObject({ sent: 2, received: 1, deleted: 1 });
  const consumer = { group: 'audit', memberId: null, memberEpoch: -1 };
  const offsets = [{ topicId, partition: 0, offset: 0, metadata: null }];
  await shard.call('OffsetCommit', { ...consumer, offsets });
  expect(sampler.named()).toMatchObject({
    lags: [{ group: 'audit', topic: 't', lag: 2 }],
    members: [{ group: 'audit', members: 0 }],
  });
  expect(shard.metrics.tallyOf(1)).toMatchObject({ received: 1 });
  await shard.call('DeleteShareGroup', { group: 'g' });
  expect(ofQueue(sampler)).toBeUndefined();
  expect(shard.metrics.tallyOf(1)).toMatchObject({ received: 0 });
  const again = { group: 'g', topics: ['t'], startAt: -1, deadLetterTopic: null, config: null };
  await shard.call('CreateShareGroup', again);
  expect(ofQueue(sampler)?.counters).toMatchObject({ sent: 0, received: 0, deleted: 0 });
  await produce(shard, topicId, 'c');
  expect(ofQueue(sampler)?.counters).toMatchObject({ sent: 1, received: 0, deleted: 0 });
  await shard.call('DeleteShareGroup', { group: 'g' });
  await shard.call('DeleteTopic', { name: 't.dlq' });
  await shard.call('DeleteTopic', { name: 't' });
  expect(sampler.named()).toMatchObject({ queues: [], topics: [], lags: [] });
  await shard.close();
});

test('a topic counts what stands: records and bytes of an aborted commit never were', async () => {
  const store = new FaultyStore(new MemoryStore());
  const shard = openTestShard(store);
  const topicId = await createQueue(shard);
  const sampler = samplerOf(shard);
  await produce(shard, topicId, 'a');
  const one = batchOf('a').length;
  expect(ofTopic(sampler)?.counters).toEqual({ records: 1, bytes: one });
  store.script({ kind: 'abort' });
  await expect(produce(shard, topicId, 'b')).rejects.toMatchObject({ code: 'STORAGE_ERROR' });
  expect(shard.reloads[0]).toBeInstanceOf(CommitAbortedError);
  expect(ofTopic(sampler)?.counters).toEqual({ records: 1, bytes: one });
  await produce(shard, topicId, 'c', 'd');
  const bytes = one + batchOf('c', 'd').length;
  expect(ofTopic(sampler)?.counters).toEqual({ records: 3, bytes });
  expect(ofQueue(sampler)?.counters).toMatchObject({ sent: 3 });
  await shard.close();
  const later = openTestShard(store);
  expect(ofTopic(samplerOf(later))).toMatchObject({
    counters: { records: 0, bytes: 0 },
    storedBytes: bytes,
  });
  await later.close();
});

test('200 queues have names; what the others count only grows, whoever comes and goes', async () => {
  const shard = openTestShard();
  const topicId = await createQueue(shard);
  const sampler = samplerOf(shard);
  for (let at = 0; at < 230; at += 1) {
    const startAt = at < 200 ? -2 : -1;
    const group = { group: `g-${at}`, topics: ['t'], deadLetterTopic: 't.dlq', config: null };
    await shard.call('CreateShareGroup', { ...group, startAt });
  }
  await produce(shard, topicId, 'a');
  const { queues } = sampler.named();
  expect(queues).toHaveLength(201);
  expect(queues.at(-1)).toMatchObject({
    name: '(others)',
    messages: { fresh: 31 },
    counters: { sent: 31 },
  });
  await shard.call('DeleteShareGroup', { group: queues[0]?.name ?? '' });
  expect(ofQueue(sampler, '(others)')).toMatchObject({
    messages: { fresh: 30 },
    counters: { sent: 31 },
  });
  await produce(shard, topicId, 'b');
  expect(ofQueue(sampler, '(others)')).toMatchObject({
    messages: { fresh: 60 },
    counters: { sent: 61 },
  });
  await shard.close();
});
