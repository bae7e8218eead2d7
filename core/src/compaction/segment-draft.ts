// The segments of a log as compaction leaves them within one decision: their bytes follow the batches, and neighbours that
// have become small are joined. It changes nothing by itself.

import { assert } from '../assert.ts';
import { type LogPartition, type Segment, segmentPlace, segmentRow } from '../log/log-partition.ts';
import { put, remove, type TopicConfig, type Write } from '../rows.ts';

export class SegmentDraft {
  readonly #log: LogPartition;
  readonly #config: TopicConfig;
  /** Changed copies, by base. */
  readonly #changed = new Map<number, Segment>();
  readonly #joined: number[] = [];

  constructor(log: LogPartition, config: TopicConfig) {
    this.#log = log;
    this.#config = config;
  }

  /** The batch at the offset became larger by so much. */
  addBytes(offset: number, bytes: number): void {
    const segment = { ...this.#at(segmentPlace(this.#log, offset)) };
    segment.bytes += bytes;
    assert(segment.bytes >= 0, 'a segment has the bytes of its batches');
    this.#changed.set(segment.baseOffset, segment);
  }

  /** Segments that end from after `from` to `to` are done with: each joins the one before where both fit in one. [G-46] */
  join(from: number, to: number): void {
    const { segments } = this.#log;
    let at = segmentPlace(this.#log, from);
    let before = at > 0 ? this.#at(at - 1) : undefined;
    for (; at < segments.length - 1 && this.#at(at).nextOffset <= to; at += 1) {
      const segment = this.#at(at);
      if (before === undefined || !this.#fits(before, segment)) {
        before = segment;
        continue;
      }
      before = joined(before, segment);
      this.#changed.delete(segment.baseOffset);
      this.#changed.set(before.baseOffset, before);
      this.#joined.push(segment.baseOffset);
    }
  }

  /** What a joined segment held is its neighbour's before its own row goes. */
  writes(topicId: number, partition: number): Write[] {
    const writes: Write[] = [];
    for (const [baseOffset, segment] of this.#changed) {
      writes.push(put('segments', [topicId, partition, baseOffset], segmentRow(segment)));
    }
    for (const baseOffset of this.#joined) {
      writes.push(remove('segments', [topicId, partition, baseOffset]));
    }
    return writes;
  }

  #at(place: number): Segment {
    const segment = this.#log.segments[place];
    assert(segment !== undefined, 'the log has the segment');
    return this.#changed.get(segment.baseOffset) ?? segment;
  }

  /** Where retention counts too, no record is kept for longer because of it than `segmentMs` allows. */
  #fits(before: Segment, segment: Segment): boolean {
    const { segmentBytes, segmentMs, cleanupPolicy } = this.#config;
    if (before.bytes + segment.bytes > segmentBytes) return false;
    const spanMs = segment.lastAppendMs - before.firstAppendMs;
    return cleanupPolicy === 'compact' || spanMs < segmentMs;
  }
}

function joined(before: Segment, segment: Segment): Segment {
  return {
    ...before,
    nextOffset: segment.nextOffset,
    bytes: before.bytes + segment.bytes,
    lastAppendMs: segment.lastAppendMs,
    visibleMs: Math.max(before.visibleMs, segment.visibleMs),
    flaggedEnd: Math.max(before.flaggedEnd, segment.flaggedEnd),
  };
}
