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
import { type ConsumerGroupRow, put, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import type { ConsumerGroup } from './consumer-groups.ts';
import { decideJoin } from './decide-join.ts';
import { mayBeginEpoch } from './epoch-pace.ts';
import { type ConsumerGroupEntry, findConsumerGroup } from './find-consumer-group.ts';
import type { Member } from './member.ts';
import { moveMember } from './move-member.ts';
import { newsFor } from './news-for.ts';
import { type KeySet, keysOf } from './partition-keys.ts';
import { haveTopicsChanged, heirsOf, planEpoch } from './plan-epoch.ts';
import { checkSubscription, subscriptionOf } from './subscribe.ts';

type Command = RequestOf<'GroupHeartbeat'>;

export interface HeartbeatReply {
  readonly reply: ResponseOf<'GroupHeartbeat'>;
  /** Tells the member what it did not know: a heartbeat that may wait is answered at once [C-40]. */
  readonly isNews: boolean;
  /** The longest that it may wait: the session goes on from when it came [C-41]. */
  readonly waitMsMax: number;
  readonly groupId: number;
}

export function decideHeartbeat(
  state: ShardState,
  _view: View,
  command: Command,
  ctx: Context,
): Decision<HeartbeatReply> {
  const found = findConsumerGroup(state.catalog, command.group);
  if (found?.error !== undefined) return found;
  if (command.memberEpoch === 0) return decideJoin(state, found, command, ctx);
  if (found === undefined) return unknownMember(command);
  return decideStay(state, found, command, ctx);
}

function decideStay(
  state: ShardState,
  entry: ConsumerGroupEntry,
  command: Command,
  { nowMs }: Context,
): Decision<HeartbeatReply> {
  const { catalog, consumers } = state;
  const { memberId, memberEpoch: reportedEpoch } = command;
  const { groupId } = entry;
  const group = consumers.at(groupId);
  const known = group.members.get(memberId);
  if (known === undefined || known.isAway) return refuseStranger(command, group.instances);
  const owned = command.owned === null ? null : keysOf(command.owned);
  const fenced = checkFence(known, reportedEpoch, owned);
  if (fenced !== undefined) return fenced;

  let member: Member = {
    ...known,
    subscription: subscriptionOf(command, group) ?? known.subscription,
    assignor: command.assignor ?? known.assignor,
  };
  let row: ConsumerGroupRow = entry;
  const writes: Write[] = [];
  const news = new Set<string>();
  let freed: ReadonlySet<number> = new Set();
  const hasNewTopics = member.subscription !== known.subscription;
  const isNew = hasNewTopics || member.assignor !== known.assignor;
  if (isNew || isEpochDue(state, group, entry, nowMs)) {
    const others = othersOf(group.members.values(), memberId);
    const refusal = hasNewTopics
      ? checkSubscription(catalog, consumers.patterns, member.subscription, others)
      : undefined;
    if (refusal !== undefined) return refusal;
    const next = planEpoch(state, groupId, entry, { member }, nowMs);
    row = next.row;
    freed = next.freed;
    member = { ...member, target: next.targets.get(memberId) ?? member.target };
    writes.push(put('groups', [groupId], row), ...next.writes);
    for (const id of next.news) news.add(id);
  }
  const isConfirmed = consumers.sessions.get(groupId, memberId)?.confirmed === true;
  const report = { owned, reportedEpoch, isConfirmed };
  const moved = moveMember({ group, row, member, isNew, freed, ...report });
  if (moved.row !== undefined) writes.push(put('members', [groupId, memberId], moved.row));
  for (const heir of heirsOf(group, moved.freed)) news.add(heir);
  const { reply, isNews, waitMsMax } = moved;
  const told = { reply, isNews, waitMsMax, groupId };
  return accept(told, writes, newsFor(groupId, news, memberId));
}

/** Where targets have to wait, the shard's timer comes back to it [C-44]. */
function isEpochDue(
  state: ShardState,
  group: ConsumerGroup,
  entry: ConsumerGroupEntry,
  nowMs: number,
): boolean {
  const isWanted = entry.isBehind === true || haveTopicsChanged(state, group, entry);
  return isWanted && mayBeginEpoch(group, entry, nowMs);
}

function* othersOf(members: Iterable<Member>, memberId: string) {
  for (const other of members) if (other.memberId !== memberId) yield other.subscription;
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

/** A static member whose place another one has taken since learns that, so that it does not take it back [C-36]. */
function refuseStranger(command: Command, instances: ReadonlyMap<string, string>): Refused {
  const { instanceId, memberId } = command;
  const holder = instanceId === null ? undefined : instances.get(instanceId);
  if (holder === undefined || holder === memberId) return unknownMember(command);
  const message = `Member ${holder} has taken the instance id ${instanceId}.`;
  return refuse('FENCED_INSTANCE', message, { field: 'instanceId' });
}

function unknownMember({ group, memberId }: Command): Refused {
  return refuse('UNKNOWN_MEMBER', `Group ${group} has no member ${memberId}.`);
}
