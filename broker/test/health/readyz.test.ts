// /readyz says why nothing should be sent here: of a real shard whose disk is full or whose commits fail.

import { MemoryStore } from '@millrace/storage';
import { afterEach, expect, test } from 'vitest';
import { storageTroubles } from '../../src/health/storage-troubles.ts';
import { ShardMetrics } from '../../src/metrics/shard-metrics.ts';
import { openRim, type Rim } from '../rim/open-rim.ts';
import { batchOf, createQueue, openTestShard } from '../shard/open-test-shard.ts';

let rim: Rim | undefined;

afterEach(async () => {
  await rim?.server.close();
  rim = undefined;
});

async function readyz(): Promise<{ status: number; body: { reasons?: { code: string }[] } }> {
  const reply = await fetch(`${rim?.adminUrl}/readyz`);
  return { status: reply.status, body: (await reply.json()) as { reasons?: { code: string }[] } };
}

test('a disk below its reserve: not ready while producing is refused, and ready again with room [A-100]', async () => {
  const store = new MemoryStore();
  const usage = { fileBytes: 0, journalBytes: 0, freeBytes: 500, reusableBytes: 0 };
  store.usage = () => usage;
  const shard = openTestShard(store);
  const topicId = await createQueue(shard);
  const produce = () =>
    shard.call('Produce', { batches: [{ topicId, partition: 0, batch: batchOf('a') }] });
  rim = await openRim({ troubles: () => storageTroubles(shard.space, new ShardMetrics(), 0) });
  expect(await produce()).toMatchObject({ results: [{ errorCode: 35 }] });
  expect(await readyz()).toMatchObject({
    status: 503,
    body: { status: 'not ready', reasons: [{ code: 'storage_full' }] },
  });
  expect(await rim.metric('millrace_ready')).toBe(0);
  usage.freeBytes = 1_000_000;
  shard.space.refresh();
  expect(await produce()).toMatchObject({ results: [{ errorCode: 0 }] });
  await expect.poll(readyz).toEqual({ status: 200, body: { status: 'ready' } });
  expect(await rim.metric('millrace_ready')).toBe(1);
  await shard.close();
});

test('commits that fail: not ready until one stands, or for ten seconds [A-100]', async () => {
  const metrics = new ShardMetrics();
  const shard = openTestShard();
  let nowMs = performance.now();
  rim = await openRim({ troubles: () => storageTroubles(shard.space, metrics, nowMs) });
  metrics.commitAborted();
  nowMs = performance.now();
  expect(await readyz()).toMatchObject({
    status: 503,
    body: { reasons: [{ code: 'commits_failing' }] },
  });
  metrics.committed(1, 1, 1);
  await expect.poll(async () => (await readyz()).status).toBe(200);
  metrics.commitAborted();
  nowMs = performance.now() + 10_000;
  await expect.poll(async () => (await readyz()).status).toBe(200);
  await shard.close();
});
