// A log as anyone would first write it: a list of batches in segments. The real one has to agree with it.
import type { TopicConfig } from '../../src/index.ts';

export interface NaiveBatch {
  readonly baseOffset: number;
  readonly values: readonly string[];
  readonly bytes: number;
  readonly appendMs: number;
  /** When the last of its records becomes visible. */
  readonly visibleMs: number;
  /** Some record may be delayed or expire. */
  readonly isFlagged: boolean;
}

/** What the columns of a batch say: the longest delay of a record, and whether one may expire. */
export interface NaiveColumns {
  readonly delayMs: number;
  readonly expires: boolean;
}

const bytesOf = (batches: readonly NaiveBatch[]) =>
  batches.reduce((sum, batch) => sum + batch.bytes, 0);

export class NaiveLog {
  segments: NaiveBatch[][] = [];
  startOffset = 0;
  nextOffset = 0;
  durableEnd = 0;
  lastAppendMs = 0;

  append(
    values: readonly string[],
    bytes: number,
    nowMs: number,
    config: TopicConfig,
    { delayMs, expires }: NaiveColumns,
  ): void {
    const appendMs = Math.max(nowMs, this.lastAppendMs);
    const told = { visibleMs: appendMs + delayMs, isFlagged: delayMs > 0 || expires };
    const batch = { baseOffset: this.nextOffset, values, bytes, appendMs, ...told };
    const last = this.segments.at(-1);
    const first = last?.[0];
    const isFull = last !== undefined && bytesOf(last) + bytes > config.segmentBytes;
    const isOld = first !== undefined && appendMs - first.appendMs >= config.segmentMs;
    if (last === undefined || isFull || isOld) this.segments.push([batch]);
    else last.push(batch);
    this.nextOffset += values.length;
    this.lastAppendMs = appendMs;
  }

  /** All that can be removed now, at once. Of what lies before `ackedEnd` nobody has need. */
  retain(nowMs: number, { retentionMs, retentionBytes }: TopicConfig, ackedEnd = 0): void {
    for (;;) {
      const [first, ...others] = this.segments;
      const youngest = first?.at(-1);
      if (first === undefined || youngest === undefined) return;
      const end = youngest.baseOffset + youngest.values.length;
      if (end > this.durableEnd) return;
      const isOld =
        retentionMs !== -1 && first.every(({ visibleMs }) => nowMs - visibleMs >= retentionMs);
      const kept = bytesOf(others.flat());
      const isSurplus = retentionBytes !== -1 && others.length > 0 && kept >= retentionBytes;
      if (!isOld && !isSurplus && end > ackedEnd) return;
      this.segments = others;
      this.startOffset = end;
    }
  }

  /** Offset after the last flagged batch that is left. */
  get flaggedEnd(): number {
    const last = this.batches.findLast(({ isFlagged }) => isFlagged);
    return last === undefined ? 0 : last.baseOffset + last.values.length;
  }

  get batches(): readonly NaiveBatch[] {
    return this.segments.flat();
  }

  /** Offset and value of every record from the batch that holds `offset` on, as far as batches fit. */
  read(offset: number, bytesMax: number): [number, string][] | 'out of range' {
    if (offset < this.startOffset || offset > this.durableEnd) return 'out of range';
    const found: [number, string][] = [];
    let bytes = 0;
    for (const batch of this.batches) {
      if (batch.baseOffset + batch.values.length <= offset) continue;
      if (batch.baseOffset >= this.durableEnd || offset === this.durableEnd) break;
      if (found.length > 0 && bytes + batch.bytes > bytesMax) break;
      bytes += batch.bytes;
      batch.values.forEach((value, i) => {
        found.push([batch.baseOffset + i, value]);
      });
    }
    return found;
  }

  find(timeMs: number): { offset: number; timestampMs: number } {
    const batch = this.batches.find(({ appendMs }) => appendMs >= timeMs);
    if (batch === undefined || batch.baseOffset >= this.durableEnd) {
      return { offset: this.durableEnd, timestampMs: -1 };
    }
    return { offset: batch.baseOffset, timestampMs: batch.appendMs };
  }
}
