// DescribeGroup: members, what they work on, and how far the group is in each partition.

import type { RequestOf, ResponseOf } from '@millrace/protocol';
import { accept, type Decision, refuse, type View } from '../decision.ts';
import { partitionKey } from '../log/logs.ts';
import type { ShardState } from '../shard-state.ts';
import type { ConsumerGroup } from './consumer-groups.ts';
import { findConsumerGroup } from './find-consumer-group.ts';
import { byTopic, topicOfKey } from './partition-keys.ts';

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
  const groupState = members.length === 0 ? 'empty' : 'stable';
  const offsets = progressOf(state, group);
  return accept({ epoch: entry.epoch, members, offsets, state: groupState, assignor: null });
}

/** By id. A partition that is to be given up is still worked on. */
function membersOf(group: ConsumerGroup): Reply['members'] {
  const members = [...group.members.values()].toSorted((a, b) =>
    a.memberId < b.memberId ? -1 : 1,
  );
  return members.map(({ memberId, epoch, topics, assigned, revoking, sessionTimeoutMs }) => {
    const keys = [...assigned.keys(), ...revoking.keys()];
    const held = [...byTopic(keys)].map(([topicId, partitions]) => ({ topicId, partitions }));
    return {
      memberId,
      memberEpoch: epoch,
      topics: [...topics],
      assigned: held,
      instanceId: null,
      topicPattern: null,
      isAway: false,
      target: null,
      sessionTimeoutMs,
      rebalanceTimeoutMs: 0,
    };
  });
}

/**
 * Every partition of the topics that the group committed in or holds something of, where they exist; one without a
 * commit is still ahead as a whole [C-25].
 */
function progressOf({ catalog, logs }: ShardState, group: ConsumerGroup): Reply['offsets'] {
  const progress: Reply['offsets'] = [];
  for (const topicId of topicsOf(group)) {
    const { name: topic, partitions = 0 } = catalog.topics.get(topicId) ?? {};
    if (topic === undefined) continue;
    for (let partition = 0; partition < partitions; partition += 1) {
      const { startOffset, durableEnd: endOffset } = logs.at(topicId, partition);
      const key = partitionKey(topicId, partition);
      const [offset, metadata, committedAtMs] = group.offsets.get(key) ?? [-1, null, null];
      const memberId = group.owners.get(key) ?? null;
      const lag = Math.max(0, endOffset - Math.max(offset, startOffset));
      const place = { topicId, topic, partition };
      progress.push({ ...place, offset, endOffset, lag, memberId, metadata, committedAtMs });
    }
  }
  return progress;
}

/** In the order of their ids. */
function topicsOf({ offsets, owners }: ConsumerGroup): number[] {
  const topicIds = new Set<number>();
  for (const key of offsets.keys()) topicIds.add(topicOfKey(key));
  for (const key of owners.keys()) topicIds.add(topicOfKey(key));
  return [...topicIds].toSorted((a, b) => a - b);
}
