// Ends the memberships whose session is over, or that did not give up in time what they had to [C-10, C-37]. The shard's
// timer submits it at `nextSessionDueMs`, again and again while as many members expired as `limit` allows.

import { assert } from '../assert.ts';
import { accept, type Context, type Decision, type View, type Wake } from '../decision.ts';
import { put, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { findConsumerGroup } from './find-consumer-group.ts';
import { newsFor } from './news-for.ts';
import { planGoing } from './plan-epoch.ts';

export interface ExpiredMember {
  readonly group: string;
  readonly memberId: string;
}

export function decideExpireMembers(
  state: ShardState,
  _view: View,
  { limit }: { readonly limit: number },
  { nowMs }: Context,
): Decision<{ readonly expired: readonly ExpiredMember[] }> {
  assert(Number.isInteger(limit) && limit > 0);
  const { catalog, consumers } = state;
  const leaving = new Map<number, Set<string>>();
  for (const { groupId, memberId } of consumers.sessions.due(nowMs, limit)) {
    const members = leaving.get(groupId);
    if (members === undefined) leaving.set(groupId, new Set([memberId]));
    else members.add(memberId);
  }
  const expired: ExpiredMember[] = [];
  const writes: Write[] = [];
  const wake: Wake[] = [];
  for (const [groupId, gone] of leaving) {
    const name = catalog.groups.get(groupId)?.name;
    assert(name !== undefined, 'who has a session is in a group');
    const entry = findConsumerGroup(catalog, name);
    assert(entry !== undefined && entry.error === undefined, 'and in a consumer group');
    for (const memberId of gone) expired.push({ group: name, memberId });
    const next = planGoing(state, groupId, entry, gone, nowMs);
    writes.push(put('groups', [groupId], next.row), ...next.writes);
    wake.push(...newsFor(groupId, next.news));
  }
  return accept({ expired }, writes, wake);
}
