// Leases that end with the receive that made them: those of no time, and those that nobody is there to take any more.

import { decideAcknowledge, expiryError, type PlacedLease } from '@millrace/core';
import { type AckKind, MillraceError } from '@millrace/protocol';
import type { Shard } from '../shard/shard.ts';

/**
 * Leases of no time end in the commit in which they begin: whoever asks next finds their messages. From the last one on:
 * with ordering by key the end of one gives back those after it. What there is no room for ends with the next look at
 * the clock. Returns how many messages were copied to a dead-letter topic. [L-9]
 */
export function endAtOnce(
  shard: Shard,
  groupId: number,
  memberId: string,
  leases: readonly PlacedLease[],
): number {
  const nowMs = shard.nowMs();
  let deadLettered = 0;
  // By index: this is on the way of every receive, and mostly finds nothing.
  for (let at = leases.length - 1; at >= 0; at -= 1) {
    const lease = leases[at] as PlacedLease;
    if (lease.deadlineMs > nowMs || shard.isFull) continue;
    deadLettered += end(shard, groupId, lease, 'release', expiryError(memberId));
  }
  return deadLettered;
}

/** Undoes the deliveries, where there still is what was leased. */
export function giveBack(shard: Shard, groupId: number, leases: readonly PlacedLease[]): void {
  for (const lease of leases) end(shard, groupId, lease, 'return', null);
}

function end(
  shard: Shard,
  groupId: number,
  { topicId, partition, firstOffset, lastOffset, token }: PlacedLease,
  kind: AckKind,
  errorText: string | null,
): number {
  const range = { groupId, topicId, partition, firstOffset, lastOffset };
  const command = { ...range, token, kind, delayMs: null, errorText };
  try {
    const reply = shard.stage((state, view, context) =>
      decideAcknowledge(state, view, command, context),
    );
    return reply.deadLettered;
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    return 0;
  }
}
