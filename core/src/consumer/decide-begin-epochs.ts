// Begins the epochs that groups put off [C-44]. The shard's timer submits it at `nextEpochDueMs`, while there is more.

import { assert } from '../assert.ts';
import { accept, type Context, type Decision, type View, type Wake } from '../decision.ts';
import { put, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { mayBeginEpoch } from './epoch-pace.ts';
import { newsFor } from './news-for.ts';
import { planEpoch } from './plan-epoch.ts';

export function decideBeginEpochs(
  state: ShardState,
  _view: View,
  { limit }: { readonly limit: number },
  { nowMs }: Context,
): Decision<{ readonly more: boolean }> {
  assert(Number.isInteger(limit) && limit > 0);
  const { catalog, consumers } = state;
  const writes: Write[] = [];
  const wake: Wake[] = [];
  let begun = 0;
  for (const groupId of consumers.behind) {
    const row = catalog.groups.get(groupId);
    assert(row?.kind === 'consumer', 'what is behind is a consumer group');
    if (!mayBeginEpoch(consumers.at(groupId), row, nowMs)) continue;
    if (begun === limit) return accept({ more: true }, writes, wake);
    begun += 1;
    const next = planEpoch(state, groupId, row, {}, nowMs);
    writes.push(put('groups', [groupId], next.row), ...next.writes);
    wake.push(...newsFor(groupId, next.news));
  }
  return accept({ more: false }, writes, wake);
}
