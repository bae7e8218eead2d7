// Deletes groups that nobody uses any more, with their offsets [C-43]: no member, and no commit from outside, for the
// retention of offsets. The rows of their offsets are swept later, in slices.

import { assert } from '../assert.ts';
import { planGroupDeletion } from '../catalog/plan-group.ts';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import type { Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';

export interface ExpireGroupsCommand {
  readonly retentionMs: number;
  /** Groups deleted in one decision. */
  readonly limit: number;
}

export function decideExpireGroups(
  { catalog, consumers }: ShardState,
  _view: View,
  { retentionMs, limit }: ExpireGroupsCommand,
  { nowMs }: Context,
): Decision<{ readonly expired: readonly string[] }> {
  assert(retentionMs >= 0 && limit > 0);
  const expired: string[] = [];
  const writes: Write[] = [];
  for (const group of catalog.groups.values()) {
    if (group.kind !== 'consumer' || consumers.at(group.groupId).members.size > 0) continue;
    if (group.idleSinceMs + retentionMs > nowMs) continue;
    expired.push(group.name);
    writes.push(...planGroupDeletion(group.groupId));
    if (expired.length === limit) break;
  }
  return accept({ expired }, writes);
}
