// One member after a heartbeat: moved as far towards its target as others let it, as a row and as the reply that tells
// it so. Pure; nothing is written where nothing changed.

import type { ResponseOf } from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { ConsumerGroupRow, MemberRow, SubscribedTopic } from '../rows.ts';
import type { ConsumerGroup } from './consumer-groups.ts';
import { type Member, memberToRow } from './member.ts';
import { byTopic, type KeySet } from './partition-keys.ts';
import { type Reconciled, reconcile } from './reconcile.ts';

type Reply = ResponseOf<'GroupHeartbeat'>;

/** Longest pause between heartbeats that do not wait: others' leaving is noticed by then. */
const INTERVAL_MS_MAX = 1_000;
/** Longest pause while the member waits for partitions, or is to give some up. */
const INTERVAL_UNSETTLED_MS_MAX = 250;

export interface Move {
  readonly group: ConsumerGroup;
  /** The group's row after this decision. */
  readonly row: ConsumerGroupRow;
  /** As it is now, or in epoch 0 as it joins; with the target it has after this decision. */
  readonly member: Member;
  /** Its row has to be written, whatever else changes. */
  readonly isNew: boolean;
  /** What others hold until this decision is carried out. */
  readonly freed: ReadonlySet<number>;
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
  /** The reply tells the member what it has not shown to know. */
  readonly isNews: boolean;
  readonly waitMsMax: number;
  /** What it gave up. */
  readonly freed: readonly number[];
}

export function moveMember(move: Move): Moved {
  const { group, member, row, owned } = move;
  const { memberId, sessionTimeoutMs } = member;
  const { epoch } = row;
  assert(member.epoch <= epoch, 'a member is not ahead of its group');
  // Only who knows the newest revocation can report it done [C-16].
  const isCurrent = move.reportedEpoch === member.epoch;
  const reconciled = reconcile({
    holdings: member,
    target: member.target,
    epoch,
    report: isCurrent ? owned : null,
    isTaken: (key) => (group.owners.get(key) ?? memberId) !== memberId && !move.freed.has(key),
  });
  const { assigned, revoking, hasChanged } = reconciled;
  const reply: Reply = {
    memberEpoch: epoch,
    heartbeatIntervalMs: intervalMs(sessionTimeoutMs, reconciled),
    assignment:
      isCurrent && knowsAssignment(move, reconciled)
        ? null
        : assignmentOf(row, reconciled.assigned.keys()),
  };
  const isWritten = move.isNew || member.epoch < epoch || hasChanged;
  return {
    row: isWritten ? memberToRow({ ...member, epoch, assigned, revoking }) : undefined,
    reply,
    isNews: !isCurrent || member.epoch < epoch || !knowsAll(move, reconciled),
    waitMsMax: Math.floor(sessionTimeoutMs / 3),
    freed: [...member.revoking.keys()].filter((key) => !revoking.has(key)),
  };
}

/** The assignment is told until the member is seen to work on it, and on nothing else [C-19]. */
function knowsAssignment(move: Move, reconciled: Reconciled): boolean {
  if (reconciled.revoking.size > 0) return false;
  return knowsAll(move, reconciled) && (move.owned?.size ?? 0) <= reconciled.assigned.size;
}

/** In its current epoch a member knows what it has to give up; whether it knows all it was given its report shows. */
function knowsAll({ owned, isConfirmed }: Move, reconciled: Reconciled): boolean {
  const { assigned, hasChanged } = reconciled;
  if (owned === null) return isConfirmed && !hasChanged;
  for (const key of assigned.keys()) if (!owned.has(key)) return false;
  return true;
}

function assignmentOf(
  row: ConsumerGroupRow,
  keys: Iterable<number>,
): NonNullable<Reply['assignment']> {
  const names = namesOf(row.topics);
  return [...byTopic(keys)].map(([topicId, partitions]) => {
    const topic = names.get(topicId);
    assert(topic !== undefined, 'what is assigned is of a topic of the epoch');
    return { topicId, topic, partitions };
  });
}

/** Of the topics of an epoch, which are told to each of its members. */
const NAMES = new WeakMap<readonly SubscribedTopic[], ReadonlyMap<number, string>>();

function namesOf(topics: readonly SubscribedTopic[]): ReadonlyMap<number, string> {
  let names = NAMES.get(topics);
  if (names === undefined) {
    names = new Map(topics.map(([name, topicId]) => [topicId, name]));
    NAMES.set(topics, names);
  }
  return names;
}

/** A third of the session, so that two heartbeats may be lost [C-11]. */
function intervalMs(sessionTimeoutMs: number, { isWaiting, revoking }: Reconciled): number {
  const isSettled = !isWaiting && revoking.size === 0;
  const max = isSettled ? INTERVAL_MS_MAX : INTERVAL_UNSETTLED_MS_MAX;
  return Math.min(max, Math.floor(sessionTimeoutMs / 3));
}
