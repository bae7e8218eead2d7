// DeleteGroup: a consumer group without members goes at once, with its name; its offsets' rows are swept later [C-26].

import type { RequestOf } from '@millrace/protocol';
import { planGroupDeletion } from '../catalog/plan-group.ts';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import { findConsumerGroup } from './find-consumer-group.ts';

type Empty = { readonly [name: string]: never };

export function decideDeleteGroup(
  { catalog, consumers }: ShardState,
  _view: View,
  { group: name }: RequestOf<'DeleteGroup'>,
  _ctx: Context,
): Decision<Empty> {
  const entry = findConsumerGroup(catalog, name);
  if (entry === undefined) return refuse('UNKNOWN_GROUP', `No group is named ${name}.`);
  if (entry.error !== undefined) return entry;
  const { size } = consumers.at(entry.groupId).members;
  if (size > 0) return refuse('GROUP_NOT_EMPTY', `Group ${name} has ${size} members.`);
  return accept({}, planGroupDeletion(entry.groupId));
}
