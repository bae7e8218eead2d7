// The writes that create and delete a group of either kind. What only one kind needs is added by its own decisions.

import { LIMITS } from '@millrace/protocol';
import { type Refused, refuse } from '../decision.ts';
import { type GroupRow, put, remove, type Write } from '../rows.ts';
import type { Catalog } from './catalog.ts';
import { checkName } from './check-name.ts';

export interface PlannedGroup {
  readonly error?: undefined;
  readonly groupId: number;
  readonly writes: readonly Write[];
}

/** Use it at most once in a decision: a second call would give out the same id. */
export function planGroup(catalog: Catalog, row: GroupRow): PlannedGroup | Refused {
  const refusal = checkName(row.name, 'group');
  if (refusal !== undefined) return refusal;
  if (catalog.groupIds.has(row.name)) {
    return refuse('GROUP_EXISTS', `A group named ${row.name} exists.`, { field: 'group' });
  }
  if (catalog.groups.size >= LIMITS.groupsMax) {
    const limit = `${LIMITS.groupsMax} groups`;
    return refuse('LIMIT_EXCEEDED', `The broker holds at most ${limit}.`, { limit });
  }
  const groupId = catalog.nextGroupId;
  const writes = [put('meta', ['nextGroupId'], groupId + 1), put('groups', [groupId], row)];
  return { groupId, writes };
}

/** The group is gone at once and its name free; the rows it leaves are swept later, in slices. */
export function planGroupDeletion(groupId: number): readonly Write[] {
  return [remove('groups', [groupId]), put('sweeps', ['group', groupId], 0)];
}
