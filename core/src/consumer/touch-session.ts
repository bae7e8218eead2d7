// Sessions of members [C-7] and the time they have to give something up [C-37]: begun anew by heartbeats that were
// accepted, and by a restart. They are not state from rows, so nothing here is decided or written.

import type { RequestOf, ResponseOf } from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { ShardState } from '../shard-state.ts';
import type { ConsumerGroups } from './consumer-groups.ts';
import type { Member } from './member.ts';
import type { Session } from './sessions.ts';

/** Call it after the writes of an accepted heartbeat were applied. */
export function touchSession(
  { catalog, consumers }: ShardState,
  { group: name, memberId, memberEpoch }: RequestOf<'GroupHeartbeat'>,
  { assignment }: ResponseOf<'GroupHeartbeat'>,
  nowMs: number,
): void {
  const groupId = catalog.groupByName(name)?.groupId;
  assert(groupId !== undefined, 'a heartbeat is accepted in a group');
  const member = consumers.at(groupId).members.get(memberId);
  assert(member !== undefined, 'a heartbeat is accepted from a member');
  const { sessions } = consumers;
  const before = sessions.get(groupId, memberId);
  const runningMs = sessions.deadlines(groupId, memberId)?.giveUpMs;
  const deadlines = {
    sessionMs: nowMs + member.sessionTimeoutMs,
    giveUpMs: giveUpMs(member, before, runningMs, memberEpoch, nowMs),
  };
  const { epoch, revoking } = member;
  sessions.touch(groupId, memberId, deadlines, { confirmed: assignment === null, epoch, revoking });
}

/**
 * The time runs from the first heartbeat that shows the member to know that it has something to give up, and anew
 * whenever it gave some of it up.
 */
function giveUpMs(
  { revoking, rebalanceTimeoutMs }: Member,
  before: Session | undefined,
  runningMs: number | undefined,
  reportedEpoch: number,
  nowMs: number,
): number | undefined {
  const isJoin = reportedEpoch === 0;
  if (revoking.size === 0 || before === undefined || isJoin) return undefined;
  if (reportedEpoch < before.epoch) return runningMs;
  const left = [...before.revoking.keys()].filter((key) => revoking.has(key));
  if (left.length === 0) return undefined;
  const isBegun = runningMs !== undefined && left.length === before.revoking.size;
  return isBegun ? runningMs : nowMs + rebalanceTimeoutMs;
}

/** A static member went away: it has a full session to come back in. Call it after the leaving was applied. */
export function touchAway(
  { catalog, consumers }: ShardState,
  { group: name, memberId }: RequestOf<'GroupLeave'>,
  nowMs: number,
): void {
  const groupId = catalog.groupByName(name)?.groupId ?? 0;
  const member = consumers.at(groupId).members.get(memberId);
  if (member?.isAway !== true) return;
  const deadlines = { sessionMs: nowMs + member.sessionTimeoutMs, giveUpMs: undefined };
  consumers.sessions.touch(groupId, memberId, deadlines, { confirmed: false });
}

/** Call it once after loading: each member gets a full session timeout, and full time to give up what it has to. */
export function resumeSessions(consumers: ConsumerGroups, nowMs: number): void {
  assert(consumers.sessions.size === 0, 'sessions are resumed in a fresh memory');
  for (const [groupId, group] of consumers.groups) {
    for (const { memberId, sessionTimeoutMs } of group.members.values()) {
      const deadlines = { sessionMs: nowMs + sessionTimeoutMs, giveUpMs: undefined };
      consumers.sessions.touch(groupId, memberId, deadlines, { confirmed: false });
    }
  }
}

/** When `decideExpireMembers` has something to do, or undefined where there is no member. */
export function nextSessionDueMs(consumers: ConsumerGroups): number | undefined {
  return consumers.sessions.nextDueMs();
}
