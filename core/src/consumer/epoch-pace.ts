// How often a group begins an epoch with new targets [C-44]: where that is much work, members that come and go soon after
// one share the next. It knows when, and not what.

import { assert } from '../assert.ts';
import type { ConsumerGroupRow } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import type { ConsumerGroup } from './consumer-groups.ts';

/** A member costs about as much as so many partitions. */
const PARTITIONS_A_MEMBER = 10;
/** Groups that come to less than so many members begin each epoch at once. */
const SIZE_PACED = 24;
/** Also in the largest group what a dead member had is taken over in well under a second. */
const PAUSE_MS_MAX = 500;

/** True where the group's last targets are old enough for new ones. */
export function mayBeginEpoch(group: ConsumerGroup, row: ConsumerGroupRow, nowMs: number): boolean {
  return dueMs(group, row) <= nowMs;
}

/** When the first group that is behind may begin its next epoch, or undefined where none is. */
export function nextEpochDueMs({ catalog, consumers }: ShardState): number | undefined {
  let earliest: number | undefined;
  for (const groupId of consumers.behind) {
    const row = catalog.groups.get(groupId);
    assert(row?.kind === 'consumer', 'what is behind is a consumer group');
    const ms = dueMs(consumers.at(groupId), row);
    if (earliest === undefined || ms < earliest) earliest = ms;
  }
  return earliest;
}

function dueMs({ members }: ConsumerGroup, { topics, targetAtMs = 0 }: ConsumerGroupRow): number {
  let partitions = 0;
  for (const [, , count] of topics) partitions += count;
  const size = members.size + partitions / PARTITIONS_A_MEMBER;
  return size < SIZE_PACED ? 0 : targetAtMs + Math.min(PAUSE_MS_MAX, Math.ceil(size));
}
