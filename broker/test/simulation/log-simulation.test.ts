// A seeded simulation of the log: real shard, core, handlers and committer; fake clock, a disk that fails, and a process
// that is killed at any step. Producers, a transformer, compaction and deletion of records work at the same time.

import { Random } from '@millrace/harness';
import { readRecords } from '@millrace/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { live } from './live.ts';
import {
  FEED_PARTITIONS,
  LogActors,
  type LogTopics,
  payloadOf,
  TABLE_KEYS,
  versionOf,
} from './log-actors.ts';
import { World } from './world.ts';

const RUNS = Number(process.env['MILLRACE_SIM_RUNS'] ?? 15);
const FIRST_SEED = Number(process.env['MILLRACE_SIM_SEED'] ?? 1);
const STEPS = 300;
const COMPACTED = {
  cleanupPolicy: 'compact',
  segmentBytes: 64 * 1_024,
  compactionDirtyRatio: 0.1,
} as const;

/** Lets time pass until the call has its answer. */
async function answered<T>(call: Promise<T>): Promise<T> {
  const settled = call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  await vi.advanceTimersByTimeAsync(200);
  const outcome = await settled;
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

async function prepare(world: World): Promise<LogTopics> {
  const create = async (name: string, partitions: number, config: object | null) => {
    const topic = { name, partitions, config, annotations: null, validateOnly: false };
    return (await answered(world.call('CreateTopic', topic))).topicId;
  };
  return {
    feed: await create('feed', FEED_PARTITIONS, null),
    out: await create('out', FEED_PARTITIONS, null),
    table: await create('table', 1, COMPACTED),
  };
}

async function recordsOf(world: World, topicId: number, partition: number) {
  const found: {
    readonly offset: number;
    readonly key: string;
    readonly value: Uint8Array | null;
  }[] = [];
  let offset = 0;
  for (;;) {
    const query = { topicId, partition, offset, maxBytes: 10_000_000 };
    const request = { maxWaitMs: 0, minBytes: 0, maxBytes: 10_000_000, partitions: [query] };
    const [read] = (await answered(world.call('Fetch', request))).partitions;
    if (read === undefined) throw new Error('no answer');
    if (offset < read.startOffset) {
      offset = read.startOffset;
      continue;
    }
    if (read.errorCode !== 0) throw new Error(read.errorMessage ?? 'refused');
    const records = read.batches.flatMap((batch) => readRecords(batch, { from: offset }));
    for (const { offset: at, key, value } of records)
      found.push({ offset: at, key: payloadOf(key), value });
    const last = records.at(-1);
    if (last === undefined) return found;
    offset = last.offset + 1;
  }
}

/** Each instance's payloads of a partition: numbered from 0, each once, in order. */
function checkOrder(actors: LogActors, partition: number, payloads: readonly string[]): void {
  const next = new Map<string, number>();
  for (const payload of payloads) {
    const [name, epoch, n] = payload.split('|');
    const instance = `${name}|${epoch}`;
    const expected = next.get(instance) ?? 0;
    if (Number(n) !== expected) {
      actors.violation(
        `partition ${partition}: ${payload} where ${instance}|${expected} should be`,
      );
    }
    next.set(instance, Number(n) + 1);
  }
  const there = new Set(payloads);
  const lost = actors.ackedOf[partition]?.filter((payload) => !there.has(payload)) ?? [];
  if (lost.length > 0) actors.violation(`partition ${partition}: lost ${lost.join(', ')}`);
}

async function checkTable(world: World, actors: LogActors, topics: LogTopics): Promise<void> {
  const newest = new Map<string, number>();
  for (const { key, value } of await recordsOf(world, topics.table, 0)) {
    newest.set(key, versionOf(value));
  }
  for (const key of TABLE_KEYS) {
    const { acked = 0, sent = 0 } = actors.versions.get(key) ?? {};
    const found = newest.get(key) ?? 0;
    if (found < acked || found > sent) {
      actors.violation(`${key} is at version ${found}; ${acked} was acknowledged, ${sent} sent`);
    }
  }
}

async function simulate(seed: number): Promise<{ actors: LogActors; world: World }> {
  const random = new Random(seed);
  const world = new World(random.fork());
  const topics = await prepare(world);
  const actors = new LogActors(world, random.fork(), topics);
  const starting = actors.start();
  await vi.advanceTimersByTimeAsync(500);
  await starting;
  expect(await live(world, random.fork(), STEPS, () => actors.act())).toBe(0);
  for (let partition = 0; partition < FEED_PARTITIONS; partition += 1) {
    while (await answered(actors.transform(partition)));
    const records = await recordsOf(world, topics.out, partition);
    checkOrder(
      actors,
      partition,
      records.map(({ value }) => payloadOf(value)),
    );
  }
  await checkTable(world, actors, topics);
  return { actors, world };
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
});
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

describe('a simulated log, killed at any step [I1] [I2]', () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) {
    test(`seed ${seed}`, { timeout: 120_000 }, async () => {
      const { actors, world } = await simulate(seed);
      expect(world.faults).toEqual([]);
      expect(actors.violations).toEqual([]);
      expect(actors.counts.acked).toBeGreaterThan(0);
      expect(actors.counts.transformed).toBeGreaterThan(0);
    });
  }
});
