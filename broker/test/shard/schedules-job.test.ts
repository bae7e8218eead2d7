// The job that carries out ticks: it waits for room on the disk, and goes on when there is some.
import { readRecords, SCHEDULE_HEADERS } from '@millrace/protocol';
import { MemoryStore, type StoreUsage } from '@millrace/storage';
import { FaultyStore } from '@millrace/storage/testing';
import { expect, it, vi } from 'vitest';
import { createQueue, openTestShard, type TestShard } from './open-test-shard.ts';

class CrowdedStore extends MemoryStore {
  freeBytes = 1_000_000;

  override usage(): StoreUsage {
    return { ...super.usage(), freeBytes: this.freeBytes };
  }
}

const SCHEDULE = {
  name: 's',
  topic: 't',
  cron: '* * * * * *',
  everyMs: null,
  timeZone: 'Europe/Berlin',
  missed: 'one',
  key: null,
  value: Uint8Array.of(1),
  headers: null,
} as const;

async function ticksIn({ call }: TestShard, topicId: number): Promise<number[]> {
  const partition = { topicId, partition: 0, offset: 0, maxBytes: 1_000_000 };
  const reply = await call('Fetch', {
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1_000_000,
    partitions: [partition],
  });
  return (reply.partitions[0]?.batches ?? []).flatMap((batch) =>
    readRecords(batch).map(({ headers }) => {
      const [, value] = headers.find(([name]) => name === SCHEDULE_HEADERS.tick) ?? [];
      return Number(new TextDecoder().decode(value));
    }),
  );
}

async function listed({ call }: TestShard) {
  const { schedules } = await call('ListSchedules', { names: ['s'] });
  return schedules[0];
}

it('[S-5] a tick comes when it is due; [S-13] without room it waits, and comes when there is some', async () => {
  const store = new CrowdedStore();
  const shard = openTestShard(store);
  const topicId = await createQueue(shard);
  const { nextAtMs } = await shard.call('CreateSchedule', SCHEDULE);
  const wait = { timeout: 20_000, interval: 20 };
  await vi.waitFor(async () => expect(await ticksIn(shard, topicId)).toContain(nextAtMs), wait);
  store.freeBytes = 0;
  await vi.waitFor(() => expect(shard.space.isFull).toBe(true), wait);
  const before = await ticksIn(shard, topicId);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(await ticksIn(shard, topicId)).toEqual(before);
  expect((await listed(shard))?.nextAtMs).toBeLessThan(Date.now());
  store.freeBytes = 1_000_000;
  const caughtUp = async () => {
    const ticks = await ticksIn(shard, topicId);
    expect(ticks.length).toBeGreaterThan(before.length + 1);
    return ticks;
  };
  const ticks = await vi.waitFor(caughtUp, wait);
  // All were a little late at most: none is missing, none came twice.
  expect(ticks).toEqual(ticks.map((_, i) => (ticks[0] ?? 0) + i * 1_000));
  expect(shard.backgroundFailures).toEqual([]);
  await shard.close();
}, 60_000);

it('[S-5] a commit that is aborted takes back the message and the tick together', async () => {
  const store = new FaultyStore(new MemoryStore());
  const shard = openTestShard(store);
  const topicId = await createQueue(shard);
  const { nextAtMs } = await shard.call('CreateSchedule', {
    ...SCHEDULE,
    cron: null,
    timeZone: null,
    everyMs: 1_000,
  });
  store.script({ kind: 'abort' });
  await vi.waitFor(() => expect(shard.reloads).toHaveLength(1), { timeout: 20_000 });
  const wait = { timeout: 20_000, interval: 20 };
  const isSent = async () =>
    expect((await ticksIn(shard, topicId)).length).toBeGreaterThanOrEqual(2);
  await vi.waitFor(isSent, wait);
  expect((await ticksIn(shard, topicId)).slice(0, 2)).toEqual([nextAtMs, nextAtMs + 1_000]);
  // A third may have come since.
  const { sent = 0, lastAtMs } = (await listed(shard)) ?? {};
  expect(sent).toBeGreaterThanOrEqual(2);
  expect(lastAtMs).toBe(nextAtMs + (sent - 1) * 1_000);
  await shard.close();
}, 60_000);
