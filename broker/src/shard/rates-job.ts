// Looks once a second at the totals of the share groups whose rates somebody asks for.

import { groupTotals } from '@millrace/core';
import type { Job } from './background.ts';

const EVERY_MS = 1_000;

export function createRatesJob(): Job {
  return {
    name: 'rates',
    nextMs: (shard, lastRunMs) => (shard.rates.isWatching ? lastRunMs + EVERY_MS : undefined),
    slice: (shard) => {
      shard.peek((state, _, nowMs) =>
        shard.rates.sample(nowMs, (groupId) => groupTotals(state, groupId)),
      );
      return false;
    },
  };
}
