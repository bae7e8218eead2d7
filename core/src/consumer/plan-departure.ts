// The writes that end memberships: the members' rows go, and the group comes into its next epoch, once for all of them.
// What they held is free at once.

import type { Catalog } from '../catalog/catalog.ts';
import { put, remove, type Write } from '../rows.ts';
import type { ConsumerGroup } from './consumer-groups.ts';
import type { ConsumerGroupEntry } from './find-consumer-group.ts';
import { nextEpochRow } from './group-epoch.ts';

export function planDeparture(
  catalog: Catalog,
  entry: ConsumerGroupEntry,
  group: ConsumerGroup,
  leaving: ReadonlySet<string>,
): readonly Write[] {
  const { groupId } = entry;
  const rest = [...group.members.values()].filter(({ memberId }) => !leaving.has(memberId));
  const writes: Write[] = [put('groups', [groupId], nextEpochRow(catalog, entry, rest))];
  for (const memberId of leaving) writes.push(remove('members', [groupId, memberId]));
  return writes;
}
