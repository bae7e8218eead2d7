// A heartbeat of epoch 0: a new membership, which takes the place of any earlier one under the same id [C-3], and of a
// static member that is away [C-35]. It creates the group if there is none of the name.

import type { RequestOf } from '@millrace/protocol';
import { assert } from '../assert.ts';
import { planGroup } from '../catalog/plan-group.ts';
import { accept, type Context, type Decision } from '../decision.ts';
import { type ConsumerGroupRow, put, remove, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { checkJoin } from './check-join.ts';
import type { ConsumerGroup } from './consumer-groups.ts';
import type { HeartbeatReply } from './decide-heartbeat.ts';
import { mayBeginEpoch } from './epoch-pace.ts';
import type { ConsumerGroupEntry } from './find-consumer-group.ts';
import { heldKeys, type Member } from './member.ts';
import { moveMember } from './move-member.ts';
import { newsFor } from './news-for.ts';
import { type Held, NONE_HELD } from './partition-keys.ts';
import { haveTopicsChanged, planEpoch, putOffTargets } from './plan-epoch.ts';
import { subscriptionOf } from './subscribe.ts';
import type { Subscription } from './subscriptions.ts';

type Command = RequestOf<'GroupHeartbeat'>;

export function decideJoin(
  state: ShardState,
  found: ConsumerGroupEntry | undefined,
  command: Command,
  { nowMs }: Context,
): Decision<HeartbeatReply> {
  const { catalog, consumers } = state;
  const { memberId } = command;
  const group = consumers.at(found?.groupId ?? 0);
  const subscription = subscriptionOf(command, group);
  const refusal = checkJoin(state, group, found?.epoch ?? 0, command, subscription);
  if (refusal !== undefined) return refusal;
  assert(subscription !== undefined, 'who joins subscribes');
  const away = awayUnder(group, command);
  const old = found ?? newGroup(command.group, nowMs);
  const joining = newMember(group, command, subscription, away);
  if (found !== undefined && away !== undefined && isSameAs(away, joining)) {
    const isNews =
      group.members.has(memberId) ||
      (found.isBehind !== true && haveTopicsChanged(state, group, found));
    if (!isNews) return comeBack(group, found, joining, away);
  }
  const gone = new Set(away === undefined ? [] : [away.memberId]);
  const groupId = found?.groupId ?? catalog.nextGroupId;
  const change = { member: joining, gone };
  const next = canWait(group, old, joining, nowMs)
    ? putOffTargets(state, groupId, old, change)
    : planEpoch(state, groupId, old, change, nowMs);
  const { row, freed } = next;
  const planned =
    found === undefined
      ? planGroup(catalog, row)
      : { groupId, writes: [put('groups', [groupId], row)] };
  if (planned.error !== undefined) return planned;
  assert(planned.groupId === groupId);
  const target = next.targets.get(memberId);
  assert(target !== undefined, 'every member has a target');
  const member = { ...joining, joinedEpoch: row.epoch, target, ...heldIn(joining, row.epoch) };
  const moved = moveMember({ group, row, member, freed, ...AS_NEW });
  assert(moved.row !== undefined, 'who joins is written');
  const write = put('members', [groupId, memberId], moved.row);
  const { reply, isNews, waitMsMax } = moved;
  const writes: readonly Write[] = [...planned.writes, ...next.writes, write];
  return accept(
    { reply, isNews, waitMsMax, groupId },
    writes,
    newsFor(groupId, next.news, memberId),
  );
}

const AS_NEW = { isNew: true, owned: null, reportedEpoch: 0, isConfirmed: false } as const;

/** A static member is back as it was, under another member id: nobody else needs to hear of it [C-35]. */
function comeBack(
  group: ConsumerGroup,
  entry: ConsumerGroupEntry,
  joining: Member,
  away: Member,
): Decision<HeartbeatReply> {
  const { groupId, epoch } = entry;
  const member = { ...joining, joinedEpoch: epoch, ...heldIn(joining, epoch) };
  const freed = new Set(heldKeys(away));
  const moved = moveMember({ group, row: entry, member, freed, ...AS_NEW });
  assert(moved.row !== undefined, 'who comes back is written');
  const { reply, isNews, waitMsMax } = moved;
  return accept({ reply, isNews, waitMsMax, groupId }, [
    remove('members', [groupId, away.memberId]),
    put('members', [groupId, joining.memberId], moved.row),
  ]);
}

/** The member that is away under the same instance id. */
function awayUnder(
  { instances, members }: ConsumerGroup,
  { memberId, instanceId }: Command,
): Member | undefined {
  const holder = instanceId === null ? undefined : instances.get(instanceId);
  if (holder === undefined || holder === memberId) return undefined;
  const member = members.get(holder);
  assert(member?.isAway === true, 'the place of who is there is not taken');
  return member;
}

/** In epoch 0, with what the earlier member has that it follows. */
function newMember(
  group: ConsumerGroup,
  command: Command,
  subscription: Subscription,
  away: Member | undefined,
): Member {
  const { memberId, sessionTimeoutMs, rebalanceTimeoutMs, assignor, instanceId } = command;
  const earlier = group.members.get(memberId);
  const before = [earlier, away].filter((one) => one !== undefined);
  return {
    memberId,
    epoch: 0,
    joinedEpoch: 0,
    sessionTimeoutMs,
    rebalanceTimeoutMs,
    subscription,
    assignor,
    instanceId,
    isAway: false,
    assigned: new Map(before.flatMap((one) => [...heldKeys(one)].map((key) => [key, 0]))),
    revoking: NONE_HELD,
    target: new Set(before.flatMap((one) => [...one.target])),
  };
}

/**
 * What the earlier membership held stays with the id until the new one reports: this may be a join that was sent before
 * the earlier one and comes late, and then the member still works on all of it.
 */
function heldIn({ assigned }: Member, epoch: number): { assigned: Held } {
  return { assigned: new Map([...assigned.keys()].map((key) => [key, epoch])) };
}

function isSameAs(a: Member, b: Member): boolean {
  return a.subscription === b.subscription && a.assignor === b.assignor;
}

/** [C-44] Who had targets by another subscription gets new ones at once. */
function canWait(
  group: ConsumerGroup,
  row: ConsumerGroupRow,
  joining: Member,
  nowMs: number,
): boolean {
  if (mayBeginEpoch(group, row, nowMs)) return false;
  const earlier = group.members.get(joining.memberId);
  if (earlier !== undefined && !isSameAs(earlier, joining)) return false;
  const holder = joining.instanceId === null ? undefined : group.instances.get(joining.instanceId);
  const away = holder === undefined ? undefined : group.members.get(holder);
  return away === undefined || isSameAs(away, joining);
}

function newGroup(name: string, createdAtMs: number): ConsumerGroupRow {
  return { kind: 'consumer', name, createdAtMs, epoch: 0, topics: [], idleSinceMs: 0 };
}
