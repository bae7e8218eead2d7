// One member after a heartbeat: moved as far towards its target as others let it, as a row and as the reply that tells
// it so. Pure; nothing is written where nothing changed.

import type { ResponseOf } from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { MemberRow } from '../rows.ts';
import type { ConsumerGroup, Member } from './consumer-groups.ts';
import type { EpochPlan } from './group-epoch.ts';
import { byTopic, heldToRow, type KeySet } from './partition-keys.ts';
import { type Reconciled, reconcile } from './reconcile.ts';

type Reply = ResponseOf<'GroupHeartbeat'>;

/** Longest pause between heartbeats: others' leaving is noticed by then. */
const INTERVAL_MS_MAX = 1_000;
/** Longest pause while the member waits for partitions, or is to give some up. */
const INTERVAL_UNSETTLED_MS_MAX = 250;

export interface Move {
  readonly group: ConsumerGroup;
  /** As it is now, or in epoch 0 as it joins. */
  readonly member: Member;
  /** Of the epoch that the group is in after this decision. */
  readonly plan: EpochPlan;
  /** What the member reports to work on, and the epoch it knows; null where it reports nothing. */
  readonly owned: KeySet | null;
  readonly reportedEpoch: number;
  /** The member was seen to work on what it was last told. */
  readonly isConfirmed: boolean;
}

export interface Moved {
  /** Undefined where the member's row is already so. */
  readonly row: MemberRow | undefined;
  readonly reply: Reply;
}

export function moveMember(move: Move): Moved {
  const { group, member, plan } = move;
  const { memberId, sessionTimeoutMs } = member;
  assert(member.epoch <= plan.epoch, 'a member is not ahead of its group');
  const target = plan.target.get(memberId);
  assert(target !== undefined, 'every member has a target');
  // Only who knows the newest revocation can report it done [C-16].
  const isCurrent = move.reportedEpoch === member.epoch;
  const reconciled = reconcile({
    holdings: member,
    target,
    epoch: plan.epoch,
    report: isCurrent ? move.owned : null,
    isTaken: (key) => (group.owners.get(key) ?? memberId) !== memberId,
  });
  const reply: Reply = {
    memberEpoch: plan.epoch,
    heartbeatIntervalMs: intervalMs(sessionTimeoutMs, reconciled),
    assignment:
      isCurrent && knowsAssignment(move, reconciled)
        ? null
        : assignmentOf(plan, reconciled.assigned.keys()),
  };
  const isNews = member.epoch < plan.epoch || reconciled.hasChanged;
  return { row: isNews ? rowOf(member, plan.epoch, reconciled) : undefined, reply };
}

function rowOf(member: Member, epoch: number, { assigned, revoking }: Reconciled): MemberRow {
  const { joinedEpoch, sessionTimeoutMs, topics } = member;
  const held = { assigned: heldToRow(assigned), revoking: heldToRow(revoking) };
  return { epoch, joinedEpoch, sessionTimeoutMs, topics, ...held };
}

/** The assignment is told until the member is seen to work on it, and on nothing else [C-19]. */
function knowsAssignment({ owned, isConfirmed }: Move, reconciled: Reconciled): boolean {
  const { assigned, revoking, hasChanged } = reconciled;
  if (revoking.size > 0) return false;
  if (owned === null) return isConfirmed && !hasChanged;
  return owned.size === assigned.size && [...owned].every((key) => assigned.has(key));
}

function assignmentOf(plan: EpochPlan, keys: Iterable<number>): NonNullable<Reply['assignment']> {
  const names = new Map<number, string>();
  for (const [name, topicId] of plan.topics.values()) names.set(topicId, name);
  return [...byTopic(keys)].map(([topicId, partitions]) => {
    const topic = names.get(topicId);
    assert(topic !== undefined, 'what is assigned is of a topic of the epoch');
    return { topicId, topic, partitions };
  });
}

/** A third of the session, so that two heartbeats may be lost [C-11]. */
function intervalMs(sessionTimeoutMs: number, { isWaiting, revoking }: Reconciled): number {
  const isSettled = !isWaiting && revoking.size === 0;
  const max = isSettled ? INTERVAL_MS_MAX : INTERVAL_UNSETTLED_MS_MAX;
  return Math.min(max, Math.floor(sessionTimeoutMs / 3));
}
