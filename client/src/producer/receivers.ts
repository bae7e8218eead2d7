// Who waits for offsets: one message of `send`, or the messages of one `sendBatch` that fell into one batch.

import { MillraceError } from '@millrace/protocol';
import type { Batch, Receiver } from './batch.ts';

export interface SentMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** When the broker appended it, ms since 1970. */
  readonly timestampMs: number;
}

/** By position in the messages given. */
export interface SentBatch {
  readonly topic: string;
  readonly partitions: readonly number[];
  readonly offsets: readonly number[];
}

/** Some messages of a `sendBatch` were not appended, or nobody can tell. `code` is that of the first failure. */
export class SendBatchError extends MillraceError {
  /** By position in the messages given; -1 where it failed. */
  readonly offsets: readonly number[];
  readonly partitions: readonly number[];
  readonly failures: number;

  constructor(first: MillraceError, failures: number, sent: SentBatch) {
    const text = `${failures} of ${sent.offsets.length} messages failed: ${first.message}`;
    super(first.code, text, first.detail, { cause: first });
    this.offsets = sent.offsets;
    this.partitions = sent.partitions;
    this.failures = failures;
  }
}

export class MessageReceiver implements Receiver {
  private readonly topic: string;
  private readonly partition: number;
  private readonly index: number;
  private readonly resolve: (sent: SentMessage) => void;
  private readonly reject: (error: MillraceError) => void;

  constructor(
    topic: string,
    partition: number,
    index: number,
    resolve: (sent: SentMessage) => void,
    reject: (error: MillraceError) => void,
  ) {
    this.topic = topic;
    this.partition = partition;
    this.index = index;
    this.resolve = resolve;
    this.reject = reject;
  }

  appended(baseOffset: number, timestampMs: number): void {
    const { topic, partition } = this;
    this.resolve({ topic, partition, offset: baseOffset + this.index, timestampMs });
  }

  failed(error: MillraceError): void {
    this.reject(error);
  }
}

/** One call of `sendBatch`: it has its outcome once all its slices have theirs. */
export class BatchCall {
  readonly topic: string;
  readonly offsets: number[] = [];
  readonly partitions: number[];
  readonly outcome: Promise<SentBatch>;
  private settle: { resolve(sent: SentBatch): void; reject(error: MillraceError): void };
  private missing: number;
  private failures = 0;
  private firstError: MillraceError | undefined;

  constructor(topic: string, count: number) {
    this.topic = topic;
    for (let at = 0; at < count; at += 1) this.offsets.push(-1);
    this.partitions = this.offsets.slice();
    this.missing = count;
    let settle: BatchCall['settle'] | undefined;
    this.outcome = new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
    this.settle = settle as unknown as BatchCall['settle'];
  }

  /** `count` messages have their outcome. */
  arrived(count: number, error?: MillraceError): void {
    this.missing -= count;
    if (error !== undefined) {
      this.failures += count;
      this.firstError ??= error;
    }
    if (this.missing > 0) return;
    const { topic, partitions, offsets } = this;
    const sent = { topic, partitions, offsets };
    if (this.firstError === undefined) this.settle.resolve(sent);
    else this.settle.reject(new SendBatchError(this.firstError, this.failures, sent));
  }
}

export class SliceReceiver implements Receiver {
  readonly batch: Batch;
  private readonly call: BatchCall;
  /** Position in the batch of the slice's first message. */
  private readonly index: number;
  /** Positions in the call, by position in the slice. */
  readonly positions: number[] = [];

  constructor(call: BatchCall, batch: Batch, index: number) {
    this.call = call;
    this.batch = batch;
    this.index = index;
  }

  appended(baseOffset: number): void {
    const { offsets } = this.call;
    let offset = baseOffset + this.index;
    for (const position of this.positions) {
      offsets[position] = offset;
      offset += 1;
    }
    this.call.arrived(this.positions.length);
  }

  failed(error: MillraceError): void {
    this.call.arrived(this.positions.length, error);
  }
}
