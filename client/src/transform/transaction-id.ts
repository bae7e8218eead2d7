// The id of a transaction: fixed by what it covers and by who tries it, so that the same attempt sent again is known, and
// another attempt at the same inputs, by this process or any other, is never taken for it.

import { createHash } from 'node:crypto';

export interface Attempt {
  readonly group: string;
  readonly memberId: string;
  /** Of this transformer in this process alone. */
  readonly instance: string;
  /** Counts the times that a partition was held. */
  readonly lane: number;
  readonly topicId: number;
  readonly partition: number;
  readonly firstOffset: number;
  readonly nextOffset: number;
}

/** At most 120 characters, whatever the names are. */
export function transactionId(attempt: Attempt): string {
  const { group, memberId, instance, lane } = attempt;
  const { topicId, partition, firstOffset, nextOffset } = attempt;
  const who = createHash('sha256')
    .update(JSON.stringify([group, memberId, instance]))
    .digest('base64url')
    .slice(0, 22);
  return `transform:${who}:${lane}:${topicId}/${partition}:${firstOffset}-${nextOffset}`;
}
