// Exact counts of a share group's messages by state, from what memory and the partition's row hold; one batch is read
// to tell the age of the oldest. It changes nothing.

import type { RequestOf, ResponseOf } from '@millrace/protocol';
import { assert } from '../assert.ts';
import { accept, type Decision, type View } from '../decision.ts';
import type { RunState } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { countAhead, firstNotResolved } from './ahead.ts';
import { BatchCursor } from './batch-cursor.ts';
import type { SharePartition } from './share-partition.ts';
import { ShareRuns } from './share-runs.ts';
import { findShare, findShareGroup, type ShareKey, type ShareScope } from './share-scope.ts';

export type PartitionCounters = ResponseOf<'Counters'>['partitions'][number];

/** Messages by state; what is resolved is counted since the group was made. */
export interface MessageCounts {
  readonly fresh: number;
  readonly ready: number;
  readonly scheduled: number;
  readonly leased: number;
  readonly parked: number;
  readonly blocked: number;
  readonly acknowledged: number;
  readonly dead: number;
  readonly removed: number;
  readonly purged: number;
  readonly skipped: number;
}

/** Of a group that has none. */
export const NO_MESSAGES: MessageCounts = {
  fresh: 0,
  ready: 0,
  scheduled: 0,
  leased: 0,
  parked: 0,
  blocked: 0,
  acknowledged: 0,
  dead: 0,
  removed: 0,
  purged: 0,
  skipped: 0,
};

/** All partitions of all topics of the group. Refused with UNKNOWN_GROUP or GROUP_KIND_MISMATCH. [L-35] */
export function counters(
  state: ShardState,
  view: View,
  { group: name }: RequestOf<'Counters'>,
): Decision<{ partitions: PartitionCounters[] }> {
  const group = findShareGroup(state, name);
  if ('error' in group) return group;
  const partitions: PartitionCounters[] = [];
  for (const scope of sharesOf(state, group.groupId)) partitions.push(countersOf(scope, view));
  return accept({ partitions });
}

/** The whole group. It exists. */
export function countMessages(state: ShardState, view: View, groupId: number): MessageCounts {
  let sum = NO_MESSAGES;
  for (const scope of sharesOf(state, groupId)) sum = addCounts(sum, countShare(scope, view));
  return sum;
}

export function addCounts(one: MessageCounts, other: MessageCounts): MessageCounts {
  const sum = { ...NO_MESSAGES };
  for (const key of Object.keys(sum) as (keyof MessageCounts)[]) sum[key] = one[key] + other[key];
  return sum;
}

/** Its partitions of all topics, topic by topic. */
export function* sharesOf(state: ShardState, groupId: number): Generator<ShareScope> {
  for (const topicId of state.catalog.attachments.get(groupId)?.keys() ?? []) {
    const partitions = state.catalog.topics.get(topicId)?.partitions ?? 0;
    for (let partition = 0; partition < partitions; partition += 1) {
      const key: ShareKey = { groupId, topicId, partition };
      const scope = findShare(state, key);
      assert(scope.error === undefined, 'the share partition exists');
      yield scope;
    }
  }
}

export function countersOf(scope: ShareScope, view: View): PartitionCounters {
  const { key, log, share, topic } = scope;
  const { topicId, partition } = key;
  const { startOffset, durableEnd: endOffset } = log;
  return {
    topic: topic.name,
    topicId,
    partition,
    startOffset,
    cursor: Math.max(share.cursor, startOffset),
    endOffset,
    ...countShare(scope, view),
    ...oldestUnresolved(scope, view),
    undo: undoOf(scope),
  };
}

/** A purge that is being undone or swept is none. Whether its time is over is for who knows what time it is. */
function undoOf({ share: { purge } }: ShareScope): PartitionCounters['undo'] {
  if (purge === undefined || purge.isUndone || purge.toOffset <= purge.sweepTo) return null;
  return { messages: purge.messages, untilMs: purge.undoUntilMs };
}

/** What lies below the log's start is removed, swept already or not; what a purge took away is purged. */
export function countShare({ key, log, share }: ShareScope, view: View): MessageCounts {
  const { startOffset, durableEnd } = log;
  const gone = countBelow(share, view, startOffset);
  const cursor = Math.max(share.cursor, startOffset);
  const [, , , acknowledged, dead, removed, , , purged, skipped] = share.row;
  const isBehind = share.ahead > 0 && share.cursor < startOffset;
  const aheadGone = isBehind ? countAhead(view, key, share.cursor, startOffset) : 0;
  const lost = gone.ready + gone.scheduled + gone.leased + gone.parked + gone.blocked;
  return {
    fresh: durableEnd - Math.min(cursor, durableEnd) - share.ahead + aheadGone,
    ready: share.count('ready') - gone.ready,
    scheduled: share.count('scheduled') - gone.scheduled,
    leased: share.count('leased') - gone.leased,
    parked: share.count('parked') - gone.parked,
    blocked: share.count('blocked') - gone.blocked,
    acknowledged,
    dead,
    removed: removed + (cursor - share.cursor) - aheadGone + lost,
    purged: purged + (share.purge?.messages ?? 0),
    skipped,
  };
}

/** Messages in runs below the offset, by state. */
function countBelow(share: SharePartition, view: View, offset: number): Record<RunState, number> {
  const counts = { ready: 0, scheduled: 0, leased: 0, parked: 0, blocked: 0 };
  if (share.floor >= offset) return counts;
  for (const run of new ShareRuns(share, view).runsFrom(share.floor)) {
    if (run.first >= offset) break;
    counts[run.state] += Math.min(run.last + 1, offset) - run.first;
  }
  return counts;
}

/**
 * Offset of the first message that is fresh or in a run; the log's end where there is none. Rows of messages that were
 * resolved ahead of the cursor are passed over one by one: past `rowsMax` of them it is a lower bound.
 */
export function firstUnresolved(
  { key, log, share }: Pick<ShareScope, 'key' | 'log' | 'share'>,
  view: View,
  rowsMax = Infinity,
): number {
  const cursor = Math.max(share.cursor, log.startOffset);
  const run = new ShareRuns(share, view).runFrom(log.startOffset);
  const first = run === undefined ? Infinity : Math.max(run.first, log.startOffset);
  const fresh = share.ahead > 0 ? firstNotResolved(view, key, cursor, rowsMax) : cursor;
  return Math.min(first, fresh, Math.max(cursor, log.durableEnd));
}

/** One batch is read for its append time. */
function oldestUnresolved(
  scope: ShareScope,
  view: View,
): Pick<PartitionCounters, 'oldestUnresolvedMs' | 'firstUnresolvedOffset'> {
  const { key, log } = scope;
  const oldest = firstUnresolved(scope, view);
  const batches = new BatchCursor(view, key.topicId, key.partition, log.durableEnd);
  return {
    oldestUnresolvedMs: batches.at(oldest)?.appendTimeMs ?? null,
    firstUnresolvedOffset: Math.min(oldest, log.durableEnd),
  };
}
