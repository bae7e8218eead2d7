// Who waits for offsets: one message of `send`, or the messages of one `sendBatch` that fell into one batch.

import { MillraceError } from '@millrace/protocol';
import type { Batch, Receiver } from './batch.ts';
import type { Places, SentMessage } from './places.ts';

/** By position in the messages given. */
export interface SentBatch {
  readonly topic: string;
  readonly partitions: readonly number[];
  readonly offsets: readonly number[];
  /** Positions of messages that were not appended: their partitions and offsets are those of the ones before them. */
  readonly duplicates: readonly number[];
  /** With partition and offset it makes the message id; -1 where none was appended. */
  readonly topicId: number;
}

/** Some messages of a `sendBatch` were not appended, or nobody can tell. `code` is that of the first failure. */
export class SendBatchError extends MillraceError {
  /** By position in the messages given; -1 where it failed. */
  readonly offsets: readonly number[];
  readonly partitions: readonly number[];
  /** As of `SentBatch`. */
  readonly duplicates: readonly number[];
  readonly topicId: number;
  readonly failures: number;

  constructor(first: MillraceError, failures: number, sent: SentBatch) {
    const text = `${failures} of ${sent.offsets.length} messages failed: ${first.message}`;
    super(first.code, text, first.detail, { cause: first });
    this.offsets = sent.offsets;
    this.partitions = sent.partitions;
    this.duplicates = sent.duplicates;
    this.topicId = sent.topicId;
    this.failures = failures;
  }
}

export class MessageReceiver implements Receiver {
  private readonly topic: string;
  private readonly index: number;
  private readonly resolve: (sent: SentMessage) => void;
  private readonly reject: (error: MillraceError) => void;

  constructor(
    topic: string,
    index: number,
    resolve: (sent: SentMessage) => void,
    reject: (error: MillraceError) => void,
  ) {
    this.topic = topic;
    this.index = index;
    this.resolve = resolve;
    this.reject = reject;
  }

  appended(places: Places): void {
    this.resolve(places.sent(this.topic, this.index));
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
  readonly duplicates: number[] = [];
  readonly outcome: Promise<SentBatch>;
  topicId = -1;
  private settle: { resolve(sent: SentBatch): void; reject(error: MillraceError): void };
  private missing: number;
  private failures = 0;
  private firstError: MillraceError | undefined;

  constructor(topic: string, count: number) {
    this.topic = topic;
    // Ten times as fast as Array.from.
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
    const { topic, topicId, partitions, offsets } = this;
    const duplicates = this.duplicates.toSorted((one, other) => one - other);
    const sent = { topic, topicId, partitions, offsets, duplicates };
    if (this.firstError === undefined) this.settle.resolve(sent);
    else this.settle.reject(new SendBatchError(this.firstError, this.failures, sent));
  }
}

export class SliceReceiver implements Receiver {
  readonly batch: Batch;
  private readonly call: BatchCall;
  /** Position in the batch of the slice's first message. */
  private readonly index: number;
  /** Positions in the call, in the order of the slice, as runs: the first one and how many, again and again. */
  private readonly runs: number[] = [];
  private count = 0;

  constructor(call: BatchCall, batch: Batch, index: number) {
    this.call = call;
    this.batch = batch;
    this.index = index;
  }

  /** So many messages from this position of the call on are the next ones in the slice. */
  take(position: number, count: number): void {
    const { runs, call, batch } = this;
    const last = runs.length - 2;
    if (last >= 0 && (runs[last] as number) + (runs[last + 1] as number) === position)
      runs[last + 1] = (runs[last + 1] as number) + count;
    else runs.push(position, count);
    this.count += count;
    const { partition } = batch.lane;
    for (let at = position; at < position + count; at += 1) call.partitions[at] = partition;
  }

  appended(places: Places): void {
    this.call.topicId = places.topicId;
    if (places.duplicates === undefined) this.allAppended(places.baseOffset + this.index);
    else this.someAppended(places);
    this.call.arrived(this.count);
  }

  failed(error: MillraceError): void {
    this.call.arrived(this.count, error);
  }

  private allAppended(firstOffset: number): void {
    const { offsets } = this.call;
    let offset = firstOffset;
    for (let run = 0; run < this.runs.length; run += 2) {
      const from = this.runs[run] as number;
      const end = from + (this.runs[run + 1] as number);
      for (let position = from; position < end; position += 1) {
        offsets[position] = offset;
        offset += 1;
      }
    }
  }

  private someAppended(places: Places): void {
    const { offsets, partitions, duplicates } = this.call;
    let { index } = this;
    for (let run = 0; run < this.runs.length; run += 2) {
      const from = this.runs[run] as number;
      const end = from + (this.runs[run + 1] as number);
      for (let position = from; position < end; position += 1) {
        const { partition, offset, duplicate } = places.at(index);
        offsets[position] = offset;
        partitions[position] = partition;
        if (duplicate) duplicates.push(position);
        index += 1;
      }
    }
  }
}
