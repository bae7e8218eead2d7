// What the dashboard says of queues, from the counters of their share groups. It asks nobody.

import type { QueueRates, QueueStats } from '@millrace/client';
import type { Static } from 'typebox';
import { Type } from '../schemas/type.ts';

const count = (description: string) => Type.Integer({ minimum: 0, description });
const rate = (description: string) => Type.Number({ minimum: 0, description });

const COUNTS = {
  pending: count('Can be received now, or once their key or tenant has its turn.'),
  leased: count('Given to a worker.'),
  scheduled: count('Wait for a time: sent with a delay, or in the pause after a failure.'),
  failed: count(
    'Came back and wait for the next delivery (these are pending too), or are stopped until somebody decides.',
  ),
  acknowledged: count('Finished.'),
  deadLettered: count(
    'Given up; with a copy in the dead-letter topic where the queue has one and the reason asks for it.',
  ),
};

export const Counts = Type.Object(COUNTS, { description: 'Messages by what became of them.' });
export type Counts = Static<typeof Counts>;

export const Rates = Type.Object(
  {
    arrived: rate('Appended.'),
    acknowledged: rate('Finished.'),
    dead: rate('Given up.'),
  },
  { description: 'Messages a second over the last minute.' },
);
export type Rates = Static<typeof Rates>;

const oldestAgeMs = Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], {
  description: 'Since the oldest unresolved message was appended; null where there is none.',
});
const ratesNow = Type.Union([Rates, Type.Null()], {
  description: 'Null until the broker has run long enough to tell.',
});

export const QueueCounts = Type.Object({
  queue: Type.String(),
  counts: Counts,
  oldestAgeMs,
  rates: ratesNow,
  topics: Type.Array(Type.Object({ topic: Type.String(), counts: Counts, oldestAgeMs })),
});
export type QueueCounts = Static<typeof QueueCounts>;

export const Totals = Type.Object({
  queues: count('How many queues there are.'),
  counts: Counts,
  oldestAgeMs,
  rates: ratesNow,
});
export type Totals = Static<typeof Totals>;

export const Dashboard = Type.Object({
  atMs: Type.Integer({ description: 'When it was counted, ms since 1970.' }),
  totals: Totals,
  queues: Type.Array(QueueCounts, { description: 'By name.' }),
});
export type Dashboard = Static<typeof Dashboard>;

type Counted = Pick<
  QueueStats['totals'],
  'fresh' | 'ready' | 'parked' | 'leased' | 'scheduled' | 'blocked' | 'acknowledged' | 'dead'
>;

export function countsOf(counted: Counted): Counts {
  const { fresh, ready, parked, leased, scheduled, blocked, acknowledged, dead } = counted;
  return {
    pending: fresh + ready + parked,
    leased,
    scheduled,
    failed: ready + blocked,
    acknowledged,
    deadLettered: dead,
  };
}

export function queueCountsOf(queue: string, stats: QueueStats, nowMs: number): QueueCounts {
  const { totals, partitions, rates } = stats;
  const byTopic = new Map<string, { counts: Counts; oldestMs: number | null }>();
  for (const partition of partitions) {
    const known = byTopic.get(partition.topic);
    const counts = countsOf(partition);
    const oldestMs = partition.oldestUnresolvedMs;
    byTopic.set(partition.topic, {
      counts: known === undefined ? counts : sumOf([known.counts, counts]),
      oldestMs: known === undefined ? oldestMs : older(known.oldestMs, oldestMs),
    });
  }
  return {
    queue,
    counts: countsOf(totals),
    oldestAgeMs: ageOf(totals.oldestUnresolvedMs, nowMs),
    rates,
    topics: [...byTopic].map(([topic, { counts, oldestMs }]) => {
      return { topic, counts, oldestAgeMs: ageOf(oldestMs, nowMs) };
    }),
  };
}

export function totalsOf(queues: readonly QueueCounts[]): Totals {
  const ages = queues.map(({ oldestAgeMs: age }) => age).filter((age) => age !== null);
  const told = queues.map((queue) => queue.rates).filter((some) => some !== null);
  return {
    queues: queues.length,
    counts: sumOf(queues.map(({ counts }) => counts)),
    oldestAgeMs: ages.length === 0 ? null : ages.reduce((a, b) => Math.max(a, b)),
    rates: told.length === 0 ? null : sumOfRates(told),
  };
}

function sumOf(all: readonly Counts[]): Counts {
  const sum = { pending: 0, leased: 0, scheduled: 0, failed: 0, acknowledged: 0, deadLettered: 0 };
  for (const counts of all) {
    for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += counts[name];
  }
  return sum;
}

function sumOfRates(all: readonly QueueRates[]): Rates {
  const sum = { arrived: 0, acknowledged: 0, dead: 0 };
  for (const one of all) {
    for (const name of Object.keys(sum) as (keyof Rates)[]) sum[name] += one[name];
  }
  return sum;
}

function older(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

function ageOf(oldestMs: number | null, nowMs: number): number | null {
  return oldestMs === null ? null : Math.max(0, nowMs - oldestMs);
}
