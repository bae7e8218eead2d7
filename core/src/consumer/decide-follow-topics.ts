// Brings groups up to the topics of the catalog [C-9]: one that was created, grew or was deleted begins a new epoch in the
// groups that subscribe to it, also where no member asks. The shard submits it after changes, while there is more.

import { assert } from '../assert.ts';
import { accept, type Context, type Decision, type View, type Wake } from '../decision.ts';
import { put, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { mayBeginEpoch } from './epoch-pace.ts';
import { newsFor } from './news-for.ts';
import { behind, haveTopicsChanged, planEpoch } from './plan-epoch.ts';

export interface FollowTopicsCommand {
  /** Groups that begin a new epoch in one decision. */
  readonly limit: number;
}

export function decideFollowTopics(
  state: ShardState,
  _view: View,
  { limit }: FollowTopicsCommand,
  { nowMs }: Context,
): Decision<{ readonly more: boolean }> {
  assert(Number.isInteger(limit) && limit > 0);
  const writes: Write[] = [];
  const wake: Wake[] = [];
  let begun = 0;
  for (const [groupId, group] of state.consumers.groups) {
    const row = state.catalog.groups.get(groupId);
    assert(row?.kind === 'consumer', 'members and offsets have a group');
    if (group.members.size === 0 || row.isBehind === true) continue;
    if (!haveTopicsChanged(state, group, row)) continue;
    if (begun === limit) return accept({ more: true }, writes, wake);
    begun += 1;
    if (!mayBeginEpoch(group, row, nowMs)) {
      writes.push(put('groups', [groupId], behind(row, row.epoch)));
      continue;
    }
    const next = planEpoch(state, groupId, row, {}, nowMs);
    writes.push(put('groups', [groupId], next.row), ...next.writes);
    wake.push(...newsFor(groupId, next.news));
  }
  return accept({ more: false }, writes, wake);
}
