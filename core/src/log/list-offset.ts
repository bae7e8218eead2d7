// Offsets by meaning: the earliest, the latest, or the first at or after an append time. Append times of a partition
// never go back, so the answer by time is a binary search over segments in memory, then over batches in the store.

import { type BatchHeader, batchHeader, POSITION } from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { Refused, View } from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import type { Segment } from './log-partition.ts';
import { missingPartition } from './missing-partition.ts';

export interface ListOffsetCommand {
  readonly topicId: number;
  readonly partition: number;
  /** POSITION.latest, POSITION.earliest, or a time in ms since 1970. */
  readonly at: number;
}

export interface ListOffsetReply {
  readonly error?: undefined;
  /** The durable end where no durable record is that young. */
  readonly offset: number;
  /** Append time of the record at `offset`; -1 where there is none yet. */
  readonly timestampMs: number;
}

export function listOffset(
  state: ShardState,
  view: View,
  { topicId, partition, at }: ListOffsetCommand,
): ListOffsetReply | Refused {
  const refusal = missingPartition(state.catalog, topicId, partition);
  if (refusal !== undefined) return refusal;
  const { startOffset, durableEnd, segments } = state.logs.at(topicId, partition);
  const atEnd = { offset: durableEnd, timestampMs: -1 };
  if (at === POSITION.latest) return atEnd;
  // Earliest is what is at or after the beginning of time.
  const timeMs = at === POSITION.earliest ? 0 : at;
  for (let i = firstReaching(segments, timeMs); i < segments.length; i += 1) {
    const found = searchSegment(view, [topicId, partition], segments[i] as Segment, timeMs);
    if (found === undefined) continue;
    if (found.offset >= durableEnd) break;
    return at === POSITION.earliest ? { ...found, offset: startOffset } : found;
  }
  return atEnd;
}

/** Place of the first segment that had a batch at or after the time; compaction may have taken it away. */
function firstReaching(segments: readonly Segment[], timeMs: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const segment = segments[middle];
    assert(segment !== undefined);
    if (segment.lastAppendMs < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Its first batch at or after the time, if one is left; every look reads one batch and halves what is left. */
function searchSegment(
  view: View,
  prefix: readonly [number, number],
  segment: Segment,
  timeMs: number,
): ListOffsetReply | undefined {
  let low = segment.baseOffset;
  let high = segment.nextOffset;
  if (segment.firstAppendMs >= timeMs) return firstIn(view, prefix, segment);
  let found: ListOffsetReply | undefined;
  // What begins before `low` is too old; what begins at `high` or after is not.
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    const batch = batchWithin(view, prefix, low, middle);
    if (batch === undefined) {
      low = middle + 1;
    } else if (batch.appendTimeMs < timeMs) {
      low = Math.max(middle, batch.baseOffset + batch.lastOffsetDelta) + 1;
    } else {
      high = batch.baseOffset;
      found = { offset: high, timestampMs: batch.appendTimeMs };
    }
  }
  assert(found === undefined || (found.offset === high && found.timestampMs >= timeMs));
  return found;
}

function firstIn(
  view: View,
  prefix: readonly [number, number],
  { baseOffset, nextOffset }: Segment,
): ListOffsetReply | undefined {
  const query = { prefix, from: [...prefix, baseOffset], to: [...prefix, nextOffset], limit: 1 };
  for (const [[, , offset], batch] of view.range('batches', query)) {
    return { offset, timestampMs: batchHeader(batch).appendTimeMs };
  }
  return undefined;
}

/** The last batch that begins from `first` to `last`, both included. */
function batchWithin(
  view: View,
  prefix: readonly [number, number],
  first: number,
  last: number,
): BatchHeader | undefined {
  const query = { prefix, from: [...prefix, last], reverse: true, limit: 1 };
  for (const [[, , base], batch] of view.range('batches', query)) {
    if (base >= first) return batchHeader(batch);
  }
  return undefined;
}
