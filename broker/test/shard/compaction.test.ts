// Compaction and DeleteRecords on the real shard: jobs, the cache of batches, waiting fetches, aborted commits, restarts.
import { encodeBatch, type RecordInput, readRecords } from '@millrace/protocol';
import { MemoryStore, type Store, type StoreWrite } from '@millrace/storage';
import { FaultyStore } from '@millrace/storage/testing';
import { expect, test, vi } from 'vitest';
import {
  createQueue,
  openTestShard,
  produce,
  receiveOf,
  type TestShard,
} from './open-test-shard.ts';

const TEXT = new TextEncoder();
const DECODER = new TextDecoder();
const CONFIG = {
  cleanupPolicy: 'compact',
  segmentBytes: 64 * 1024,
  compactionDirtyRatio: 0,
  tombstoneRetentionMs: 0,
} as const;

async function createTable({ call }: TestShard): Promise<number> {
  const { topicId } = await call('CreateTopic', { name: 'table', partitions: 1, config: CONFIG });
  return topicId;
}

/** One batch of about 20 KiB: three fill a segment. Undefined: no value. */
async function append({ call }: TestShard, topicId: number, rows: Record<string, string | null>) {
  const records = Object.entries(rows).map(([key, text]): RecordInput => {
    const value = text === null ? null : TEXT.encode(text.padEnd(20_000, '.'));
    return { key: TEXT.encode(key), value };
  });
  const batch = encodeBatch(records, { nowMs: 1 });
  const { results } = await call('Produce', { batches: [{ topicId, partition: 0, batch }] });
  expect(results).toMatchObject([{ errorCode: 0 }]);
}

async function fetchFrom({ call }: TestShard, topicId: number, offset: number, maxWaitMs = 0) {
  const { partitions } = await call('Fetch', {
    maxWaitMs,
    minBytes: 1,
    maxBytes: 10_000_000,
    partitions: [{ topicId, partition: 0, offset, maxBytes: 10_000_000 }],
  });
  return (partitions[0]?.batches ?? []).flatMap((batch) =>
    readRecords(batch).map(({ offset: at, key, value }) => {
      const text = value === null ? '-' : DECODER.decode(value).replace(/\.+$/, '');
      return `${at} ${DECODER.decode(key ?? new Uint8Array())}=${text}`;
    }),
  );
}

async function compactedTo({ call }: TestShard): Promise<number> {
  const { topics } = await call('DescribeTopics', { topics: ['table'] });
  return topics[0]?.partitions[0]?.compactedTo ?? 0;
}

/** Of two keys: a is written again and again. */
async function fill(shard: TestShard, topicId: number, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) await append(shard, topicId, { a: `${i}` });
}

test('a table is compacted while it is used; who waits at its end gets what comes [G-40] [G-41]', async () => {
  const shard = openTestShard();
  const topicId = await createTable(shard);
  await append(shard, topicId, { b: 'kept' });
  await fill(shard, topicId, 9);
  await vi.waitFor(async () => expect(await compactedTo(shard)).toBe(9), { timeout: 10_000 });
  expect(await fetchFrom(shard, topicId, 0)).toEqual(['0 b=kept', '8 a=7', '9 a=8']);
  expect(shard.compaction.recordsRemoved).toBe(7);
  expect(shard.compaction.passes).toBeGreaterThan(0);
  expect(await fetchFrom(shard, topicId, 4)).toEqual(['8 a=7', '9 a=8']);
  const waiting = fetchFrom(shard, topicId, 10, 5_000);
  await append(shard, topicId, { c: 'new' });
  expect(await waiting).toEqual(['10 c=new']);
  await shard.close();
});

test('a slice whose commit is aborted takes the pass with it: the next one begins anew [G-46]', async () => {
  const isCompaction = (writes: readonly StoreWrite[]) =>
    writes.some(({ table, value }) => table === 'batches' && value === undefined);
  let aborted = 0;
  const store: Store = new FaultyStore(new MemoryStore(), {
    decide: (_, writes) => {
      if (aborted === 2 || !isCompaction(writes)) return undefined;
      aborted += 1;
      return { kind: 'abort' };
    },
  });
  const shard = openTestShard(store);
  const topicId = await createTable(shard);
  await fill(shard, topicId, 10);
  await vi.waitFor(async () => expect(await compactedTo(shard)).toBe(9), { timeout: 10_000 });
  expect(aborted).toBe(2);
  expect(await fetchFrom(shard, topicId, 0)).toEqual(['8 a=8', '9 a=9']);
  await shard.close();
  const next = openTestShard(store);
  expect(await fetchFrom(next, topicId, 0)).toEqual(['8 a=8', '9 a=9']);
  await next.close();
});

test('a topic that is deleted, or no longer compacted, in the middle of a pass ends the pass', async () => {
  const shard = openTestShard();
  const topicId = await createTable(shard);
  await fill(shard, topicId, 10);
  await shard.call('AlterTopic', { name: 'table', config: { cleanupPolicy: 'delete' } });
  await fill(shard, topicId, 1);
  await shard.call('AlterTopic', { name: 'table', config: { cleanupPolicy: 'compact' } });
  await shard.call('DeleteTopic', { name: 'table' });
  const again = await createTable(shard);
  await fill(shard, again, 10);
  await vi.waitFor(async () => expect(await compactedTo(shard)).toBe(9), { timeout: 10_000 });
  expect(shard.backgroundFailures).toEqual([]);
  await shard.close();
});

test('DeleteRecords: each partition with its own outcome, and nothing deleted comes out of a cache [G-35] [G-36]', async () => {
  const shard = openTestShard();
  const topicId = await createQueue(shard);
  await produce(shard, topicId, ...['a', 'b', 'c', 'd'].map((text) => text.padEnd(5_000, '.')));
  // Reads the batch, so that it is kept.
  await shard.call('Receive', receiveOf(0));
  const { results } = await shard.call('DeleteRecords', {
    partitions: [
      { topicId, partition: 0, beforeOffset: 2 },
      { topicId, partition: 1, beforeOffset: 0 },
      { topicId, partition: 0, beforeOffset: 5 },
      { topicId, partition: 0, beforeOffset: 1 },
    ],
  });
  expect(results.map(({ startOffset }) => startOffset)).toEqual([2, -1, -1, 2]);
  expect(results.map(({ errorCode }) => errorCode === 0)).toEqual([true, false, false, true]);
  const { leases } = await shard.call('Receive', receiveOf(0, 10));
  const given = leases.flatMap(({ batches }) => batches.flatMap((batch) => readRecords(batch)));
  expect(given.map(({ offset }) => offset)).toEqual([2, 3]);
  expect(DECODER.decode(given[0]?.value ?? new Uint8Array())).toMatch(/^c\.+$/);
  await shard.close();
});
