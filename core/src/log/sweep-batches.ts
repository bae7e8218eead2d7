// Deletes the batches below a log's start, a bounded number at a time. Where the first segment still counts some of them
// its bytes follow; only then is their size looked at.

import { assert } from '../assert.ts';
import type { View } from '../decision.ts';
import { removeRange } from '../remove-range.ts';
import { put, remove, type Write } from '../rows.ts';
import { type Segment, segmentRow } from './log-partition.ts';

/** Bytes that one slice reads to know their number. */
const BYTES_READ_MAX = 4 * 1024 * 1024;

export interface BatchSweep {
  readonly place: readonly [topicId: number, partition: number];
  /** Batches below it go. */
  readonly startOffset: number;
  readonly rowsMax: number;
}

/** Adds deletes to `writes` and gives their number; fewer than `rowsMax` means that nothing is left. */
export function sweepBatches(
  writes: Write[],
  view: View,
  { place, startOffset, rowsMax }: BatchSweep,
  first: Segment | undefined,
): number {
  const to = [...place, startOffset];
  if (first === undefined || first.countedFrom >= first.baseOffset) {
    return removeRange(writes, view, 'batches', { prefix: place, to, rowsMax });
  }
  if (rowsMax <= 0) return 0;
  let removed = 0;
  let bytes = 0;
  let isCut = false;
  for (const [key, batch] of view.range('batches', { prefix: place, to, limit: rowsMax })) {
    if (isCut) break;
    writes.push(remove('batches', key));
    removed += 1;
    if (key[2] >= first.countedFrom) bytes += batch.length;
    isCut = bytes >= BYTES_READ_MAX;
  }
  const isDone = removed < rowsMax && !isCut;
  assert(bytes <= first.bytes, 'a segment counts what it still has on the disk');
  const countedFrom = isDone ? first.baseOffset : first.countedFrom;
  const [topicId, partition] = place;
  const left = { ...first, bytes: first.bytes - bytes, countedFrom };
  writes.push(put('segments', [topicId, partition, first.baseOffset], segmentRow(left)));
  return isDone ? removed : rowsMax;
}
