// A seeded simulation: real shard, core, handlers and committer; fake clock, and a disk that fails and a process that
// is killed at any step. By default 8 seeds; `npm run sim -- --runs 1000` runs more. One that fails is a bug report.

import { Random } from '@millrace/harness';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Actors } from './actors.ts';
import { live } from './live.ts';
import { settle } from './settle.ts';
import { groupsOf, PARTITIONS, type SimGroup } from './sim-groups.ts';
import { Witness } from './witness.ts';
import { World } from './world.ts';

const RUNS = Number(process.env['MILLRACE_SIM_RUNS'] ?? 8);
const FIRST_SEED = Number(process.env['MILLRACE_SIM_SEED'] ?? 1);
const STEPS = 250;

const CONFIG = {
  visibilityTimeoutMs: 400,
  maxDeliveries: 3,
  backoff: 'fixed',
  backoffBaseMs: 50,
  backoffFactor: null,
  backoffMaxMs: null,
  jitter: null,
  exhaustedAt: null,
  fairness: null,
  maxInFlight: null,
  onExpired: null,
  resultTtlMs: null,
  deadLetterLoops: null,
} as const;

async function prepare(world: World, groups: readonly SimGroup[]) {
  const create = async (name: string, partitions: number) => {
    const config = { config: null, annotations: null, validateOnly: false };
    const call = world.call('CreateTopic', { name, partitions, ...config });
    await vi.advanceTimersByTimeAsync(100);
    return (await call).topicId;
  };
  const topics = { work: await create('work', PARTITIONS), out: await create('out', 1) };
  for (const { name, ...ways } of groups) {
    const call = world.call('CreateShareGroup', {
      group: name,
      topics: ['work'],
      startAt: -2,
      deadLetterTopic: `${name}.dlq`,
      config: { ...CONFIG, ...ways, onExhausted: 'dlq' },
    });
    await vi.advanceTimersByTimeAsync(100);
    await call;
  }
  return topics;
}

async function simulate(seed: number): Promise<{ actors: Actors; witness: Witness; world: World }> {
  const random = new Random(seed);
  const world = new World(random.fork());
  const witness = new Witness();
  const groups = groupsOf(seed);
  const topics = await prepare(world, groups);
  const actors = new Actors(world, witness, random.fork(), { topics, groups });
  expect(await live(world, random.fork(), STEPS, () => actors.act())).toBe(0);
  await settle(world, witness, actors, topics);
  return { actors, witness, world };
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
});
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

describe('a simulated broker, killed at any step [I1-I6]', () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) {
    test(`seed ${seed}`, { timeout: 120_000 }, async () => {
      const { witness, world, actors } = await simulate(seed);
      expect(world.faults).toEqual([]);
      expect(witness.violations).toEqual([]);
      expect(actors.counts['delivered']).toBeGreaterThan(0);
    });
  }
});
