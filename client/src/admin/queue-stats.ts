// Counters of share groups, with their sums.

import type { ResponseOf } from '@millrace/protocol';
import type { Link, RequestOptions } from '../net/link.ts';

/** The counters of a share group in one partition. */
export type PartitionCounters = ResponseOf<'Counters'>['partitions'][number];
/** Messages a second of the whole group over the last minute. */
export type QueueRates = NonNullable<ResponseOf<'Counters'>['rates']>;

/** A share group's counts, a topic. */
export type ShareGroupCounts = ResponseOf<'CountShareGroups'>['groups'][number];

const COUNTED = [
  'fresh',
  'ready',
  'scheduled',
  'leased',
  'parked',
  'blocked',
  'acknowledged',
  'dead',
  'removed',
  'purged',
  'skipped',
] as const;

/** The counters of a share group over all partitions. */
export type QueueTotals = { readonly [N in (typeof COUNTED)[number]]: number } & {
  /** Append time of the oldest unresolved message, ms since 1970; null where there is none. */
  readonly oldestUnresolvedMs: number | null;
};

/** Counters and rates of a share group. */
export interface QueueStats {
  readonly totals: QueueTotals;
  readonly partitions: readonly PartitionCounters[];
  /** Null until the broker has run long enough to tell. */
  readonly rates: QueueRates | null;
}

export function totalsOf(partitions: readonly PartitionCounters[]): QueueTotals {
  const sums = COUNTED.map(
    (name) => [name, partitions.reduce((sum, counts) => sum + counts[name], 0)] as const,
  );
  const oldest = partitions
    .map(({ oldestUnresolvedMs }) => oldestUnresolvedMs)
    .filter((ms) => ms !== null);
  return {
    ...(Object.fromEntries(sums) as Omit<QueueTotals, 'oldestUnresolvedMs'>),
    oldestUnresolvedMs: oldest.length === 0 ? null : oldest.reduce((a, b) => Math.min(a, b)),
  };
}

export async function countersOf(
  link: Link,
  group: string,
  options?: RequestOptions,
): Promise<QueueStats> {
  const { partitions, rates } = await link.request('Counters', { group }, options);
  return { totals: totalsOf(partitions), partitions, rates };
}

/** Each group is counted at one moment; where they do not fit into one reply, not all of them are. */
export async function countShareGroups(
  link: Link,
  options?: RequestOptions,
): Promise<ShareGroupCounts[]> {
  const all: ShareGroupCounts[] = [];
  for (let afterId: number | null = 0; afterId !== null; ) {
    const reply: ResponseOf<'CountShareGroups'> = await link.request(
      'CountShareGroups',
      { afterId },
      options,
    );
    all.push(...reply.groups);
    afterId = reply.nextAfterId;
  }
  return all.toSorted((a, b) => (a.group < b.group ? -1 : 1));
}
