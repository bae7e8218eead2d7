// Ends the memberships whose session is over [C-10]. The shard's timer submits it at `nextSessionDueMs`, again and again
// while as many members expired as `limit` allows.

import { assert } from '../assert.ts';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import type { Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { findConsumerGroup } from './find-consumer-group.ts';
import { planDeparture } from './plan-departure.ts';

export interface ExpiredMember {
  readonly group: string;
  readonly memberId: string;
}

export function decideExpireMembers(
  { catalog, consumers }: ShardState,
  _view: View,
  { limit }: { readonly limit: number },
  { nowMs }: Context,
): Decision<{ readonly expired: readonly ExpiredMember[] }> {
  assert(Number.isInteger(limit) && limit > 0);
  const leaving = new Map<number, Set<string>>();
  for (const { groupId, memberId } of consumers.sessions.due(nowMs, limit)) {
    const members = leaving.get(groupId);
    if (members === undefined) leaving.set(groupId, new Set([memberId]));
    else members.add(memberId);
  }
  const expired: ExpiredMember[] = [];
  const writes: Write[] = [];
  for (const [groupId, memberIds] of leaving) {
    const name = catalog.groups.get(groupId)?.name;
    assert(name !== undefined, 'who has a session is in a group');
    const entry = findConsumerGroup(catalog, name);
    assert(entry !== undefined && entry.error === undefined, 'and in a consumer group');
    for (const memberId of memberIds) expired.push({ group: name, memberId });
    writes.push(...planDeparture(catalog, entry, consumers.at(groupId), memberIds));
  }
  return accept({ expired }, writes);
}
