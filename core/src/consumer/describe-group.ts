// DescribeGroup: members, what they work on, and how far the group is in each partition.

import type { RequestOf, ResponseOf } from '@millrace/protocol';
import { accept, type Decision, refuse, type View } from '../decision.ts';
import { partitionKey } from '../log/logs.ts';
import type { ShardState } from '../shard-state.ts';
import { assignorOf } from './assignor.ts';
import type { ConsumerGroup } from './consumer-groups.ts';
import { findConsumerGroup } from './find-consumer-group.ts';
import { heldKeys, type Member } from './member.ts';
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
  const members = [...group.members.values()].toSorted((a, b) =>
    a.memberId < b.memberId ? -1 : 1,
  );
  return accept({
    epoch: entry.epoch,
    members: members.map(describe),
    offsets: progressOf(state, group),
    state: stateOf(members),
    assignor: members.length === 0 ? null : assignorOf(members.map(({ assignor }) => assignor)),
  });
}

/** A partition that is to be given up is still worked on. */
function describe(member: Member): Reply['members'][number] {
  const { memberId, epoch, subscription, instanceId, isAway } = member;
  const { sessionTimeoutMs, rebalanceTimeoutMs } = member;
  return {
    memberId,
    memberEpoch: epoch,
    topics: [...subscription.topics],
    assigned: partitionsOf(heldKeys(member)),
    instanceId,
    topicPattern: subscription.pattern,
    isAway,
    target: partitionsOf(member.target),
    sessionTimeoutMs,
    rebalanceTimeoutMs,
  };
}

function partitionsOf(keys: Iterable<number>): { topicId: number; partitions: number[] }[] {
  return [...byTopic(keys)].map(([topicId, partitions]) => ({ topicId, partitions }));
}

/** Who is away takes nothing on: it keeps nobody from being settled. */
function stateOf(members: readonly Member[]): Reply['state'] {
  if (members.length === 0) return 'empty';
  const isSettled = members.every(({ isAway, assigned, revoking, target }) => {
    return (
      isAway || (revoking.size === 0 && assigned.size === target.size && hasAll(target, assigned))
    );
  });
  return isSettled ? 'stable' : 'reconciling';
}

function hasAll(keys: Iterable<number>, held: ReadonlyMap<number, number>): boolean {
  for (const key of keys) if (!held.has(key)) return false;
  return true;
}

/**
 * Every partition of the topics that the group committed in or holds something of, where they exist; one without a
 * commit is still ahead as a whole [C-25].
 */
function progressOf({ catalog, logs }: ShardState, group: ConsumerGroup): Reply['offsets'] {
  const progress: Reply['offsets'] = [];
  for (const topicId of topicsOfGroup(group)) {
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

/** Those that the group committed in or holds something of, in the order of their ids. */
export function topicsOfGroup({ offsets, owners }: ConsumerGroup): number[] {
  const topicIds = new Set<number>();
  for (const key of offsets.keys()) topicIds.add(topicOfKey(key));
  for (const key of owners.keys()) topicIds.add(topicOfKey(key));
  return [...topicIds].toSorted((a, b) => a - b);
}
