// Purge: all unresolved messages of a share group go at once, whatever their number: one row a partition says so.
// Nothing appended after is touched. The rows of the messages stay, for an undo, and are swept when its time is over.

import type { RequestOf, ResponseOf } from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { Topic } from '../catalog/catalog.ts';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import type { PurgeRow } from '../queue-rows.ts';
import { removeRange } from '../remove-range.ts';
import { put, type SharePartitionRow, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { countShare, type MessageCounts } from '../share/counters.ts';
import type { ShareScope } from '../share/share-scope.ts';
import { type PurgedPartition, purgedPartition, purgeScopes } from './purge-scopes.ts';

export type PurgeCommand = Omit<RequestOf<'Purge'>, 'forgetDuplicates'> & {
  readonly forgetDuplicates?: boolean | undefined;
};

/** Refused with PURGE_PENDING, as a whole, where an earlier purge can still be undone. [L-110] [L-112] */
export function decidePurge(
  state: ShardState,
  view: View,
  command: PurgeCommand,
  ctx: Context,
): Decision<ResponseOf<'Purge'>> {
  const { dryRun, undoMs } = command;
  const found = purgeScopes(state, command);
  if (found.error !== undefined) return found;
  const undoUntilMs = ctx.nowMs + undoMs;
  const partitions: PurgedPartition[] = [];
  const writes: Write[] = [];
  for (const scope of found.scopes) {
    const { purge } = scope.share;
    if (!dryRun && purge !== undefined && isPending(purge, ctx.nowMs)) {
      return refuse('PURGE_PENDING', pendingText(scope, purge, ctx.nowMs));
    }
    const counts = countShare(scope, view);
    const messages = openMessages(counts);
    if (messages === 0) continue;
    partitions.push(purgedPartition(scope, messages));
    for (const write of planPurge(scope, counts, ctx.nowMs, undoUntilMs)) writes.push(write);
    forgetLanes(writes, view, scope);
  }
  if (dryRun) return accept({ partitions, undoUntilMs: 0 });
  if (command.forgetDuplicates === true) {
    const topics = new Set(found.scopes.map(({ topic }) => topic));
    for (const topic of topics) writes.push(forgetDuplicates(topic));
  }
  return accept({ partitions, undoUntilMs }, writes);
}

/** Nothing that the topic remembers counts any more, in one row, whatever it is. [L-38] */
function forgetDuplicates({ topicId, ...row }: Topic): Write {
  return put('topics', [topicId], { ...row, dedupEpoch: (row.dedupEpoch ?? 0) + 1 });
}

/** It can be undone, or is being undone. */
export function isPending(purge: PurgeRow, nowMs: number): boolean {
  return purge.isUndone || (purge.toOffset > purge.sweepTo && nowMs < purge.undoUntilMs);
}

function pendingText({ group, topic, key }: ShareScope, purge: PurgeRow, nowMs: number): string {
  const where = `partition ${key.partition} of ${topic.name} in share group ${group.name}`;
  if (purge.isUndone) return `A purge of ${where} is being undone.`;
  const seconds = Math.ceil((purge.undoUntilMs - nowMs) / 1_000);
  return `A purge of ${where} can be undone for another ${seconds} s: undo it first, or wait.`;
}

/** Messages that nobody has resolved. */
export function openMessages(counts: MessageCounts): number {
  const { fresh, ready, scheduled, leased, parked, blocked } = counts;
  return fresh + ready + scheduled + leased + parked + blocked;
}

/** What is durable now is purged; memory forgets its runs with the row, and the cursor stands behind it. */
function planPurge(
  { key, share, log }: ShareScope,
  counts: MessageCounts,
  nowMs: number,
  undoUntilMs: number,
): Write[] {
  const { groupId, topicId, partition } = key;
  const before = share.purge;
  const [cursor, floor, nextToken, acknowledged, dead] = share.row;
  const [purged, skipped, ahead] = share.row.slice(8) as [number, number, number];
  const toOffset = log.durableEnd;
  assert(cursor <= toOffset, 'only what is durable was delivered');
  /** An earlier one whose time has passed is counted for good, and swept with this one in force. */
  const done = before === undefined ? 0 : before.messages;
  const low = Math.max(floor, log.startOffset, before?.toOffset ?? 0);
  const row: SharePartitionRow = [
    toOffset,
    low,
    nextToken,
    acknowledged,
    dead,
    counts.removed,
    0,
    0,
    purged + done,
    skipped,
    0,
  ];
  const purge: PurgeRow = {
    toOffset,
    atMs: nowMs,
    undoUntilMs,
    messages: openMessages(counts),
    cursor: Math.max(cursor, low),
    ahead,
    isUndone: false,
    sweepTo: before?.toOffset ?? 0,
  };
  return [
    put('sharePartitions', [groupId, topicId, partition], row),
    put('purges', [groupId, topicId, partition], purge),
  ];
}

/** No lane is held up any more; an undo counts anew what waits in each. */
function forgetLanes(writes: Write[], view: View, { key, share }: ShareScope): void {
  if (share.lanes === undefined) return;
  const prefix = [key.groupId, key.topicId, key.partition];
  removeRange(writes, view, 'laneParked', { prefix, rowsMax: Number.MAX_SAFE_INTEGER });
}
