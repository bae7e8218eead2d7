// One partition's log as memory holds it: its segments and how far it is durable. Batches stay in the store.
// It changes only through `applySegmentWrite` and `markDurable`; it decides nothing.

import { assert } from '../assert.ts';
import type { SegmentRow } from '../rows.ts';

/** Offsets from `baseOffset` to before `nextOffset`. A segment without bytes only keeps the place. */
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
}

export function segmentRow(segment: Readonly<Segment>): SegmentRow {
  const { nextOffset, bytes, firstAppendMs, lastAppendMs, visibleMs, flaggedEnd } = segment;
  return [nextOffset, bytes, firstAppendMs, lastAppendMs, visibleMs, flaggedEnd];
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
      assert(segment.bytes > 0 === segment.nextOffset > segment.baseOffset);
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

/** Takes one row of `segments` into the log. Rows go away at the front, and are added at the back. */
export function applySegmentWrite(
  log: LogPartition,
  baseOffset: number,
  row: SegmentRow | undefined,
): void {
  if (row === undefined) {
    removeSegment(log, baseOffset);
    return;
  }
  const [nextOffset, bytes, firstAppendMs, lastAppendMs, visibleMs, flaggedEnd] = row;
  if (flaggedEnd > 0) log.flaggedEnd = flaggedEnd;
  const last = log.segments[log.segments.length - 1];
  if (last === undefined || last.baseOffset < baseOffset) {
    assert(last === undefined || last.nextOffset === baseOffset, 'segments have no gap');
    if (last === undefined) log.durableEnd = baseOffset;
    const times = { firstAppendMs, lastAppendMs, visibleMs };
    log.segments.push({ baseOffset, nextOffset, bytes, ...times, flaggedEnd });
    log.bytes += bytes;
    return;
  }
  assert(last.baseOffset === baseOffset, 'only the last segment is written to');
  assert(nextOffset >= last.nextOffset && bytes >= last.bytes, 'a segment only grows');
  log.bytes += bytes - last.bytes;
  last.nextOffset = nextOffset;
  last.bytes = bytes;
  last.firstAppendMs = firstAppendMs;
  last.lastAppendMs = lastAppendMs;
  last.visibleMs = visibleMs;
  last.flaggedEnd = flaggedEnd;
}

function removeSegment(log: LogPartition, baseOffset: number): void {
  const first = log.segments[0];
  assert(first?.baseOffset === baseOffset, 'segments go away at the front');
  assert(first.nextOffset <= log.durableEnd, 'what goes away was durable');
  assert(log.segments.length > 1, 'the last segment keeps the place');
  log.bytes -= first.bytes;
  // Segments behind it that have flagged batches have later ones.
  if (first.flaggedEnd === log.flaggedEnd) log.flaggedEnd = 0;
  log.segments.shift();
}
