// When the message at an offset was appended, read from its batch or guessed from its segment. It changes nothing.

import type { View } from '../decision.ts';
import { BatchCursor } from '../share/batch-cursor.ts';
import { type LogPartition, segmentPlace } from './log-partition.ts';

/** All offsets from the one asked for to before `endOffset` were appended then. */
export interface AppendTime {
  readonly endOffset: number;
  readonly appendTimeMs: number;
  /** Of the batch that was read. */
  readonly bytes: number;
}

/** Of the first message at or after the offset; undefined at the durable end. One batch is read. */
export function appendTimeAt(
  view: View,
  topicId: number,
  partition: number,
  durableEnd: number,
  offset: number,
): AppendTime | undefined {
  const batch = new BatchCursor(view, topicId, partition, durableEnd).at(offset);
  if (batch === undefined) return undefined;
  const { endOffset, appendTimeMs, bytes } = batch;
  return { endOffset, appendTimeMs, bytes: bytes.length };
}

/** As if its segment had filled at an even pace: between the times of its first and its last batch. */
export function guessAppendMs(log: LogPartition, offset: number): number | undefined {
  const segment = log.segments[segmentPlace(log, offset)];
  if (segment === undefined) return undefined;
  const { baseOffset, nextOffset, firstAppendMs, lastAppendMs } = segment;
  const part = (offset - baseOffset) / Math.max(1, nextOffset - baseOffset);
  return firstAppendMs + Math.max(0, Math.min(1, part)) * (lastAppendMs - firstAppendMs);
}
