// One partition while this consumer reads it: where it is, what is prefetched, what is in hand.
// It asks nobody: the fetcher fills it, the delivery empties it.

import {
  batchHeader,
  type LogRecord,
  type MillraceError,
  readRecords,
  verifyBatch,
} from '@millrace/protocol';
import type { Codec } from '../codecs.ts';
import { Fifo } from '../fifo.ts';
import { Bell } from '../wait.ts';

export type ClaimState =
  /** Its position is being asked for. */
  | 'starting'
  | 'live'
  /** The group wants it back: what is in hand is finished, nothing new begins. */
  | 'revoking'
  /** Given back or lost. */
  | 'gone';

/** Small stored batches are decoded together up to this many records. */
const DECODE_TOGETHER = 500;

export class Claim<V> {
  readonly topic: string;
  readonly topicId: number;
  readonly partition: number;
  readonly codec: Codec<V>;
  state: ClaimState = 'starting';
  /** Grows when what was fetched or handed out before no longer counts. */
  version = 0;
  /** The next offset to ask for. */
  fetchOffset = -1;
  /** The offset the caller named to read from; -1: none. Past the end it is a mistake, not a gap. */
  named = -1;
  /** The next offset to commit: all before it are processed. */
  processed = -1;
  /** The offset committed last; -1: none. */
  committed = -1;
  /** Offset after the last record of the partition, as of the last fetch; -1: not known. */
  endOffset = -1;
  isPaused = false;
  isFetching = false;
  /** Not fetched before this time, by performance.now(). */
  retryAt = 0;
  /** Something of it is in hand. */
  isBusy = false;
  /** Grows with everything that is handed out: as long as it does, processing goes on. */
  steps = 0;
  /** Tells whoever has some of it in hand that it is lost. */
  onLost: ((reason: MillraceError) => void) | undefined;
  /** Rings when nothing is in hand any more. */
  readonly becameIdle = new Bell();
  private readonly batches = new Fifo<Uint8Array>();
  private records: readonly LogRecord[] = [];
  private cursor = 0;
  /** Records before this offset were handed out already, or are not wanted. */
  private nextOffset = -1;
  private waitingBytes = 0;

  constructor(topic: string, topicId: number, partition: number, codec: Codec<V>) {
    this.topic = topic;
    this.topicId = topicId;
    this.partition = partition;
    this.codec = codec;
  }

  get bufferedBytes(): number {
    return this.waitingBytes;
  }

  get hasData(): boolean {
    return this.cursor < this.records.length || this.batches.length > 0;
  }

  /** Reads on from an offset; what was fetched before is dropped. */
  moveTo(offset: number): void {
    this.drop();
    this.fetchOffset = offset;
    this.nextOffset = offset;
    this.processed = offset;
    this.retryAt = 0;
    if (this.state === 'starting') this.state = 'live';
  }

  /** Another member has it, or may have it. */
  lose(reason: MillraceError): void {
    this.state = 'gone';
    this.drop();
    this.onLost?.(reason);
  }

  /** Resolves once nothing of it is in hand. */
  async idle(): Promise<void> {
    while (this.isBusy) await this.becameIdle.wait();
  }

  /** What was fetched or is in hand no longer counts. */
  drop(): void {
    this.version += 1;
    this.batches.drain();
    this.records = [];
    this.cursor = 0;
    this.waitingBytes = 0;
  }

  /** Takes fetched batches. Throws CORRUPT_BATCH; what came before the corrupt one is kept. */
  fill(batches: readonly Uint8Array[], verify: boolean): void {
    for (const batch of batches) {
      const { baseOffset, lastOffsetDelta } = verify ? verifyBatch(batch) : batchHeader(batch);
      const end = baseOffset + lastOffsetDelta + 1;
      if (end <= this.fetchOffset) continue;
      this.batches.push(batch);
      this.waitingBytes += batch.length;
      this.fetchOffset = end;
    }
  }

  /**
   * The next records, at most `max`, and the offset after them. Undefined where none are left.
   * Throws CORRUPT_BATCH.
   */
  take(max: number): { records: readonly LogRecord[]; nextOffset: number } | undefined {
    if (this.cursor === this.records.length) this.decode();
    if (this.cursor === this.records.length) return undefined;
    const end = Math.min(this.records.length, this.cursor + max);
    const records =
      end - this.cursor === this.records.length
        ? this.records
        : this.records.slice(this.cursor, end);
    this.cursor = end;
    const isLast = end === this.records.length;
    const nextOffset = isLast ? this.nextOffset : (this.records[end] as LogRecord).offset;
    return { records, nextOffset };
  }

  /** Gives back the records taken last, as many as `count`. */
  untake(count: number): void {
    this.cursor -= count;
  }

  private decode(): void {
    let records: LogRecord[] = [];
    while (records.length < DECODE_TOGETHER) {
      const batch = this.batches.shift();
      if (batch === undefined) break;
      this.waitingBytes -= batch.length;
      const more = readRecords(batch, { from: this.nextOffset });
      const { baseOffset, lastOffsetDelta } = batchHeader(batch);
      this.nextOffset = baseOffset + lastOffsetDelta + 1;
      records = records.length === 0 ? more : records.concat(more);
    }
    this.records = records;
    this.cursor = 0;
  }
}
