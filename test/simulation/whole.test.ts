// Whole brokers and real clients by seed, on a simulated network, disk and clock. A seed that fails is a bug report: the same
// seed does the same again. `npm run sim -- --seed N --runs K --minutes M --json` for more, and for the counts.

import { writeFileSync } from 'node:fs';
import { Committer, MemoryStore, type StoreWrite } from '@millrace/storage';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { Counts } from './counts.ts';
import { live } from './live.ts';

const RUNS = Number(process.env['MILLRACE_SIM_RUNS'] ?? 4);
const FIRST_SEED = Number(process.env['MILLRACE_SIM_SEED'] ?? 1);
const MINUTES_MAX = Number(process.env['MILLRACE_SIM_MINUTES'] ?? Number.POSITIVE_INFINITY);
/** Where the counts go, as JSON. */
const REPORT = process.env['MILLRACE_SIM_REPORT'];
/** Tests of their own are worth it for so many seeds. */
const SEEDS_A_TEST = Math.max(1, Math.ceil(RUNS / 100));
const SEED_MS_MAX = 60_000;
const VIOLATIONS_SHOWN = 10;
const FORGOTTEN = 25;
/** In some of which faults that are put in are seen: in which, changes with every change of the broker. */
const PLANTED_SEEDS = [1, 2, 3, 4, 5];

vi.mock('node:net', async (original) => {
  const { net } = await import('./platform.ts');
  return { ...(await original<object>()), ...net };
});
vi.mock('node:http', async (original) => {
  const { http } = await import('./platform.ts');
  return { ...(await original<object>()), ...http };
});
vi.mock('node:crypto', async (original) => {
  const { crypto } = await import('./platform.ts');
  return { ...(await original<object>()), ...crypto };
});
vi.mock('../../broker/src/open-storage.ts', async (original) => {
  const { openStorage } = await import('./platform.ts');
  return { ...(await original<object>()), openStorage };
});

const counts = new Counts();
const startedAt = performance.now();

/** Says of some commits that it has them, and has not. */
class ForgetfulStore extends MemoryStore {
  private commits = 0;

  override commit(writes: readonly StoreWrite[]): Promise<void> {
    this.commits += 1;
    return super.commit(this.commits % FORGOTTEN === 0 ? [] : writes);
  }
}

async function simulate(seed: number): Promise<readonly string[]> {
  try {
    const lived = await live(seed);
    counts.add(seed, lived);
    return lived.violations;
  } catch (error) {
    const violations = [error instanceof Error ? (error.stack ?? error.message) : String(error)];
    counts.failed(seed, violations);
    return violations;
  }
}

/** Of the first seed that has some. */
async function violationsOf(diskOf?: () => MemoryStore): Promise<readonly string[]> {
  for (const seed of PLANTED_SEEDS) {
    try {
      const { violations } = await live(seed, diskOf?.());
      if (violations.length > 0) return violations;
    } catch (error) {
      return [String(error)];
    }
  }
  return [];
}

afterAll(() => {
  if (REPORT === undefined) return;
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage();
  const report = { ...counts.report(seconds), cpuSeconds: (user + system) / 1e6 };
  writeFileSync(REPORT, `${JSON.stringify(report, null, 2)}\n`);
});

describe('whole brokers and real clients, by seed [I1-I6]', () => {
  for (let first = FIRST_SEED; first < FIRST_SEED + RUNS; first += SEEDS_A_TEST) {
    const last = Math.min(first + SEEDS_A_TEST, FIRST_SEED + RUNS) - 1;
    const timeout = SEEDS_A_TEST * SEED_MS_MAX;
    test(`seeds ${first} to ${last}`, { timeout }, async () => {
      for (let seed = first; seed <= last; seed += 1) {
        if (performance.now() - startedAt > MINUTES_MAX * 60_000) return;
        const violations = await simulate(seed);
        expect({ seed, violations: violations.slice(0, VIOLATIONS_SHOWN) }).toEqual({
          seed,
          violations: [],
        });
      }
    });
  }
});

describe('the simulation', () => {
  test('does the same again with the same seed', { timeout: 2 * SEED_MS_MAX }, async () => {
    const [one, other] = [await live(FIRST_SEED), await live(FIRST_SEED)];
    expect(other.diaries).toEqual(one.diaries);
    expect(other.world.blows).toEqual(one.world.blows);
  });

  test('finds out a disk that forgets', { timeout: SEED_MS_MAX }, async () => {
    expect(await violationsOf(() => new ForgetfulStore())).not.toEqual([]);
  });

  test('finds out a broker that answers before it has committed', {
    timeout: SEED_MS_MAX,
  }, async () => {
    const planted = vi.spyOn(Committer.prototype, 'durable').mockResolvedValue();
    const found = await violationsOf();
    planted.mockRestore();
    expect(found).not.toEqual([]);
  });
});
