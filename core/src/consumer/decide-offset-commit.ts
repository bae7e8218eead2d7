// OffsetCommit: stores the offsets a group goes on from. A member's commit counts where it held the partition in the
// epoch it names; from outside, a commit is taken while the group has no members.

import type { RequestOf, ResponseOf } from '@millrace/protocol';
import { ERRORS, type ErrorName } from '@millrace/protocol';
import { planGroup } from '../catalog/plan-group.ts';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import { partitionKey } from '../log/logs.ts';
import { type ConsumerGroupRow, put, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { type ConsumerGroupEntry, findConsumerGroup } from './find-consumer-group.ts';
import type { Member } from './member.ts';

type Command = RequestOf<'OffsetCommit'>;
type Item = Command['offsets'][number];
type Reply = ResponseOf<'OffsetCommit'>;
type Outcome = Reply['results'][number];

const STORED: Outcome = { errorCode: 0, errorMessage: null };

export function decideOffsetCommit(
  state: ShardState,
  _view: View,
  command: Command,
  ctx: Context,
): Decision<Reply> {
  const entry = findConsumerGroup(state.catalog, command.group);
  if (entry?.error !== undefined) return entry;
  if (command.memberEpoch < 0) return decideFromOutside(state, entry, command, ctx);
  return decideFromMember(state, entry, command, ctx);
}

/** [C-20], [C-21] */
function decideFromMember(
  state: ShardState,
  entry: ConsumerGroupEntry | undefined,
  { memberId, memberEpoch, group: name, offsets }: Command,
  ctx: Context,
): Decision<Reply> {
  if (memberId === null) {
    return refuse('INVALID_REQUEST', 'A member names itself.', { field: 'memberId' });
  }
  const member = entry && state.consumers.at(entry.groupId).members.get(memberId);
  if (entry === undefined || member === undefined || member.isAway) {
    return refuse('UNKNOWN_MEMBER', `Group ${name} has no member ${memberId}.`);
  }
  if (memberEpoch < member.joinedEpoch || memberEpoch > member.epoch) {
    return refuse('FENCED_MEMBER_EPOCH', `Epoch ${memberEpoch} is not of this membership.`);
  }
  const faultOf = (item: Item) =>
    faultOfPosition(state, item) ?? faultOfHolding(member, memberEpoch, item);
  return accept(...commit(entry.groupId, offsets, faultOf, ctx.nowMs));
}

/**
 * [C-22]; a group that does not exist is created for the first offset that can be stored. One that does is kept for
 * another while [C-43].
 */
function decideFromOutside(
  state: ShardState,
  entry: ConsumerGroupEntry | undefined,
  { group: name, offsets }: Command,
  ctx: Context,
): Decision<Reply> {
  const faultOf = (item: Item) => faultOfPosition(state, item);
  if (entry !== undefined) {
    if (state.consumers.at(entry.groupId).members.size > 0) {
      return refuse('GROUP_NOT_EMPTY', `Group ${name} has members: their commits alone count.`);
    }
    const [reply, writes] = commit(entry.groupId, offsets, faultOf, ctx.nowMs);
    if (writes.length > 0) writes.push(put('groups', [entry.groupId], usedNow(entry, ctx.nowMs)));
    return accept(reply, writes);
  }
  const createdAtMs = ctx.nowMs;
  const times = { createdAtMs, idleSinceMs: createdAtMs };
  const row = { kind: 'consumer', name, epoch: 0, topics: [], ...times } as const;
  const planned = planGroup(state.catalog, row);
  if (planned.error !== undefined) return planned;
  const [reply, writes] = commit(planned.groupId, offsets, faultOf, ctx.nowMs);
  return accept(reply, writes.length === 0 ? [] : [...planned.writes, ...writes]);
}

function usedNow(entry: ConsumerGroupEntry, idleSinceMs: number): ConsumerGroupRow {
  const { kind, name, createdAtMs, epoch, topics } = entry;
  return { kind, name, createdAtMs, epoch, topics, idleSinceMs };
}

type Fault = readonly [code: ErrorName, message: string];

function commit(
  groupId: number,
  items: readonly Item[],
  faultOf: (item: Item) => Fault | undefined,
  nowMs: number,
): [Reply, Write[]] {
  const writes: Write[] = [];
  const results = items.map((item): Outcome => {
    const fault = faultOf(item);
    if (fault !== undefined) return { errorCode: ERRORS[fault[0]].code, errorMessage: fault[1] };
    const { topicId, partition, offset, metadata } = item;
    writes.push(put('offsets', [groupId, topicId, partition], [offset, metadata, nowMs]));
    return STORED;
  });
  return [{ results }, writes];
}

/** [C-23] */
function faultOfPosition(state: ShardState, item: Item): Fault | undefined {
  const { topicId, partition, offset } = item;
  const topic = state.catalog.topics.get(topicId);
  if (topic === undefined) return ['UNKNOWN_TOPIC', `No topic has the id ${topicId}.`];
  if (partition >= topic.partitions) {
    return ['UNKNOWN_PARTITION', `${topic.name} has no partition ${partition}.`];
  }
  const { nextOffset } = state.logs.at(topicId, partition);
  if (offset <= nextOffset) return undefined;
  const place = `partition ${partition} of ${topic.name}`;
  return ['OFFSET_OUT_OF_RANGE', `${offset} is after the end of ${place}, ${nextOffset}.`];
}

/** What was done before the member was given the partition, or after it gave it up, does not count [C-21]. */
function faultOfHolding(member: Member, epoch: number, item: Item): Fault | undefined {
  const key = partitionKey(item.topicId, item.partition);
  const since = member.assigned.get(key) ?? member.revoking.get(key);
  if (since !== undefined && since <= epoch) return undefined;
  return ['PARTITION_NOT_ASSIGNED', `The member did not hold it in epoch ${epoch}.`];
}
