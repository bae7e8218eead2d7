// Which partitions a receive should ask, and in which order: topics in strict priority, within a topic each partition
// first in turn. It reads counts only and changes nothing.

import type { ShardState } from '../shard-state.ts';

export interface PartitionRef {
  readonly topicId: number;
  readonly partition: number;
}

/**
 * Partitions that have something to lease at the moment it comes to them: mostly the first one fills a receive, and the
 * others need no look. `rotation` is any number that the caller raises with every receive of the group: the partition
 * that comes first moves on with it. [L-10]
 */
export function* receivablePartitions(
  state: ShardState,
  groupId: number,
  topicIds: readonly number[],
  rotation: number,
): Generator<PartitionRef> {
  for (const topicId of topicIds) {
    const partitions = state.catalog.topics.get(topicId)?.partitions ?? 0;
    for (let i = 0; i < partitions; i += 1) {
      const partition = (rotation + i) % partitions;
      if (isReceivable(state, groupId, topicId, partition)) yield { topicId, partition };
    }
  }
}

/** Some message is ready or fresh, or parked in a lane whose turn it may be. */
export function isReceivable(
  state: ShardState,
  groupId: number,
  topicId: number,
  partition: number,
): boolean {
  const { startOffset, durableEnd } = state.logs.at(topicId, partition);
  const share = state.shares.at(groupId, topicId, partition);
  if (share.isRestoring) return false;
  const low = Math.max(startOffset, share.purgedTo);
  if (Math.max(share.cursor, low) < durableEnd) return true;
  if (share.lanes !== undefined) return share.lanes.turnCount > 0;
  return share.count('ready') > 0 && share.hasReadyFrom(low);
}
