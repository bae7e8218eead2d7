// GroupLeave: ends a membership at the member's own wish [C-10]. Its partitions go to the others at their next heartbeats.

import type { RequestOf } from '@millrace/protocol';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import { findConsumerGroup } from './find-consumer-group.ts';
import { planDeparture } from './plan-departure.ts';

type Empty = { readonly [name: string]: never };

/** Any epoch of the membership will do: the member may not have seen the newest. */
export function decideLeave(
  { catalog, consumers }: ShardState,
  _view: View,
  { group: name, memberId, memberEpoch }: RequestOf<'GroupLeave'>,
  _ctx: Context,
): Decision<Empty> {
  const entry = findConsumerGroup(catalog, name);
  if (entry === undefined) return refuse('UNKNOWN_GROUP', `No group is named ${name}.`);
  if (entry.error !== undefined) return entry;
  const group = consumers.at(entry.groupId);
  const member = group.members.get(memberId);
  if (member === undefined) {
    return refuse('UNKNOWN_MEMBER', `Group ${name} has no member ${memberId}.`);
  }
  if (memberEpoch < member.joinedEpoch || memberEpoch > member.epoch) {
    return refuse('FENCED_MEMBER_EPOCH', `Epoch ${memberEpoch} is not of this membership.`);
  }
  return accept({}, planDeparture(catalog, entry, group, new Set([memberId])));
}
