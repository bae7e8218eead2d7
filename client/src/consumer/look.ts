// What a consumer tells of itself, from what it knows: it asks nobody.

import type { Claim } from './claim.ts';
import type { Claims, TopicPartition } from './claims.ts';
import type { GroupPartitions } from './group-partitions.ts';

/** How far a partition is read. */
export interface PartitionLag extends TopicPartition {
  /** The next offset to process; -1: not known yet. */
  readonly position: number;
  /** Offset after the last record, as of the last fetch; -1: not known yet. */
  readonly endOffset: number;
  /** Records from the position to the end; -1: not known yet. */
  readonly lag: number;
}

/** What a consumer has done so far, and what it holds. */
export interface ConsumerStats {
  /** Null without a group. */
  readonly memberId: string | null;
  /** 0: not a member of the group now. */
  readonly memberEpoch: number;
  /** Partitions read now, those of them that are paused, and those of which something is in hand. */
  readonly partitions: number;
  readonly paused: number;
  readonly inHand: number;
  /** Fetched and not yet handed out. */
  readonly bufferedBytes: number;
  /** Of the partitions whose lag is known, together. */
  readonly lag: number;
  /** Since the consumer was made: partitions that came, were given up in order, were lost; commits by their outcome. */
  readonly assigned: number;
  readonly revoked: number;
  readonly lost: number;
  readonly commits: number;
  readonly failedCommits: number;
}

/** What a group's member counts. */
export interface GroupCounts {
  assigned: number;
  revoked: number;
  lost: number;
  commits: number;
  failedCommits: number;
}

export function noCounts(): GroupCounts {
  return { assigned: 0, revoked: 0, lost: 0, commits: 0, failedCommits: 0 };
}

export function lagOf<V>({ topic, partition, processed, endOffset }: Claim<V>): PartitionLag {
  const isKnown = processed >= 0 && endOffset >= 0;
  const lag = isKnown ? Math.max(0, endOffset - processed) : -1;
  return { topic, partition, position: processed, endOffset, lag };
}

export function statsOf<V>(given: Claims<V>, group: GroupPartitions<V> | undefined): ConsumerStats {
  const claims = [...given];
  const sum = (of: (claim: Claim<V>) => number) =>
    claims.reduce((total, claim) => total + of(claim), 0);
  return {
    memberId: group?.memberId ?? null,
    memberEpoch: group?.memberEpoch ?? 0,
    partitions: claims.length,
    paused: sum(({ isPaused }) => Number(isPaused)),
    inHand: sum(({ isBusy }) => Number(isBusy)),
    bufferedBytes: sum(({ bufferedBytes }) => bufferedBytes),
    lag: sum((claim) => Math.max(0, lagOf(claim).lag)),
    ...(group?.counts ?? noCounts()),
  };
}
