// Retention of one partition, a slice at a time: the rows of expired segments go first, and with them the log's start
// moves; then the batches below the start go. No slice is larger than its bound, and every slice can be the last
// before a crash: what lies below the start is never read, and the next slice goes on with it.

import { assert } from '../assert.ts';
import { isRetained } from '../catalog/compacted.ts';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import { removeRange } from '../remove-range.ts';
import { remove, type TopicConfig, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { ackedEnd } from './acked-end.ts';
import type { LogPartition, Segment } from './log-partition.ts';
import { missingPartition } from './missing-partition.ts';
import { placeholder } from './placeholder.ts';
import { sweepBatches } from './sweep-batches.ts';

export interface RetentionCommand {
  readonly topicId: number;
  readonly partition: number;
  /** Rows this slice may delete: what bounds its time. Their values are not read. */
  readonly rowsMax: number;
}

export interface RetentionReply {
  readonly startOffset: number;
  /** Records that can no longer be read since this slice. */
  readonly recordsRemoved: number;
  readonly rowsRemoved: number;
  /** There may be more to do at once. */
  readonly more: boolean;
}

export function decideRetention(
  state: ShardState,
  view: View,
  { topicId, partition, rowsMax }: RetentionCommand,
  ctx: Context,
): Decision<RetentionReply> {
  assert(rowsMax > 0, 'a slice gets somewhere');
  const refusal = missingPartition(state.catalog, topicId, partition);
  if (refusal !== undefined) return refusal;
  const log = state.logs.at(topicId, partition);
  const config = state.catalog.topics.get(topicId)?.config;
  assert(config !== undefined);
  const expired = countExpired(log, config, ctx.nowMs, rowsMax, () => {
    const { startOffset } = log;
    return ackedEnd(state, view, { topicId, partition, startOffset }, ctx.nowMs) ?? startOffset;
  });
  const writes: Write[] = [];
  if (expired > 0 && expired === log.segments.length)
    writes.push(placeholder(log, topicId, partition));
  for (const segment of log.segments.slice(0, expired)) {
    writes.push(remove('segments', [topicId, partition, segment.baseOffset]));
  }
  const startOffset = startAfter(log, expired);
  const rest = rowsMax - expired;
  const sweep = { place: [topicId, partition] as const, startOffset, rowsMax: rest };
  const batches = startOffset === 0 ? 0 : sweepBatches(writes, view, sweep, log.segments[expired]);
  if (state.quarantined.batches > 0) {
    const below = { prefix: [topicId, partition], to: [topicId, partition, startOffset] };
    removeRange(writes, view, 'quarantines', { ...below, rowsMax: rest - batches });
  }
  const recordsRemoved = startOffset - log.startOffset;
  const more = startOffset > 0 && batches === rest;
  return accept({ startOffset, recordsRemoved, rowsRemoved: expired + batches, more }, writes);
}

function startAfter(log: LogPartition, expired: number): number {
  if (expired === 0) return log.startOffset;
  return log.segments[expired]?.baseOffset ?? log.nextOffset;
}

/** Segments at the front that may go, at most `max`. It is asked what groups are done with where that may matter. */
function countExpired(
  log: LogPartition,
  config: TopicConfig,
  nowMs: number,
  max: number,
  ackedUntil: () => number,
): number {
  if (!isRetained(config)) return 0;
  let kept = log.bytes;
  let count = 0;
  let doneEnd: number | undefined;
  for (const segment of log.segments) {
    if (count === max || !canGo(segment, log)) break;
    kept -= segment.bytes;
    if (!isOld(segment, config, nowMs) && !isSurplus(kept, config)) {
      if (!config.retentionAcked) break;
      doneEnd ??= ackedUntil();
      if (segment.nextOffset > doneEnd) break;
    }
    count += 1;
  }
  return count;
}

/** Only what is durable goes; a segment without offsets keeps the place. [G-12] [G-13] */
function canGo(segment: Segment, { durableEnd }: LogPartition): boolean {
  return segment.nextOffset > segment.baseOffset && segment.nextOffset <= durableEnd;
}

/** Of a delayed record the time counts from when it becomes visible. [G-15] */
function isOld(segment: Segment, { retentionMs }: TopicConfig, nowMs: number): boolean {
  const youngestMs = Math.max(segment.lastAppendMs, segment.visibleMs);
  return retentionMs !== -1 && youngestMs + retentionMs <= nowMs;
}

/** What remains without the segment is still as much as is to be kept: never so for the last segment. */
function isSurplus(kept: number, { retentionBytes }: TopicConfig): boolean {
  return retentionBytes !== -1 && kept >= retentionBytes;
}
