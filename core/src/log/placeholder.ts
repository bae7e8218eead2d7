// The row that keeps the place of a log whose records are all gone: its end and its time go on from here. [G-12]

import { put, type Write } from '../rows.ts';
import type { LogPartition } from './log-partition.ts';

/** An empty segment at the end of the log. */
export function placeholder(
  { nextOffset, lastAppendMs }: LogPartition,
  topicId: number,
  partition: number,
): Write {
  const row = [nextOffset, 0, lastAppendMs, lastAppendMs, 0, 0] as const;
  return put('segments', [topicId, partition, nextOffset], row);
}
