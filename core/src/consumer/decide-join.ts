// A heartbeat of epoch 0: a new membership, which takes the place of any earlier one under the same id [C-3]. It creates
// the group if there is none of the name.

import { LIMITS, type RequestOf, type ResponseOf } from '@millrace/protocol';
import { assert } from '../assert.ts';
import { planGroup } from '../catalog/plan-group.ts';
import { accept, type Context, type Decision, type Refused, refuse } from '../decision.ts';
import { checkKeyText } from '../expiries/check-key-text.ts';
import { type ConsumerGroupRow, put } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import type { ConsumerGroup, Member } from './consumer-groups.ts';
import type { ConsumerGroupEntry } from './find-consumer-group.ts';
import { nextEpochRow, planOf } from './group-epoch.ts';
import { moveMember } from './move-member.ts';
import { type Held, NONE_HELD } from './partition-keys.ts';
import { checkSubscription, othersThan, subscriptionOf } from './subscription.ts';

type Command = RequestOf<'GroupHeartbeat'>;

/** Epochs are 32 bits on the wire; from here on a group is only wound up. */
const EPOCH_JOINED_MAX = 0xffff_0000;

export function decideJoin(
  state: ShardState,
  found: ConsumerGroupEntry | undefined,
  command: Command,
  ctx: Context,
): Decision<ResponseOf<'GroupHeartbeat'>> {
  const { catalog, consumers } = state;
  const { memberId, sessionTimeoutMs } = command;
  const group = consumers.at(found?.groupId ?? 0);
  const others = othersThan(group, memberId);
  const topics = subscriptionOf(command.topics ?? []);
  const old = found ?? newGroup(command.group, ctx.nowMs);
  const refusal =
    checkJoin(command, group) ?? checkSubscription(topics, others) ?? checkEpoch(old.epoch);
  if (refusal !== undefined) return refusal;

  const subscribers = [...others, { memberId, topics }];
  const row = nextEpochRow(catalog, old, subscribers);
  const planned =
    found === undefined
      ? planGroup(catalog, row)
      : { groupId: found.groupId, writes: [put('groups', [found.groupId], row)] };
  if (planned.error !== undefined) return planned;
  const joinedEpoch = row.epoch;
  const assigned = heldAnew(group.members.get(memberId), joinedEpoch);
  const held = { assigned, revoking: NONE_HELD };
  const member: Member = { memberId, epoch: 0, joinedEpoch, sessionTimeoutMs, topics, ...held };
  const plan = planOf(row, subscribers);
  const report = { owned: null, reportedEpoch: 0, isConfirmed: false };
  const { row: memberRow, reply } = moveMember({ group, member, plan, ...report });
  assert(memberRow !== undefined, 'who joins is written');
  const write = put('members', [planned.groupId, memberId], memberRow);
  return accept(reply, [...planned.writes, write]);
}

function checkJoin(command: Command, group: ConsumerGroup): Refused | undefined {
  const { memberId, topics, owned } = command;
  if (memberId === '') {
    return refuse('INVALID_REQUEST', 'A member needs an id.', { field: 'memberId' });
  }
  const unfit = checkKeyText(memberId, 'memberId');
  if (unfit !== undefined) return unfit;
  if (topics === null) {
    return refuse('INVALID_REQUEST', 'To join, say which topics.', { field: 'topics' });
  }
  if (owned?.some(({ partitions }) => partitions.length > 0) === true) {
    return refuse('INVALID_REQUEST', 'A member joins with nothing owned.', { field: 'owned' });
  }
  if (group.members.size < LIMITS.membersPerGroupMax || group.members.has(memberId))
    return undefined;
  const limit = `${LIMITS.membersPerGroupMax} members`;
  return refuse('LIMIT_EXCEEDED', `A group has at most ${limit}.`, { limit });
}

function checkEpoch(epoch: number): Refused | undefined {
  if (epoch < EPOCH_JOINED_MAX) return undefined;
  const limit = `${EPOCH_JOINED_MAX} epochs`;
  return refuse('LIMIT_EXCEEDED', 'The group is used up: delete it when it is empty.', { limit });
}

/**
 * What the earlier membership held stays with the id until the new one reports: this may be a join that was sent before
 * the earlier one and comes late, and then the member still works on all of it.
 */
function heldAnew(earlier: Member | undefined, epoch: number): Held {
  if (earlier === undefined) return NONE_HELD;
  const keys = [...earlier.assigned.keys(), ...earlier.revoking.keys()];
  return new Map(keys.map((key) => [key, epoch]));
}

function newGroup(name: string, createdAtMs: number): ConsumerGroupRow {
  return { kind: 'consumer', name, createdAtMs, epoch: 0, topics: [] };
}
