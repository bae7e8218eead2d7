// What must hold of consumer groups between any two commands. Slow: for tests and for loading.

import { assert } from '../assert.ts';
import type { ShardState } from '../shard-state.ts';
import { assignRange } from './assign-range.ts';
import type { ConsumerGroup, Member } from './consumer-groups.ts';
import { type ConsumerGroupEntry, findConsumerGroup } from './find-consumer-group.ts';
import { subscribedNames } from './group-epoch.ts';
import { partitionOfKey, topicOfKey } from './partition-keys.ts';

type Machines = Pick<ShardState, 'catalog' | 'logs' | 'consumers'>;

export function assertConsumerGroups(machines: Machines): void {
  const { catalog, consumers } = machines;
  for (const [groupId, group] of consumers.groups) {
    const entry = findConsumerGroup(catalog, catalog.groups.get(groupId)?.name ?? '');
    assert(entry !== undefined && entry.error === undefined, 'members and offsets have a group');
    assertOwners(group);
    assertEpoch(entry, group);
    assertOffsets(machines, groupId, group);
  }
  for (const [topicId, groupIds] of consumers.groupsOf) {
    assert(catalog.topics.has(topicId), 'what is indexed exists');
    for (const groupId of groupIds) assert(consumers.groups.has(groupId));
  }
  for (const { groupId, memberId } of consumers.sessions.all()) {
    assert(consumers.at(groupId).members.has(memberId), 'a session is of a member');
  }
}

/** No partition is with two members at once [C-1]. */
function assertOwners(group: ConsumerGroup): void {
  let held = 0;
  for (const [memberId, member] of group.members) {
    assert(memberId === member.memberId && member.joinedEpoch <= member.epoch);
    for (const partitions of [member.assigned, member.revoking]) {
      for (const [key, since] of partitions) {
        assert(group.owners.get(key) === memberId, 'what a member holds it owns');
        assert(member.joinedEpoch <= since && since <= member.epoch, 'held within the membership');
      }
      held += partitions.size;
    }
  }
  assert(held === group.owners.size, 'a partition has one owner, and owners hold');
}

function assertEpoch(entry: ConsumerGroupEntry, group: ConsumerGroup): void {
  const names = subscribedNames(group.members.values());
  for (const [name] of entry.topics) assert(names.has(name), 'a topic of the epoch is subscribed');
  const target = assignRange(group.members.values(), entry.topics);
  for (const member of group.members.values()) {
    assert(member.epoch <= entry.epoch, 'a member is not ahead of its group');
    if (member.epoch === entry.epoch) assertTarget(member, target.get(member.memberId));
  }
  if (group.plan?.epoch !== entry.epoch) return;
  for (const [memberId, keys] of group.plan.target) {
    const expected = target.get(memberId);
    assert(expected?.size === keys.size && [...keys].every((key) => expected.has(key)));
  }
}

function assertTarget(member: Member, target: ReadonlySet<number> | undefined): void {
  assert(target !== undefined);
  for (const key of member.assigned.keys())
    assert(target.has(key), 'assigned is within the target');
}

function assertOffsets(
  { catalog, logs, consumers }: Machines,
  groupId: number,
  group: ConsumerGroup,
): void {
  for (const [key, [offset]] of group.offsets) {
    const topic = catalog.topics.get(topicOfKey(key));
    assert(topic !== undefined && partitionOfKey(key) < topic.partitions, 'of a known partition');
    assert(offset <= logs.at(topic.topicId, partitionOfKey(key)).nextOffset, 'within the log');
    assert(consumers.groupsOf.get(topic.topicId)?.has(groupId) === true, 'found by the topic');
  }
}
