// A member of a consumer group as memory holds it, and as its row does. It decides nothing.

import type { MemberRow } from '../rows.ts';
import type { AssignorName } from './assignor.ts';
import {
  type Held,
  heldFromRow,
  heldToRow,
  type KeySet,
  targetFromRow,
  targetToRow,
} from './partition-keys.ts';
import type { Subscription, Subscriptions } from './subscriptions.ts';

export interface Member {
  readonly memberId: string;
  readonly epoch: number;
  readonly joinedEpoch: number;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly subscription: Subscription;
  readonly assignor: AssignorName | null;
  readonly instanceId: string | null;
  readonly isAway: boolean;
  readonly assigned: Held;
  readonly revoking: Held;
  readonly target: KeySet;
}

export function memberFromRow(
  memberId: string,
  row: MemberRow,
  subscriptions: Subscriptions,
): Member {
  const { topics, topicPattern, assigned, revoking, target, ...rest } = row;
  return {
    ...rest,
    memberId,
    subscription: subscriptions.take(topics, topicPattern),
    assigned: heldFromRow(assigned),
    revoking: heldFromRow(revoking),
    target: targetFromRow(target),
  };
}

export function memberToRow(member: Member): MemberRow {
  const { epoch, joinedEpoch, sessionTimeoutMs, rebalanceTimeoutMs } = member;
  const { subscription, assignor, instanceId, isAway } = member;
  return {
    epoch,
    joinedEpoch,
    sessionTimeoutMs,
    rebalanceTimeoutMs,
    topics: subscription.topics,
    topicPattern: subscription.pattern,
    assignor,
    instanceId,
    isAway,
    target: targetToRow(member.target),
    assigned: heldToRow(member.assigned),
    revoking: heldToRow(member.revoking),
  };
}

/** All that nobody else may be given. */
export function* heldKeys({ assigned, revoking }: Pick<Member, 'assigned' | 'revoking'>) {
  yield* assigned.keys();
  yield* revoking.keys();
}
