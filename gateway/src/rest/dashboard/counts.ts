// What the dashboard says of queues, from the counters of their share groups. It asks nobody.

import type { QueueRates, ShareGroupCounts } from '@millrace/client';
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

function countsOf(counted: ShareGroupCounts['topics'][number]): Counts {
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

export function queueCountsOf(
  { group, topics, rates }: ShareGroupCounts,
  nowMs: number,
): QueueCounts {
  const ages = topics.map(({ oldestUnresolvedMs }) => ageOf(oldestUnresolvedMs, nowMs));
  const counted = topics.map((counts, at) => {
    return { topic: counts.topic, counts: countsOf(counts), oldestAgeMs: ages[at] ?? null };
  });
  return {
    queue: group,
    counts: sumOf(counted.map(({ counts }) => counts)),
    oldestAgeMs: oldestOf(ages),
    rates,
    topics: counted,
  };
}

export function totalsOf(queues: readonly QueueCounts[]): Totals {
  const told = queues.map((queue) => queue.rates).filter((some) => some !== null);
  return {
    queues: queues.length,
    counts: sumOf(queues.map(({ counts }) => counts)),
    oldestAgeMs: oldestOf(queues.map((queue) => queue.oldestAgeMs)),
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

function oldestOf(ages: readonly (number | null)[]): number | null {
  const known = ages.filter((age) => age !== null);
  return known.length === 0 ? null : known.reduce((a, b) => Math.max(a, b));
}

function ageOf(oldestMs: number | null, nowMs: number): number | null {
  return oldestMs === null ? null : Math.max(0, nowMs - oldestMs);
}
