// GroupHeartbeat: to join a consumer group, to stay in it, to report what is owned and to learn what to own. Writes rows
// only where members, epochs or assignments change; the session is refreshed apart from it, by `touchSession`.

import type { RequestOf, ResponseOf } from '@millrace/protocol';
import {
  accept,
  type Context,
  type Decision,
  type Refused,
  refuse,
  type View,
} from '../decision.ts';
import { put, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import type { Member } from './consumer-groups.ts';
import { decideJoin } from './decide-join.ts';
import { type ConsumerGroupEntry, findConsumerGroup } from './find-consumer-group.ts';
import { currentPlan, haveTopicsChanged, nextEpochRow, planOf } from './group-epoch.ts';
import { moveMember } from './move-member.ts';
import { type KeySet, keysOf } from './partition-keys.ts';
import { checkSubscription, othersThan, subscriptionOf } from './subscription.ts';

type Command = RequestOf<'GroupHeartbeat'>;
type Reply = ResponseOf<'GroupHeartbeat'>;

export function decideHeartbeat(
  state: ShardState,
  _view: View,
  command: Command,
  ctx: Context,
): Decision<Reply> {
  const found = findConsumerGroup(state.catalog, command.group);
  if (found?.error !== undefined) return found;
  if (command.memberEpoch === 0) return decideJoin(state, found, command, ctx);
  if (found === undefined) return unknownMember(command);
  return decideStay(state, found, command);
}

function decideStay(
  state: ShardState,
  entry: ConsumerGroupEntry,
  command: Command,
): Decision<Reply> {
  const { catalog, consumers } = state;
  const { memberId, memberEpoch: reportedEpoch } = command;
  const { groupId } = entry;
  const group = consumers.at(groupId);
  const known = group.members.get(memberId);
  if (known === undefined) return unknownMember(command);
  const owned = command.owned === null ? null : keysOf(command.owned);
  const fenced = checkFence(known, reportedEpoch, owned);
  if (fenced !== undefined) return fenced;

  const topics = command.topics === null ? known.topics : subscriptionOf(command.topics);
  const member: Member = { ...known, topics };
  let plan = currentPlan(group, entry);
  const writes: Write[] = [];
  const isSubscriptionNew = !isSame(topics, known.topics);
  if (isSubscriptionNew || haveTopicsChanged(catalog, plan, topics)) {
    const others = othersThan(group, memberId);
    const refusal = isSubscriptionNew ? checkSubscription(topics, others) : undefined;
    if (refusal !== undefined) return refusal;
    const row = nextEpochRow(catalog, entry, [...others, member]);
    plan = planOf(row, [...others, member]);
    writes.push(put('groups', [groupId], row));
  }
  const isConfirmed = consumers.sessions.get(groupId, memberId)?.confirmed === true;
  const { row, reply } = moveMember({ group, member, plan, owned, reportedEpoch, isConfirmed });
  if (row !== undefined) writes.push(put('members', [groupId, memberId], row));
  return accept(reply, writes);
}

/**
 * An epoch older than the present one only shows that replies were lost: the member is told again [C-6]. From before
 * it joined, or ahead, or with partitions it was never given, the sender is not this member [C-5].
 */
function checkFence(member: Member, epoch: number, owned: KeySet | null): Refused | undefined {
  if (epoch < member.joinedEpoch || epoch > member.epoch) {
    return refuse('FENCED_MEMBER_EPOCH', `Epoch ${epoch} is not of this membership.`);
  }
  for (const key of owned ?? []) {
    if (member.assigned.has(key) || member.revoking.has(key)) continue;
    const message = 'The member owns a partition that it was not given.';
    return refuse('FENCED_MEMBER_EPOCH', message, { field: 'owned' });
  }
  return undefined;
}

function unknownMember({ group, memberId }: Command): Refused {
  return refuse('UNKNOWN_MEMBER', `Group ${group} has no member ${memberId}.`);
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}
