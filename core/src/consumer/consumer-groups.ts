// Members and committed offsets of all consumer groups, as memory holds them. It changes only by `applyConsumerWrite`
// and when the catalog lets a group or topic go; sessions and what patterns match are the parts that no row stands behind.

import { assert } from '../assert.ts';
import { partitionKey } from '../log/logs.ts';
import type { OffsetRow, Write } from '../rows.ts';
import { type Member, memberFromRow } from './member.ts';
import { topicOfKey } from './partition-keys.ts';
import { Sessions } from './sessions.ts';
import { Subscriptions } from './subscriptions.ts';
import { TopicPatterns } from './topic-patterns.ts';

export class ConsumerGroup {
  readonly members = new Map<string, Member>();
  /** Partition key -> the one member that holds it, assigned or still giving it up. */
  readonly owners = new Map<number, string>();
  /** Partition key -> the one member that should have it. */
  readonly heirs = new Map<number, string>();
  /** Static members: instance id -> member id. */
  readonly instances = new Map<string, string>();
  readonly subscriptions = new Subscriptions();
  /** Partition key -> committed offset. */
  readonly offsets = new Map<number, OffsetRow>();
  /** A memo: in this epoch the group's topics were seen to be those of this version of the catalog. */
  compared: { readonly epoch: number; readonly topicsVersion: number } | undefined;
}

export type ConsumerWrite = Extract<Write, { readonly table: 'members' | 'offsets' }>;

export class ConsumerGroups {
  /** Groups that have members or offsets; whether a group exists is the catalog's to say. */
  readonly groups = new Map<number, ConsumerGroup>();
  /** Topic -> groups that have committed offsets of it. */
  readonly groupsOf = new Map<number, Set<number>>();
  /** Groups whose next targets have to wait [C-44], as their rows say. */
  readonly behind = new Set<number>();
  readonly sessions = new Sessions();
  readonly patterns = new TopicPatterns();

  at(groupId: number): ConsumerGroup {
    return this.groups.get(groupId) ?? EMPTY;
  }

  /** What members hold of the topic they report at their own pace; nobody else can be given it. */
  dropTopic(topicId: number): void {
    for (const groupId of this.groupsOf.get(topicId) ?? []) {
      const { offsets } = this.at(groupId);
      for (const key of offsets.keys()) if (topicOfKey(key) === topicId) offsets.delete(key);
    }
    this.groupsOf.delete(topicId);
  }

  dropGroup(groupId: number): void {
    const group = this.groups.get(groupId);
    if (group === undefined) return;
    assert(group.members.size === 0, 'a group that goes has no members');
    for (const topicId of new Set([...group.offsets.keys()].map(topicOfKey))) {
      this.groupsOf.get(topicId)?.delete(groupId);
    }
    this.groups.delete(groupId);
  }
}

/** Stands for every group without members and offsets. */
const EMPTY = new ConsumerGroup();

export function createConsumerGroups(): ConsumerGroups {
  return new ConsumerGroups();
}

export function applyConsumerWrite(consumers: ConsumerGroups, write: ConsumerWrite): void {
  const groupId = write.key[0];
  let group = consumers.groups.get(groupId);
  if (group === undefined) {
    if (write.value === undefined) return;
    group = new ConsumerGroup();
    consumers.groups.set(groupId, group);
  }
  if (write.table === 'members') {
    const memberId = write.key[1];
    takeOut(group, memberId);
    if (write.value === undefined) consumers.sessions.forget(groupId, memberId);
    else takeIn(group, memberFromRow(memberId, write.value, group.subscriptions));
  } else {
    const key = partitionKey(write.key[1], write.key[2]);
    if (write.value === undefined) group.offsets.delete(key);
    else {
      group.offsets.set(key, write.value);
      listCommitted(consumers, groupId, write.key[1]);
    }
  }
}

function listCommitted({ groupsOf }: ConsumerGroups, groupId: number, topicId: number): void {
  const groups = groupsOf.get(topicId);
  if (groups === undefined) groupsOf.set(topicId, new Set([groupId]));
  else groups.add(groupId);
}

/** In one decision a partition may come to its new heir before it is taken from the old one: each lets go of its own. */
function takeOut(group: ConsumerGroup, memberId: string): void {
  const old = group.members.get(memberId);
  if (old === undefined) return;
  for (const held of [old.assigned, old.revoking]) {
    for (const key of held.keys()) group.owners.delete(key);
  }
  for (const key of old.target) if (group.heirs.get(key) === memberId) group.heirs.delete(key);
  if (old.instanceId !== null && group.instances.get(old.instanceId) === memberId) {
    group.instances.delete(old.instanceId);
  }
  group.members.delete(memberId);
  group.subscriptions.release(old.subscription);
}

function takeIn(group: ConsumerGroup, member: Member): void {
  const { memberId, assigned, revoking, target, instanceId } = member;
  for (const held of [assigned, revoking]) {
    for (const key of held.keys()) {
      assert(!group.owners.has(key), 'a partition has one owner at a time');
      group.owners.set(key, memberId);
    }
  }
  for (const key of target) group.heirs.set(key, memberId);
  if (instanceId !== null) group.instances.set(instanceId, memberId);
  group.members.set(memberId, member);
}
