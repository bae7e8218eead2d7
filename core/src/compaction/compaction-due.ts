// Whether a partition has enough to compact, and which part of it: closed segments that are old enough. It decides
// nothing and changes nothing.

import { isCompacted } from '../catalog/compacted.ts';
import type { View } from '../decision.ts';
import type { LogPartition, Segment } from '../log/log-partition.ts';
import type { CompactionRow } from '../log-rows.ts';
import type { TopicConfig } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';

export interface CompactionPlace {
  readonly topicId: number;
  readonly partition: number;
}

/** What a pass is about: offsets from `from` to before `end` are new since the last one. */
export interface DueCompaction extends CompactionPlace {
  readonly from: number;
  readonly end: number;
  /** Records without a value before this offset have been kept for their time. [G-44] */
  readonly dropBefore: number;
  /** So much is new that compaction should hurry. */
  readonly isBehind: boolean;
}

/** Full segments that are new: with fewer, traffic is not to be slowed down. */
const BEHIND_SEGMENTS = 4;

const NEVER_COMPACTED: CompactionRow = [0, 0, 0, 0];

export function compactionRow(view: View, { topicId, partition }: CompactionPlace): CompactionRow {
  return view.get('compactions', [topicId, partition]) ?? NEVER_COMPACTED;
}

/** [G-41] */
export function compactionDue(
  state: ShardState,
  view: View,
  place: CompactionPlace,
  nowMs: number,
): DueCompaction | undefined {
  const config = state.catalog.topics.get(place.topicId)?.config;
  if (config === undefined || !isCompacted(config)) return undefined;
  const log = state.logs.at(place.topicId, place.partition);
  const row = compactionRow(view, place);
  const from = Math.max(row[0], log.startOffset);
  const closed = closedSegments(log, config, nowMs);
  const end = Math.max(from, closed.at(-1)?.nextOffset ?? 0);
  const dropBefore = droppable(row, config, nowMs);
  let dirty = 0;
  let all = 0;
  for (const segment of closed) {
    dirty += bytesFrom(segment, from);
    all += segment.bytes;
  }
  const isDirty = dirty > 0 && dirty >= config.compactionDirtyRatio * all;
  if (!isDirty && dropBefore <= log.startOffset) return undefined;
  const isBehind = dirty > BEHIND_SEGMENTS * config.segmentBytes;
  return { ...place, from, end, dropBefore, isBehind };
}

/** Segments that nothing is appended to any more, durable, of which no record is too young. */
function closedSegments(
  { segments, durableEnd }: LogPartition,
  { compactionLagMs }: TopicConfig,
  nowMs: number,
): readonly Segment[] {
  const last = segments.length - 1;
  const open = segments.findIndex(
    ({ nextOffset, lastAppendMs }, at) =>
      at === last || nextOffset > durableEnd || lastAppendMs + compactionLagMs > nowMs,
  );
  return segments.slice(0, Math.max(open, 0));
}

/** A part of a segment has that part of its bytes: nearly so. */
function bytesFrom({ baseOffset, nextOffset, bytes }: Segment, from: number): number {
  if (from <= baseOffset) return bytes;
  return from >= nextOffset ? 0 : (bytes * (nextOffset - from)) / (nextOffset - baseOffset);
}

function droppable(
  [, , tombstonesTo, tombstonesMs]: CompactionRow,
  { tombstoneRetentionMs }: TopicConfig,
  nowMs: number,
): number {
  return tombstonesMs + tombstoneRetentionMs <= nowMs ? tombstonesTo : 0;
}
