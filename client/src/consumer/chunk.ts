// Some messages of one partition in somebody's hand. As long as one is out, no other chunk of that partition is.

import type { LogRecord, MillraceError } from '@millrace/protocol';
import { type Message, RecordMessage } from '../message.ts';
import type { Claim } from './claim.ts';
import { InHand } from './in-hand.ts';

/** A message of a consumer. */
export interface ConsumerMessage<V> extends Message<V> {
  /**
   * Commits this message and all before it in its partition, in any commit mode. Throws FENCED_MEMBER_EPOCH where the
   * partition has gone to another member, and INVALID_REQUEST without a group.
   */
  commit(): Promise<void>;
}

/** Neighbouring messages of one partition, in order. */
export interface ConsumerBatch<V> {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Offset after the last record of the partition, as of the last fetch. */
  readonly endOffset: number;
  readonly messages: readonly ConsumerMessage<V>[];
  /** Commits all of it; see ConsumerMessage.commit. */
  commit(): Promise<void>;
}

export type CommitThrough<V> = (claim: Claim<V>, nextOffset: number) => Promise<void>;

/** What happens to a message whose value cannot be decoded, before it is handed out. Absent: it is handed out. */
export type OnUnreadable<V> = (error: MillraceError, message: ConsumerMessage<V>) => void;

export interface ChunkRules<V> {
  readonly commitThrough: CommitThrough<V>;
  readonly onUnreadable: OnUnreadable<V> | undefined;
  /** So many more offsets of the partition are processed. Absent: nobody wants to know. */
  readonly onProcessed?: ((claim: Claim<V>, count: number) => void) | undefined;
}

class ClaimedMessage<V> extends RecordMessage<V> implements ConsumerMessage<V> {
  declare protected readonly source: Chunk<V>;

  commit(): Promise<void> {
    return this.source.commitThrough(this.offset + 1);
  }
}

export class Chunk<V> extends InHand<V> {
  private records: readonly LogRecord[];
  private readonly nextOffset: number;
  private at = 0;

  constructor(
    claim: Claim<V>,
    taken: { records: readonly LogRecord[]; nextOffset: number },
    rules: ChunkRules<V>,
  ) {
    super(claim, rules);
    this.records = taken.records;
    this.nextOffset = taken.nextOffset;
    claim.steps += 1;
  }

  /** The partition was paused, sought, revoked or lost meanwhile: nothing more of this is handed out now. */
  get isStale(): boolean {
    const { state, isPaused } = this.claim;
    return this.isOutdated || state !== 'live' || isPaused;
  }

  /** The next message; what was handed out before is processed. Undefined at the end, or once stale. */
  next(): ConsumerMessage<V> | undefined {
    this.processedBefore();
    while (this.at < this.records.length && !this.isStale) {
      const message = new ClaimedMessage(this, this.records[this.at] as LogRecord);
      this.at += 1;
      this.claim.steps += 1;
      if (this.isReadable(message)) return message;
    }
    this.processedBefore();
    return undefined;
  }

  /** All of it at once. */
  all(): ConsumerBatch<V> | undefined {
    const { claim } = this;
    const messages: ConsumerMessage<V>[] = [];
    for (const record of this.records) {
      const message = new ClaimedMessage(this, record);
      if (this.isReadable(message)) messages.push(message);
    }
    this.at = this.records.length;
    const [first] = messages;
    if (first === undefined) return undefined;
    return {
      topic: claim.topic,
      partition: claim.partition,
      firstOffset: first.offset,
      lastOffset: (messages.at(-1) as ConsumerMessage<V>).offset,
      endOffset: claim.endOffset,
      messages,
      commit: () => this.commitThrough(this.nextOffset),
    };
  }

  /** Everything handed out so far is processed. */
  processedBefore(): void {
    if (this.at === 0) return;
    const isAll = this.at === this.records.length;
    const last = this.records[this.at - 1] as LogRecord;
    this.processedTo(isAll ? this.nextOffset : last.offset + 1);
  }

  /**
   * What was not handed out goes back; others may take the partition. The records are let go by hand: a chunk that the
   * collector has moved to its old generation keeps what it holds until the next full collection. Measured with 1 KiB
   * records: buffers of the network then pile up there, and a full collection comes for every 60 MB read.
   */
  release(): void {
    this.letGo(this.records.length - this.at);
    this.records = [];
    this.at = 0;
  }

  commitThrough(nextOffset: number): Promise<void> {
    return this.rules.commitThrough(this.claim, nextOffset);
  }
}
