// One partition's log as memory holds it: its segments and how far it is durable. Batches stay in the store.
// It changes only through `applySegmentWrite` and `markDurable`; it decides nothing.

import { assert } from '../assert.ts';
import type { SegmentRow } from '../log-rows.ts';

/**
 * Offsets from `baseOffset` to before `nextOffset`. One without offsets only keeps the place; one without bytes had all its
 * records compacted away.
 */
export interface Segment {
  readonly baseOffset: number;
  nextOffset: number;
  bytes: number;
  firstAppendMs: number;
  lastAppendMs: number;
  /** When the last of its delayed records becomes visible; 0 where none is delayed. */
  visibleMs: number;
  /** Offset after its last batch with flags; 0 where it has none. */
  flaggedEnd: number;
  /** `bytes` counts batches from here on: below the base they are deleted and wait to be swept. */
  countedFrom: number;
}

export function segmentRow(segment: Readonly<Segment>): SegmentRow {
  const { nextOffset, bytes, firstAppendMs, lastAppendMs, visibleMs, flaggedEnd } = segment;
  const row = [nextOffset, bytes, firstAppendMs, lastAppendMs, visibleMs, flaggedEnd] as const;
  return segment.countedFrom < segment.baseOffset ? [...row, segment.countedFrom] : row;
}

/** `startOffset <= durableEnd <= nextOffset`; readers see what lies from `startOffset` to before `durableEnd`. */
export class LogPartition {
  /** In offset order, without gaps. Empty until something is written, and never again after. */
  readonly segments: Segment[] = [];
  /** Offset after the last record that is known to be on the disk. */
  durableEnd = 0;
  /** Stored bytes of the batches of all segments. */
  bytes = 0;
  /**
   * Offset after the last batch in which a record may be delayed, expire, have a limit of deliveries of its own, or be
   * for one share group alone; 0 where there is none. From there on all records are alike.
   */
  flaggedEnd = 0;
  /** `durableEnd` when it was loaded, and bytes of batches appended since, staged or durable: for counters, no rule looks at them. */
  loadedEnd = 0;
  stagedBytes = 0;
  durableBytes = 0;

  /** First offset that can be read: the base of the first segment. */
  get startOffset(): number {
    return this.segments[0]?.baseOffset ?? 0;
  }

  /** Offset that the next record gets: the end of the last segment. */
  get nextOffset(): number {
    return this.segments[this.segments.length - 1]?.nextOffset ?? 0;
  }

  /** Append time of the last batch ever appended; append times of a partition never go back. */
  get lastAppendMs(): number {
    return this.segments[this.segments.length - 1]?.lastAppendMs ?? 0;
  }

  assertInvariants(): void {
    assert(this.startOffset <= this.durableEnd && this.durableEnd <= this.nextOffset);
    let bytes = 0;
    let flaggedEnd = 0;
    let last: Segment | undefined;
    for (const segment of this.segments) {
      assert(segment.firstAppendMs <= segment.lastAppendMs && segment.bytes >= 0);
      assert(segment.nextOffset >= segment.baseOffset);
      assert(segment.bytes === 0 || segment.nextOffset > segment.baseOffset, 'bytes have offsets');
      assert(segment.countedFrom <= segment.baseOffset);
      assert(last === undefined || segment.countedFrom === segment.baseOffset, 'only the first');
      assert(last === undefined || last.nextOffset === segment.baseOffset, 'no gap');
      assert(last === undefined || last.lastAppendMs <= segment.firstAppendMs, 'time goes on');
      bytes += segment.bytes;
      if (segment.flaggedEnd > 0) {
        assert(segment.flaggedEnd > segment.baseOffset && segment.flaggedEnd <= segment.nextOffset);
        flaggedEnd = segment.flaggedEnd;
      }
      assert(segment.visibleMs === 0 || segment.flaggedEnd > 0, 'what is delayed is flagged');
      last = segment;
    }
    assert(flaggedEnd === this.flaggedEnd, 'the last flagged batch is that of a segment');
    assert(bytes === this.bytes, 'bytes are the sum over the segments');
  }
}

/**
 * Takes one row of `segments` into the log. Rows are added at the back and go at the front; DeleteRecords moves the first
 * one, compaction makes them smaller and joins neighbours. Within one decision they may overlap for a moment.
 */
export function applySegmentWrite(
  log: LogPartition,
  baseOffset: number,
  row: SegmentRow | undefined,
): void {
  const { segments } = log;
  const at = placeOf(segments, baseOffset);
  const found = segments[at];
  const old = found?.baseOffset === baseOffset ? found : undefined;
  if (row === undefined) {
    assert(old !== undefined, 'a segment that goes away was there');
    removeSegment(log, at, old);
    return;
  }
  const [nextOffset, bytes, firstAppendMs, lastAppendMs, visibleMs, flaggedEnd] = row;
  assert(old === undefined || nextOffset >= old.nextOffset, 'a segment keeps its offsets');
  const countedFrom = row.length === 7 ? row[6] : baseOffset;
  const values = { nextOffset, bytes, firstAppendMs, lastAppendMs, visibleMs, flaggedEnd };
  if (segments.length === 0) log.durableEnd = baseOffset;
  assert(segments.length === 0 || baseOffset <= log.nextOffset, 'segments have no gap');
  const grownBytes = bytes - (old?.bytes ?? 0);
  if (nextOffset > log.nextOffset) log.stagedBytes += grownBytes;
  log.bytes += grownBytes;
  if (old === undefined) segments.splice(at, 0, { baseOffset, ...values, countedFrom });
  else Object.assign(old, values, { countedFrom });
  if (flaggedEnd > log.flaggedEnd) log.flaggedEnd = flaggedEnd;
}

/** Place of the segment that holds the offset, or of the last one. */
export function segmentPlace({ segments }: LogPartition, offset: number): number {
  const at = placeOf(segments, offset);
  return segments[at]?.baseOffset === offset ? at : Math.max(at - 1, 0);
}

/** Where the segment with this base is, or would be: most often the last one or after it. */
function placeOf(segments: readonly Segment[], baseOffset: number): number {
  const last = segments[segments.length - 1];
  if (last === undefined || last.baseOffset < baseOffset) return segments.length;
  let low = 0;
  let high = segments.length - 1;
  if (last.baseOffset === baseOffset) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((segments[middle]?.baseOffset ?? 0) < baseOffset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function removeSegment(log: LogPartition, at: number, segment: Segment): void {
  const { segments } = log;
  assert(segment.baseOffset <= log.durableEnd, 'what goes away was durable');
  assert(segments.length > 1, 'the last segment keeps the place');
  log.bytes -= segment.bytes;
  if (at === 0) segments.shift();
  else segments.splice(at, 1);
  // Most logs have no flags at all: to look for the last of none, segment by segment, would take as long as their square.
  if (segment.flaggedEnd === 0 || segment.flaggedEnd !== log.flaggedEnd) return;
  log.flaggedEnd = segments.findLast(({ flaggedEnd }) => flaggedEnd > 0)?.flaggedEnd ?? 0;
}
