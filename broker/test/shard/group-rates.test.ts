// Rates of share groups: over the last minute, of those that are asked about, and of nobody else.

import { describe, expect, test } from 'vitest';
import { GroupRates } from '../../src/shard/group-rates.ts';
import { countsOf, createQueue, openTestShard, produce } from './open-test-shard.ts';

const totals = (arrived: number, acknowledged = 0, dead = 0, topicIds = [1]) => {
  return { arrived, acknowledged, dead, topicIds };
};

describe('rates [L-125]', () => {
  test('compares the last minute, from the second look on', () => {
    const rates = new GroupRates();
    expect(rates.ask(1, 0)).toBeNull();
    rates.sample(0, () => totals(100));
    expect(rates.ask(1, 0)).toBeNull();
    rates.sample(1_000, () => totals(150, 20, 5));
    expect(rates.ask(1, 1_000)).toEqual({ arrived: 50, acknowledged: 20, dead: 5 });
    for (let s = 2; s <= 80; s += 1) {
      rates.sample(s * 1_000, () => totals(150, 20, 5));
      rates.ask(1, s * 1_000);
    }
    expect(rates.ask(1, 80_000)).toEqual({ arrived: 0, acknowledged: 0, dead: 0 });
  });

  test('is never negative, and begins anew when the topics change', () => {
    const rates = new GroupRates();
    rates.ask(1, 0);
    rates.sample(0, () => totals(10, 0, 5));
    rates.sample(1_000, () => totals(10, 0, 2));
    expect(rates.ask(1, 1_000)).toEqual({ arrived: 0, acknowledged: 0, dead: 0 });
    rates.sample(2_000, () => totals(9_999, 0, 2, [1, 2]));
    expect(rates.ask(1, 2_000)).toBeNull();
  });

  test('forgets groups that are gone or that nobody asks about, and holds a bounded number', () => {
    const rates = new GroupRates();
    rates.ask(1, 0);
    rates.sample(61_000, () => totals(1));
    expect(rates.isWatching).toBe(false);
    rates.ask(2, 61_000);
    rates.sample(62_000, () => undefined);
    expect(rates.isWatching).toBe(false);
    for (let groupId = 1; groupId <= 1_200; groupId += 1) rates.ask(groupId, 0);
    let looks = 0;
    rates.sample(1, () => {
      looks += 1;
      return totals(1);
    });
    expect(looks).toBe(1_000);
  });

  test('come with the counters', async () => {
    const shard = openTestShard();
    const topicId = await createQueue(shard);
    const ask = async () => (await shard.call('Counters', { group: 'g' })).rates;
    expect(await ask()).toBeNull();
    const deadline = performance.now() + 10_000;
    let sum = 0;
    while (sum === 0) {
      await produce(shard, topicId, 'a');
      sum = (await ask())?.arrived ?? 0;
      if (performance.now() > deadline) throw new Error('no rate comes');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await ask()).toMatchObject({ acknowledged: 0, dead: 0 });
    expect((await countsOf(shard))?.fresh).toBeGreaterThan(1);
    await shard.close();
  });
});
