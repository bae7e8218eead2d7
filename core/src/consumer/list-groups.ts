// ListGroups: the groups of both kinds, by name. How many members a share group has is for the share groups to say.

import type { ResponseOf } from '@millrace/protocol';
import type { ShardState } from '../shard-state.ts';

/** `shareMembers` counts the members of a share group that hold leases. */
export function listGroups(
  { catalog, consumers }: ShardState,
  shareMembers: (groupId: number) => number,
): ResponseOf<'ListGroups'> {
  const groups = [...catalog.groups.values()].map(({ groupId, name, kind }) => {
    const isShare = kind === 'share';
    const members = isShare ? shareMembers(groupId) : consumers.at(groupId).members.size;
    return { name, kind, members };
  });
  return { groups: groups.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}
