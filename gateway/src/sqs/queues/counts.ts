// How many messages a queue has, as Amazon SQS tells it: sums of the exact counters of the group in the queue's topic.

import type { QueueStats } from '@millrace/client';
import type { AttributeName } from './attributes.ts';

type Counts = QueueStats['partitions'][number];

const COUNTED = {
  ApproximateNumberOfMessages: ({ fresh, ready, parked, blocked }: Counts) =>
    fresh + ready + parked + blocked,
  ApproximateNumberOfMessagesNotVisible: ({ leased }: Counts) => leased,
  ApproximateNumberOfMessagesDelayed: ({ scheduled }: Counts) => scheduled,
} as const satisfies Partial<Record<AttributeName, (counts: Counts) => number>>;

export type CountName = keyof typeof COUNTED;

export function isCountName(name: AttributeName): name is CountName {
  return Object.hasOwn(COUNTED, name);
}

/** Topics that the group takes from beside the queue's own do not count. */
export function countOf(name: CountName, { partitions }: QueueStats, topicId: number): string {
  const own = partitions.filter((partition) => partition.topicId === topicId);
  return String(own.reduce((sum, partition) => sum + COUNTED[name](partition), 0));
}
