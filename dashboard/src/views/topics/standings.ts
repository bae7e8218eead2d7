// One row for each group in each partition of a topic, from what the gateway tells. Pure.
import { type Bounds, consumerParts, type Part, shareParts } from './positions.ts';
import type { TopicGroups } from './topic-shapes.ts';

export interface Standing {
  readonly group: string;
  readonly kind: 'consumer' | 'share';
  readonly partition: number;
  readonly start: number;
  readonly end: number;
  /** Committed, null where nothing is; of a share group the oldest unresolved message. */
  readonly at: number | null;
  /** Of a share group the next message that was never delivered. */
  readonly cursor: number | null;
  /** Records, or unresolved messages, that it has before it. */
  readonly lag: number;
  readonly parts: readonly Part[];
}

export function standingsOf({ partitions, groups }: TopicGroups): Standing[] {
  const boundsOf = new Map(partitions.map((bounds) => [bounds.partition, bounds]));
  const none: Bounds = { partition: 0, startOffset: 0, endOffset: 0 };
  return groups.flatMap((one): Standing[] => {
    if (one.kind === 'consumer') {
      return one.partitions.map((own) => {
        const bounds = boundsOf.get(own.partition) ?? none;
        const parts = consumerParts(bounds, own);
        const { partition, offset: at, lag } = own;
        return { ...placeOf(one, partition, bounds), at, cursor: null, lag, parts };
      });
    }
    return one.partitions.map((own) => {
      const bounds = boundsOf.get(own.partition) ?? none;
      const { partition, firstUnresolvedOffset: at, cursor, unresolved: lag } = own;
      const parts = shareParts(bounds, own);
      return { ...placeOf(one, partition, bounds), at, cursor, lag, parts };
    });
  });
}

function placeOf(
  { group, kind }: TopicGroups['groups'][number],
  partition: number,
  { startOffset: start, endOffset: end }: Bounds,
) {
  return { group, kind, partition, start, end };
}
