// How far a consumer group is behind, by topic, from memory alone: what metrics are made of. It changes nothing.

import { partitionKey } from '../log/logs.ts';
import type { ShardState } from '../shard-state.ts';
import { topicsOfGroup } from './describe-group.ts';

/** Records that the group has not committed, of each topic that it committed in or holds something of. [C-25] */
export function groupLags(
  { catalog, logs, consumers }: ShardState,
  groupId: number,
): ReadonlyMap<number, number> {
  const group = consumers.at(groupId);
  const lags = new Map<number, number>();
  for (const topicId of topicsOfGroup(group)) {
    const { partitions } = catalog.topics.get(topicId) ?? {};
    if (partitions === undefined) continue;
    let lag = 0;
    for (let partition = 0; partition < partitions; partition += 1) {
      const { startOffset, durableEnd } = logs.at(topicId, partition);
      const [offset] = group.offsets.get(partitionKey(topicId, partition)) ?? [-1];
      lag += Math.max(0, durableEnd - Math.max(offset, startOffset));
    }
    lags.set(topicId, lag);
  }
  return lags;
}
