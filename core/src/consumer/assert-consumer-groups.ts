// What must hold of consumer groups between any two commands. Slow: for tests and for loading.

import { assert } from '../assert.ts';
import { partitionKey } from '../log/logs.ts';
import type { ShardState } from '../shard-state.ts';
import type { ConsumerGroup } from './consumer-groups.ts';
import { type ConsumerGroupEntry, findConsumerGroup } from './find-consumer-group.ts';
import { heldKeys } from './member.ts';
import { partitionOfKey, topicOfKey } from './partition-keys.ts';

type Machines = Pick<ShardState, 'catalog' | 'logs' | 'consumers'>;

export function assertConsumerGroups(machines: Machines): void {
  const { catalog, consumers } = machines;
  for (const [groupId, group] of consumers.groups) {
    const entry = findConsumerGroup(catalog, catalog.groups.get(groupId)?.name ?? '');
    assert(entry !== undefined && entry.error === undefined, 'members and offsets have a group');
    assertOwners(group);
    assertTargets(entry, group);
    assertInstances(group);
    assert((group.members.size === 0) === entry.idleSinceMs > 0, 'idle since its members went');
    assertOffsets(machines, groupId, group);
    assert(consumers.behind.has(groupId) === (entry.isBehind === true), 'who is behind is known');
    assert(entry.isBehind !== true || group.members.size > 0, 'for a target it takes members');
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
    for (const key of heldKeys(member)) {
      const since = member.assigned.get(key) ?? member.revoking.get(key) ?? 0;
      assert(group.owners.get(key) === memberId, 'what a member holds it owns');
      assert(member.joinedEpoch <= since && since <= member.epoch, 'held within the membership');
      held += 1;
    }
  }
  assert(held === group.owners.size, 'a partition has one owner, and owners hold');
}

/** Every partition of the epoch's topics is to be with one member, and what is assigned in the epoch is so. */
function assertTargets(entry: ConsumerGroupEntry, group: ConsumerGroup): void {
  const expected = new Set<number>();
  for (const [, topicId, partitions] of entry.topics) {
    for (let p = 0; p < partitions; p += 1) expected.add(partitionKey(topicId, p));
  }
  let targets = 0;
  for (const [memberId, member] of group.members) {
    assert(member.epoch <= entry.epoch, 'a member is not ahead of its group');
    for (const key of member.target) {
      assert(expected.has(key) && group.heirs.get(key) === memberId, 'a target is of the epoch');
    }
    targets += member.target.size;
    if (member.isAway) assert(member.revoking.size === 0 && member.instanceId !== null);
    if (member.epoch < entry.epoch && !member.isAway) continue;
    for (const key of member.assigned.keys())
      assert(member.target.has(key), 'assigned as targeted');
  }
  const isWhole = targets === expected.size || entry.isBehind === true;
  assert(isWhole && group.heirs.size === targets, 'one heir a partition');
}

function assertInstances({ members, instances }: ConsumerGroup): void {
  let named = 0;
  for (const { memberId, instanceId } of members.values()) {
    if (instanceId === null) continue;
    assert(instances.get(instanceId) === memberId, 'an instance is found by its id');
    named += 1;
  }
  assert(named === instances.size, 'an instance is one member');
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
