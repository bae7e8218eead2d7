// The batches of one partition: one open, some waiting, one at the broker. One at a time is what keeps their order.

import { Fifo } from '../fifo.ts';
import type { Batch } from './batch.ts';

export interface LaneOwner {
  openBatch(lane: Lane): Batch;
  /** Builds the batch and takes its builder back. */
  sealBatch(batch: Batch): void;
}

export class Lane {
  readonly topic: string;
  readonly partition: number;
  /** The batch at the broker. */
  outstanding: Batch | undefined;
  /** No batch is sent before this time (performance.now()): the last one is to be sent again. */
  blockedUntil = 0;
  /** The batch that still takes records. */
  open: Batch | undefined;
  private readonly owner: LaneOwner;
  private readonly sealed = new Fifo<Batch>();

  constructor(owner: LaneOwner, topic: string, partition: number) {
    this.owner = owner;
    this.topic = topic;
    this.partition = partition;
  }

  get isIdle(): boolean {
    return this.open === undefined && this.outstanding === undefined && this.sealed.length === 0;
  }

  /** Whether a batch can be taken whatever the linger time. */
  get hasSealed(): boolean {
    return this.sealed.length > 0;
  }

  openBatch(): Batch {
    this.open ??= this.owner.openBatch(this);
    return this.open;
  }

  seal(): void {
    const batch = this.open;
    if (batch === undefined) return;
    this.open = undefined;
    this.owner.sealBatch(batch);
    this.sealed.push(batch);
  }

  /** The next batch to send; what is open is sealed for it. */
  take(): Batch | undefined {
    if (!this.hasSealed) this.seal();
    this.outstanding = this.sealed.shift();
    return this.outstanding;
  }

  /** The outstanding batch is to be sent again, before all others. */
  putBack(batch: Batch, blockedUntil: number): void {
    this.outstanding = undefined;
    this.blockedUntil = blockedUntil;
    this.sealed.unshift(batch);
  }

  done(): void {
    this.outstanding = undefined;
  }
}
