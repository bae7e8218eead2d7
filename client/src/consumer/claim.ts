// One partition while this consumer reads it: where it is, what is prefetched, what is in hand.
// It asks nobody: the fetcher fills it, the delivery empties it.

import {
  type BatchHeader,
  BatchRecords,
  batchHeader,
  type LogRecord,
  type MillraceError,
  verifyBatch,
} from '@millrace/protocol';
import type { Codec } from '../codecs.ts';
import { Fifo } from '../fifo.ts';
import { Bell } from '../wait.ts';
import type { PartitionName } from './claims.ts';
import type { FetchBudget } from './fetch-budget.ts';

export type ClaimState =
  /** Its position is being asked for. */
  | 'starting'
  | 'live'
  /** The group wants it back: what is in hand is finished, nothing new begins. */
  | 'revoking'
  /** Given back or lost. */
  | 'gone';

/** A batch that was fetched. */
interface Fetched {
  readonly bytes: Uint8Array;
  /** The offset after it. */
  readonly end: number;
  /** Its header, where all of it was checked: that is not done twice. */
  readonly verified: BatchHeader | undefined;
}

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
  /** Not fetched before this time, by performance.now(). */
  retryAt = 0;
  /** Something of it is in hand. */
  isBusy = false;
  /** What is in hand waits for others: it is nobody's slowness. */
  isResting = false;
  /** Grows with everything that is handed out: as long as it does, processing goes on. */
  steps = 0;
  /** Tells whoever has some of it in hand that it is lost. */
  onLost: ((reason: MillraceError) => void) | undefined;
  /** Rings when nothing is in hand any more. */
  readonly becameIdle = new Bell();
  private readonly batches = new Fifo<Fetched>();
  private records: readonly LogRecord[] = [];
  private cursor = 0;
  /** Records before this offset were handed out already, or are not wanted. */
  private nextOffset = -1;
  private waitingBytes = 0;
  /** Of the batches that the decoded records are views of. */
  private decodedBytes = 0;
  private readonly budget: FetchBudget;

  constructor({ topic, topicId, partition }: PartitionName, codec: Codec<V>, budget: FetchBudget) {
    this.topic = topic;
    this.topicId = topicId;
    this.partition = partition;
    this.codec = codec;
    this.budget = budget;
  }

  /** Fetched and not yet decoded. */
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
    this.budget.letGo(this.waitingBytes);
    this.waitingBytes = 0;
    this.forgetRecords();
  }

  /** Gives up what was fetched last, down to so many bytes: it is asked for again. True where there was more. */
  trim(bytesMax: number): boolean {
    if (this.waitingBytes <= bytesMax) return false;
    const before = this.waitingBytes;
    this.waitingBytes = 0;
    this.fetchOffset = this.nextOffset;
    for (const batch of this.batches.drain()) {
      if (this.waitingBytes + batch.bytes.length > bytesMax) break;
      this.keep(batch);
    }
    this.budget.letGo(before - this.waitingBytes);
    return true;
  }

  /** Takes fetched batches. Throws CORRUPT_BATCH; what came before the corrupt one is kept. */
  fill(batches: readonly Uint8Array[], verify: boolean): void {
    for (const bytes of batches) {
      const verified = verify ? verifyBatch(bytes) : undefined;
      const end = endOf(verified ?? batchHeader(bytes));
      if (end <= this.fetchOffset) continue;
      this.keep({ bytes, end, verified });
      this.budget.hold(bytes.length);
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

  /** Nothing is in hand: buffers whose records were all handed out are let go. */
  settle(): void {
    if (this.cursor === this.records.length) this.forgetRecords();
  }

  private keep(batch: Fetched): void {
    this.batches.push(batch);
    this.waitingBytes += batch.bytes.length;
    this.fetchOffset = batch.end;
  }

  private forgetRecords(): void {
    this.records = [];
    this.cursor = 0;
    this.budget.letGo(this.decodedBytes);
    this.decodedBytes = 0;
  }

  private decode(): void {
    this.forgetRecords();
    let records: LogRecord[] = [];
    while (records.length < DECODE_TOGETHER) {
      const batch = this.batches.peek();
      if (batch === undefined) break;
      let more: LogRecord[];
      try {
        more = new BatchRecords(batch.bytes, batch.verified).read({ from: this.nextOffset });
      } catch (error) {
        // What came before it is handed out first.
        if (records.length > 0) break;
        throw error;
      }
      this.batches.shift();
      this.waitingBytes -= batch.bytes.length;
      this.decodedBytes += batch.bytes.length;
      this.nextOffset = batch.end;
      records = records.length === 0 ? more : records.concat(more);
    }
    this.records = records;
  }
}

function endOf({ baseOffset, lastOffsetDelta }: BatchHeader): number {
  return baseOffset + lastOffsetDelta + 1;
}
