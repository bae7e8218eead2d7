// Sessions of members [C-7]: begun anew by every heartbeat that was accepted, and by a restart. They are not state from
// rows, so nothing here is decided or written.

import type { RequestOf, ResponseOf } from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { ShardState } from '../shard-state.ts';
import type { ConsumerGroups } from './consumer-groups.ts';

/** Call it after the writes of an accepted heartbeat were applied. */
export function touchSession(
  { catalog, consumers }: ShardState,
  { group: name, memberId }: RequestOf<'GroupHeartbeat'>,
  { assignment }: ResponseOf<'GroupHeartbeat'>,
  nowMs: number,
): void {
  const groupId = catalog.groupByName(name)?.groupId;
  assert(groupId !== undefined, 'a heartbeat is accepted in a group');
  const member = consumers.at(groupId).members.get(memberId);
  assert(member !== undefined, 'a heartbeat is accepted from a member');
  const deadlineMs = nowMs + member.sessionTimeoutMs;
  consumers.sessions.touch(groupId, memberId, deadlineMs, assignment === null);
}

/** Call it once after loading: each member gets a full session timeout. */
export function resumeSessions(consumers: ConsumerGroups, nowMs: number): void {
  assert(consumers.sessions.size === 0, 'sessions are resumed in a fresh memory');
  for (const [groupId, group] of consumers.groups) {
    for (const { memberId, sessionTimeoutMs } of group.members.values()) {
      consumers.sessions.touch(groupId, memberId, nowMs + sessionTimeoutMs, false);
    }
  }
}

/** When `decideExpireMembers` has something to do, or undefined where there is no member. */
export function nextSessionDueMs(consumers: ConsumerGroups): number | undefined {
  return consumers.sessions.nextDueMs();
}
