// DescribeGroup: members, what they work on, and how far the group is in each partition.

import type { RequestOf, ResponseOf } from '@millrace/protocol';
import { accept, type Decision, refuse, type View } from '../decision.ts';
import { partitionKey } from '../log/logs.ts';
import type { ShardState } from '../shard-state.ts';
import type { ConsumerGroup } from './consumer-groups.ts';
import { findConsumerGroup } from './find-consumer-group.ts';
import { byTopic } from './partition-keys.ts';

type Reply = ResponseOf<'DescribeGroup'>;

export function describeGroup(
  state: ShardState,
  _view: View,
  { group: name }: RequestOf<'DescribeGroup'>,
): Decision<Reply> {
  const entry = findConsumerGroup(state.catalog, name);
  if (entry === undefined) return refuse('UNKNOWN_GROUP', `No group is named ${name}.`);
  if (entry.error !== undefined) return entry;
  const group = state.consumers.at(entry.groupId);
  const members = membersOf(group);
  return accept({ epoch: entry.epoch, members, offsets: progressOf(state, group) });
}

/** By id. A partition that is to be given up is still worked on. */
function membersOf(group: ConsumerGroup): Reply['members'] {
  const members = [...group.members.values()].toSorted((a, b) =>
    a.memberId < b.memberId ? -1 : 1,
  );
  return members.map(({ memberId, epoch, topics, assigned, revoking }) => {
    const keys = [...assigned.keys(), ...revoking.keys()];
    const held = [...byTopic(keys)].map(([topicId, partitions]) => ({ topicId, partitions }));
    return { memberId, memberEpoch: epoch, topics: [...topics], assigned: held };
  });
}

/** Of topics that exist; where nothing is committed the whole partition is still ahead [C-25]. */
function progressOf({ catalog, logs }: ShardState, group: ConsumerGroup): Reply['offsets'] {
  const progress: Reply['offsets'] = [];
  for (const [topicId, partitions] of byTopic(union(group.offsets.keys(), group.owners.keys()))) {
    const topic = catalog.topics.get(topicId)?.name;
    if (topic === undefined) continue;
    for (const partition of partitions) {
      const { startOffset, durableEnd: endOffset } = logs.at(topicId, partition);
      const offset = group.offsets.get(partitionKey(topicId, partition))?.[0] ?? -1;
      const lag = Math.max(0, endOffset - Math.max(offset, startOffset));
      progress.push({ topicId, topic, partition, offset, endOffset, lag });
    }
  }
  return progress;
}

function union(a: Iterable<number>, b: Iterable<number>): Set<number> {
  const all = new Set(a);
  for (const key of b) all.add(key);
  return all;
}
