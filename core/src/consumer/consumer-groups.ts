// Members and committed offsets of all consumer groups, as memory holds them. It changes only by `applyConsumerWrite`
// and when the catalog lets a group or topic go; the sessions are the one part that no row stands behind.

import { assert } from '../assert.ts';
import { partitionKey } from '../log/logs.ts';
import type { MemberRow, OffsetRow, Write } from '../rows.ts';
import type { EpochPlan } from './group-epoch.ts';
import { type Held, heldFromRow, topicOfKey } from './partition-keys.ts';
import { Sessions } from './sessions.ts';

export interface Member {
  readonly memberId: string;
  readonly epoch: number;
  readonly joinedEpoch: number;
  readonly sessionTimeoutMs: number;
  readonly topics: readonly string[];
  readonly assigned: Held;
  readonly revoking: Held;
}

export class ConsumerGroup {
  readonly members = new Map<string, Member>();
  /** Partition key -> the one member that holds it, assigned or still giving it up. */
  readonly owners = new Map<number, string>();
  /** Partition key -> committed offset. */
  readonly offsets = new Map<number, OffsetRow>();
  /** A memo of what follows from the group's epoch; `currentPlan` alone reads and sets it. */
  plan: EpochPlan | undefined;
}

export type ConsumerWrite = Extract<Write, { readonly table: 'members' | 'offsets' }>;

export class ConsumerGroups {
  /** Groups that have members or offsets; whether a group exists is the catalog's to say. */
  readonly groups = new Map<number, ConsumerGroup>();
  /** Topic -> groups that have committed offsets of it. */
  readonly groupsOf = new Map<number, Set<number>>();
  readonly sessions = new Sessions();

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
    applyMember(group, write.key[1], write.value);
    if (write.value === undefined) consumers.sessions.forget(groupId, write.key[1]);
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

function applyMember(group: ConsumerGroup, memberId: string, row: MemberRow | undefined): void {
  const old = group.members.get(memberId);
  if (old !== undefined) {
    for (const held of [old.assigned, old.revoking]) {
      for (const key of held.keys()) group.owners.delete(key);
    }
  }
  if (row === undefined) {
    group.members.delete(memberId);
    return;
  }
  assert(old === undefined || old.epoch <= row.epoch, 'epochs of a member only grow');
  const assigned = heldFromRow(row.assigned);
  const revoking = heldFromRow(row.revoking);
  for (const held of [assigned, revoking]) {
    for (const key of held.keys()) {
      assert(!group.owners.has(key), 'a partition has one owner at a time');
      group.owners.set(key, memberId);
    }
  }
  const { epoch, joinedEpoch, sessionTimeoutMs, topics } = row;
  group.members.set(memberId, {
    memberId,
    epoch,
    joinedEpoch,
    sessionTimeoutMs,
    topics,
    assigned,
    revoking,
  });
}
