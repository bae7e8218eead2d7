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
  const { durableEnd, segments } = state.logs.at(topicId, partition);
  const atEnd = { offset: durableEnd, timestampMs: -1 };
  if (at === POSITION.latest) return atEnd;
  // Earliest is what is at or after the beginning of time.
  const timeMs = at === POSITION.earliest ? 0 : at;
  const segment = firstReaching(segments, timeMs);
  if (segment === undefined) return atEnd;
  const found = searchSegment(view, [topicId, partition], segment, timeMs);
  return found.offset < durableEnd ? found : atEnd;
}

/** The first segment that has a batch at or after the time. */
function firstReaching(segments: readonly Segment[], timeMs: number): Segment | undefined {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const segment = segments[middle];
    assert(segment !== undefined);
    if (segment.lastAppendMs < timeMs) low = middle + 1;
    else high = middle;
  }
  return segments[low];
}

/** Its last batch is at or after the time; every look reads one batch and halves what is left. */
function searchSegment(
  view: View,
  prefix: readonly [number, number],
  segment: Segment,
  timeMs: number,
): ListOffsetReply {
  let low = segment.baseOffset;
  let high = segment.nextOffset;
  let found = { offset: low, timestampMs: segment.firstAppendMs };
  if (segment.firstAppendMs >= timeMs) return found;
  // What begins before `low` is too old; what begins at `high` or after is not.
  while (low < high) {
    const batch = batchAt(view, prefix, low + Math.floor((high - low) / 2));
    if (batch.appendTimeMs < timeMs) {
      low = batch.baseOffset + batch.lastOffsetDelta + 1;
    } else {
      high = batch.baseOffset;
      found = { offset: high, timestampMs: batch.appendTimeMs };
    }
  }
  assert(found.offset === high && found.timestampMs >= timeMs);
  return found;
}

function batchAt(view: View, prefix: readonly [number, number], offset: number): BatchHeader {
  const query = { prefix, from: [...prefix, offset], reverse: true, limit: 1 };
  let header: BatchHeader | undefined;
  for (const [, batch] of view.range('batches', query)) header = batchHeader(batch);
  assert(header !== undefined, 'every offset of a segment lies in a batch');
  return header;
}
