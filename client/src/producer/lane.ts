// The batches of one partition: one open, some waiting, some on their way. It keeps their order and gives them their
// sequences: what comes back is sent again before all others, once nothing of the partition is on its way.

import type { ProducerStamp } from '@millrace/protocol';
import { Fifo } from '../fifo.ts';
import type { Batch } from './batch.ts';
import type { ProducerId } from './identity.ts';

export interface LaneOwner {
  openBatch(lane: Lane): Batch;
  /** Builds the batch and takes its builder back. */
  sealBatch(batch: Batch, stamp: ProducerStamp | undefined): void;
}

/** What sequences count in: an epoch of the producer in a partition of a topic. */
export interface Line {
  readonly id: ProducerId;
  readonly topicId: number;
}

/** Sequences begin anew behind 2^31 - 1. */
const SEQUENCE_MASK = 0x7fff_ffff;

function after(sequence: number, { count }: Batch): number {
  return (sequence + count) & SEQUENCE_MASK;
}

/** Among sequences of batches that were on their way together. */
function isBefore(sequence: number, other: number | undefined): boolean {
  return other !== undefined && ((sequence - other) & SEQUENCE_MASK) > SEQUENCE_MASK / 2;
}

export class Lane {
  readonly topic: string;
  readonly partition: number;
  /** No batch is sent before this time (performance.now()): one is to be sent again. */
  blockedUntil = 0;
  /** The batch that still takes records. */
  open: Batch | undefined;
  private readonly owner: LaneOwner;
  private readonly sealed = new Fifo<Batch>();
  /** In the order in which they were sent. Those that came back wait here for the others. */
  private sent: Batch[] = [];
  private isHeld = false;
  private line: Line | undefined;
  /** Of the next batch that gets one. */
  private nextSequence = 0;
  /** Of the next batch that is sealed, if none before it fails. */
  private sealSequence = 0;
  /** Of a batch that was refused for good: those behind it are in its place. */
  private gapAt: number | undefined;
  private places = 0;

  constructor(owner: LaneOwner, topic: string, partition: number) {
    this.owner = owner;
    this.topic = topic;
    this.partition = partition;
  }

  get isIdle(): boolean {
    return this.open === undefined && this.sent.length === 0 && this.sealed.length === 0;
  }

  /** Whether a batch can be taken whatever the linger time. */
  get hasSealed(): boolean {
    return this.sealed.length > 0;
  }

  /** The next batch may have been appended: only the epoch it was sent in can tell. */
  get isDoubtful(): boolean {
    this.dropSettled();
    return this.sealed.peek()?.isDoubtful ?? false;
  }

  /** Full batches follow each other; one that could still grow waits until nothing is on its way. */
  mayTake(inFlightMax: number): boolean {
    if (this.isHeld) return false;
    const [oldest] = this.sent;
    if (oldest === undefined) return true;
    if (!this.hasSealed) return false;
    // Those between that have their outcome count too: the broker remembers no more behind the oldest one.
    return this.sent.length < inFlightMax && this.nextPlace - oldest.place < inFlightMax;
  }

  /** Place of the next batch among all that got a sequence. */
  private get nextPlace(): number {
    const next = this.sealed.peek();
    return next?.line !== undefined && next.line === this.line ? next.place : this.places;
  }

  openBatch(): Batch {
    this.open ??= this.owner.openBatch(this);
    return this.open;
  }

  seal(): void {
    const batch = this.open;
    if (batch === undefined) return;
    this.open = undefined;
    const stamp = this.line && stampOf(this.line.id, this.sealSequence);
    this.sealSequence = after(this.sealSequence, batch);
    this.owner.sealBatch(batch, stamp);
    this.sealed.push(batch);
  }

  /** The next batch to send; what is open is sealed for it. */
  take(): Batch | undefined {
    this.dropSettled();
    if (!this.hasSealed) this.seal();
    const batch = this.sealed.shift();
    if (batch === undefined) return undefined;
    batch.isSent = true;
    this.sent.push(batch);
    return batch;
  }

  /** False: what is on its way belongs to another line, and has to come back first. */
  mayBegin(topicId: number): boolean {
    return this.sent.length === 0 || this.line === undefined || this.line.topicId === topicId;
  }

  /** Gives a batch that was taken its sequence, unless it has one of this line. */
  number(batch: Batch, id: ProducerId, topicId: number): void {
    if (this.line?.id !== id || this.line.topicId !== topicId) {
      this.line = { id, topicId };
      this.nextSequence = 0;
    }
    if (batch.line === this.line) return;
    batch.place = this.places;
    this.places += 1;
    const isAsBuilt = batch.number(this.line, this.nextSequence);
    this.nextSequence = after(this.nextSequence, batch);
    if (!isAsBuilt) this.expectSequence();
  }

  /** The batch is to be sent again, before all that was sent behind it. */
  putBack(batch: Batch, blockedUntil: number): void {
    batch.isSent = false;
    this.isHeld = true;
    this.blockedUntil = Math.max(this.blockedUntil, blockedUntil);
  }

  /** The batch has its outcome. */
  done(batch: Batch): void {
    this.sent = this.sent.filter((other) => other !== batch);
  }

  /** The batch was refused for good, as it was sent: its sequence is free again. */
  free(batch: Batch): void {
    const { sequence } = batch;
    if (batch.line !== this.line || sequence === undefined) return;
    if (this.gapAt === undefined || isBefore(sequence, this.gapAt)) this.gapAt = sequence;
    this.isHeld = true;
  }

  /**
   * Once nothing is on its way, what came back waits in front again. The batches that came back, or undefined where it is
   * not time yet.
   */
  resume(): readonly Batch[] | undefined {
    if (!this.isHeld || this.sent.some((batch) => batch.isSent)) return undefined;
    const back = this.sent;
    this.sent = [];
    this.isHeld = false;
    for (const batch of back.toReversed()) this.sealed.unshift(batch);
    return back;
  }

  /** Where a batch was refused for good: those behind it, which were refused too, get other sequences. */
  closeGap(back: readonly Batch[]): void {
    if (this.gapAt === undefined) return;
    const { gapAt } = this;
    this.nextSequence = gapAt;
    this.gapAt = undefined;
    for (const batch of back) if (isBefore(gapAt, batch.sequence)) batch.line = undefined;
  }

  get hasGap(): boolean {
    return this.gapAt !== undefined;
  }

  private expectSequence(): void {
    this.sealSequence = this.nextSequence;
    for (const batch of this.sealed) {
      if (batch.line !== this.line) this.sealSequence = after(this.sealSequence, batch);
    }
  }

  /** Those that waited for too long, or for nothing. */
  private dropSettled(): void {
    while (this.sealed.peek()?.isSettled) this.sealed.shift();
  }
}

function stampOf({ producerId, producerEpoch }: ProducerId, sequence: number): ProducerStamp {
  return { producerId, producerEpoch, sequence };
}
