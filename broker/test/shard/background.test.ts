// The order of background work: slices of all jobs that are due take turns.
import { MemoryStore } from '@millrace/storage';
import { expect, it, vi } from 'vitest';
import { Background, type Job } from '../../src/shard/background.ts';
import { openTestShard } from './open-test-shard.ts';

/** Due at once, and then no more. */
function once(name: string, slice: () => boolean): Job {
  return {
    name,
    nextMs: (_, lastRunMs) => (lastRunMs === Number.NEGATIVE_INFINITY ? 0 : undefined),
    slice,
  };
}

it('[S-8] a job with a lot to do holds up none that falls due meanwhile', async () => {
  const opened = openTestShard(new MemoryStore());
  const order: string[] = [];
  let slices = 0;
  let dueMs = Number.POSITIVE_INFINITY;
  const long = once('long', () => {
    order.push('long');
    slices += 1;
    if (slices === 3) dueMs = 0;
    return slices < 9;
  });
  const tick: Job = {
    name: 'tick',
    nextMs: () => dueMs,
    slice: () => {
      order.push('tick');
      dueMs = Number.POSITIVE_INFINITY;
      return false;
    },
  };
  const background = new Background(opened.shard, [long, tick], { failed: () => undefined });
  background.arm();
  await vi.waitFor(() => expect(slices).toBe(9), 20_000);
  const longs = (count: number) => Array.from({ length: count }, () => 'long');
  expect(order).toEqual([...longs(4), 'tick', ...longs(5)]);
  await background.stop();
  await opened.close();
});

it('[S-8] a job that fails is said so, and the others go on', async () => {
  const opened = openTestShard(new MemoryStore());
  const failures: string[] = [];
  let slices = 0;
  const broken = once('broken', () => {
    throw new Error('no');
  });
  const other = once('other', () => {
    slices += 1;
    return slices < 3;
  });
  const failed = (job: string) => failures.push(job);
  const background = new Background(opened.shard, [broken, other], { failed });
  background.arm();
  await vi.waitFor(() => expect(slices).toBe(3), 20_000);
  expect(failures).toContain('broken');
  await background.stop();
  await opened.close();
});
