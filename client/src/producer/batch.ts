// A batch on its way: records, who waits for their offsets, and its one outcome.

import {
  type BatchBuilder,
  LIMITS,
  MillraceError,
  type ProducerStamp,
  type RecordInput,
  stampProducer,
} from '@millrace/protocol';
import { unknownAfter } from '../net/resend.ts';
import type { BatchMemory } from './batch-memory.ts';
import type { Lane, Line } from './lane.ts';
import type { Places } from './places.ts';

/** Waits for the outcome of some records of one batch. */
export interface Receiver {
  appended(places: Places): void;
  failed(error: MillraceError): void;
}

export class Batch {
  readonly lane: Lane;
  /** By performance.now(). */
  readonly createdAt: number;
  readonly deadlineAt: number;
  /** Bytes it takes of the producer's buffer. */
  size = 0;
  attempts = 0;
  /** What went wrong last, for when time runs out. */
  lastError: MillraceError | undefined;
  /** To be appended only if the partition ends here. */
  expectedOffset: number | undefined;
  /** What its sequence counts in, once it has one. */
  line: Line | undefined;
  /** Among the batches of its lane that got a sequence. */
  place = 0;
  /** It is on its way: its outcome comes from there. */
  isSent = false;
  /** It was sent, and nobody knows whether it was appended. */
  isDoubtful = false;
  /** It was sent over a connection that is gone: it may still arrive. */
  isAdrift = false;
  /** A batch before it is missing, said the broker when it was sent last. */
  isOutOfOrder = false;
  private builder: BatchBuilder | undefined;
  private built: Uint8Array | undefined;
  private builtCount = 0;
  private stamp: ProducerStamp | undefined;
  private readonly receivers: Receiver[] = [];
  private readonly watchers: (() => void)[] = [];
  private hasOutcome = false;
  private isAppended = false;

  constructor(lane: Lane, builder: BatchBuilder, createdAt: number, deadlineAt: number) {
    this.lane = lane;
    this.builder = builder;
    this.createdAt = createdAt;
    this.deadlineAt = deadlineAt;
  }

  get isOpen(): boolean {
    return this.builder !== undefined;
  }

  get count(): number {
    return this.builder?.count ?? this.builtCount;
  }

  get sequence(): number | undefined {
    return this.line && this.stamp?.sequence;
  }

  get isSettled(): boolean {
    return this.hasOutcome;
  }

  /** Adds a record to the open batch; returns the bytes it took. */
  add(record: RecordInput, nowMs: number): number {
    const size = (this.builder as BatchBuilder).add(record, nowMs);
    const grown = size - this.size;
    this.size = size;
    return grown;
  }

  isFull(batchBytes: number): boolean {
    return this.size >= batchBytes || this.count >= LIMITS.batchRecordsMax;
  }

  expect(receiver: Receiver): void {
    this.receivers.push(receiver);
  }

  /** Ends the building; gives the builder back for another batch. */
  seal(stamp: ProducerStamp | undefined, memory: BatchMemory): BatchBuilder {
    const builder = this.builder as BatchBuilder;
    this.builtCount = builder.count;
    this.built = builder.build(stamp, (bytes) => memory.take(bytes));
    this.stamp = stamp;
    this.builder = undefined;
    return builder;
  }

  /** False where the batch was not built with this sequence, and has to be stamped anew. */
  number(line: Line, sequence: number): boolean {
    const { producerId, producerEpoch } = line.id;
    const { stamp } = this;
    this.line = line;
    if (
      stamp?.sequence === sequence &&
      stamp.producerId === producerId &&
      stamp.producerEpoch === producerEpoch
    )
      return true;
    this.stamp = { producerId, producerEpoch, sequence };
    stampProducer(this.bytes, this.stamp);
    return false;
  }

  get bytes(): Uint8Array {
    return this.built as Uint8Array;
  }

  appended(places: Places): void {
    if (!this.settle()) return;
    this.isAppended = true;
    for (const receiver of this.receivers) receiver.appended(places);
  }

  failed(error: MillraceError): void {
    if (!this.settle()) return;
    const told = this.isDoubtful ? whileInDoubt(error) : error;
    for (const receiver of this.receivers) receiver.failed(told);
  }

  /**
   * Its memory, where nothing reads that any more: the broker has all of what was sent once. Of a batch that was sent again, or that
   * failed, a copy may still wait for a socket. There are no bytes afterwards.
   */
  takeMemory(): Uint8Array | undefined {
    if (!this.isAppended || this.attempts > 0) return undefined;
    const { built } = this;
    this.built = undefined;
    return built;
  }

  settled(): Promise<void> {
    if (this.hasOutcome) return Promise.resolve();
    return new Promise((resolve) => this.watchers.push(resolve));
  }

  private settle(): boolean {
    if (this.hasOutcome) return false;
    this.hasOutcome = true;
    for (const watcher of this.watchers) watcher();
    return true;
  }
}

/** What a batch fails with whose time is over; `refusal`: why the broker lets nobody in. */
export function overdue(
  { lastError, isDoubtful }: Batch,
  refusal: MillraceError | undefined,
): MillraceError {
  const reason = refusal ?? lastError;
  if (!isDoubtful && reason !== undefined) return reason;
  const text = isDoubtful
    ? 'No outcome came within the delivery timeout: the batch may have been appended.'
    : 'The batch was not sent within its delivery timeout.';
  return new MillraceError('DEADLINE_EXCEEDED', text, {}, { cause: lastError });
}

/** What may have been appended may have been so whatever is said of it later, but where that tells. */
function whileInDoubt(error: MillraceError): MillraceError {
  if (error.code === 'DUPLICATE_SEQUENCE') return error;
  if (error.code !== 'UNKNOWN_PRODUCER') return unknownAfter(error);
  const text =
    'The broker has forgotten the producer: nobody can tell whether it appended the batch.';
  return new MillraceError('OUTCOME_UNKNOWN', text, {}, { cause: error });
}
