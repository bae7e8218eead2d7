// A batch on its way: records, who waits for their offsets, and its one outcome.

import {
  type BatchBuilder,
  LIMITS,
  type MillraceError,
  type RecordInput,
} from '@millrace/protocol';
import type { Lane } from './lane.ts';
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
  private builder: BatchBuilder | undefined;
  private built: Uint8Array | undefined;
  private readonly receivers: Receiver[] = [];
  private readonly watchers: (() => void)[] = [];
  private isSettled = false;

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
    return this.builder?.count ?? 0;
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
  seal(): BatchBuilder {
    const builder = this.builder as BatchBuilder;
    this.built = builder.build();
    this.builder = undefined;
    return builder;
  }

  get bytes(): Uint8Array {
    return this.built as Uint8Array;
  }

  appended(places: Places): void {
    if (!this.settle()) return;
    for (const receiver of this.receivers) receiver.appended(places);
  }

  failed(error: MillraceError): void {
    if (!this.settle()) return;
    for (const receiver of this.receivers) receiver.failed(error);
  }

  settled(): Promise<void> {
    if (this.isSettled) return Promise.resolve();
    return new Promise((resolve) => this.watchers.push(resolve));
  }

  private settle(): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    for (const watcher of this.watchers) watcher();
    return true;
  }
}
