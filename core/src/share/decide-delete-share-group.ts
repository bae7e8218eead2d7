// DeleteShareGroup: the group and its name go at once, with all leases; what it knew of messages is swept later.

import { planGroupDeletion } from '../catalog/plan-group.ts';
import { accept, type Context, type Decision, type View, type Wake } from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import { findShareGroup } from './share-scope.ts';

type Empty = { readonly [name: string]: never };

/** Members that wait are woken, to find that the group is gone. [L-33] */
export function decideDeleteShareGroup(
  state: ShardState,
  _view: View,
  { group: name }: { readonly group: string },
  _ctx: Context,
): Decision<Empty> {
  const group = findShareGroup(state, name);
  if ('error' in group) return group;
  const { groupId } = group;
  const topicIds = [...(state.catalog.attachments.get(groupId)?.keys() ?? [])];
  const wake = topicIds.map((topicId): Wake => ({ kind: 'ready', groupId, topicId }));
  return accept({}, planGroupDeletion(groupId), wake);
}
