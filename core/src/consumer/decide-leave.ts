// GroupLeave: ends a membership at the member's own wish [C-10]; a static member may go away and keep its place [C-34].

import type { RequestOf } from '@millrace/protocol';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import { put } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import type { ConsumerGroup } from './consumer-groups.ts';
import { findConsumerGroup } from './find-consumer-group.ts';
import { type Member, memberToRow } from './member.ts';
import { newsFor } from './news-for.ts';
import { NONE_HELD } from './partition-keys.ts';
import { heirsOf, planGoing } from './plan-epoch.ts';

type Empty = { readonly [name: string]: never };

/** Any epoch of the membership will do: the member may not have seen the newest. */
export function decideLeave(
  state: ShardState,
  _view: View,
  { group: name, memberId, memberEpoch, keep }: RequestOf<'GroupLeave'>,
  { nowMs }: Context,
): Decision<Empty> {
  const entry = findConsumerGroup(state.catalog, name);
  if (entry === undefined) return refuse('UNKNOWN_GROUP', `No group is named ${name}.`);
  if (entry.error !== undefined) return entry;
  const { groupId } = entry;
  const group = state.consumers.at(groupId);
  const member = group.members.get(memberId);
  if (member === undefined) {
    return refuse('UNKNOWN_MEMBER', `Group ${name} has no member ${memberId}.`);
  }
  if (memberEpoch < member.joinedEpoch || memberEpoch > member.epoch) {
    return refuse('FENCED_MEMBER_EPOCH', `Epoch ${memberEpoch} is not of this membership.`);
  }
  if (keep) return goAway(groupId, group, member);
  const gone = new Set([memberId]);
  const { row, writes, news } = planGoing(state, groupId, entry, gone, nowMs);
  return accept({}, [put('groups', [groupId], row), ...writes], newsFor(groupId, news));
}

/** What it should have stays its own, and what it was to give up is free: it works on nothing any more. */
function goAway(groupId: number, group: ConsumerGroup, member: Member): Decision<Empty> {
  const { memberId, instanceId, target } = member;
  if (instanceId === null) {
    return refuse('INVALID_REQUEST', 'Only a member with an instance id can come back.', {
      field: 'keep',
    });
  }
  if (member.isAway) return accept({});
  const assigned = new Map([...member.assigned].filter(([key]) => target.has(key)));
  const freed = [...member.revoking.keys(), ...member.assigned.keys()];
  const heirs = heirsOf(group, freed);
  const row = memberToRow({ ...member, isAway: true, assigned, revoking: NONE_HELD });
  return accept({}, [put('members', [groupId, memberId], row)], newsFor(groupId, heirs));
}
