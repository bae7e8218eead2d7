// One partition whose messages are worked on side by side: which may begin, and up to where all are processed.
// It runs no handler.

import type { LogRecord } from '@millrace/protocol';
import { Fifo } from '../fifo.ts';
import { RecordMessage } from '../message.ts';
import type { ChunkRules, ConsumerMessage } from './chunk.ts';
import type { Claim } from './claim.ts';
import type { Delivery } from './delivery.ts';
import { InHand } from './in-hand.ts';

/** Whose messages follow each other: those of a key, or nobody's. */
export type SideBySide = 'key' | 'none';

export interface Window {
  /** Offsets of a partition that may be in hand, or processed behind one that is not, at most. */
  readonly messages: number;
  /** Bytes that all partitions may have so. */
  readonly bytes: number;
}

/** What is held by all partitions of a run. */
export interface Held {
  bytes: number;
}

/** Records are decoded so many at a time. */
const TAKE_MESSAGES = 500;

/** One message in hand, or waiting for its key. */
export class Job<V> extends RecordMessage<V> implements ConsumerMessage<V> {
  readonly laneKey: string | undefined;
  readonly bytes: number;
  /** The offset to commit once all up to this one are processed. */
  readonly nextOffset: number;
  isDone = false;
  declare protected readonly source: OpenPartition<V>;

  constructor(
    source: OpenPartition<V>,
    record: LogRecord,
    nextOffset: number,
    laneKey: string | undefined,
  ) {
    super(source, record);
    this.nextOffset = nextOffset;
    this.laneKey = laneKey;
    this.bytes = (record.key?.length ?? 0) + (record.value?.length ?? 0);
  }

  get owner(): OpenPartition<V> {
    return this.source;
  }

  /** This message is done. What is committed ends before the first one that is not. */
  commit(): Promise<void> {
    return this.source.commit(this);
  }
}

export class OpenPartition<V> extends InHand<V> {
  /** Messages in handlers. */
  inFlight = 0;
  /** Nothing new is taken up: others have their turn. */
  isRetiring = false;
  private readonly delivery: Delivery<V>;
  private readonly ordering: SideBySide;
  private readonly window: Window;
  private readonly held: Held;
  private records: readonly LogRecord[] = [];
  private at = 0;
  private endOfRecords = -1;
  /** From the first that is not processed on. */
  private readonly jobs = new Fifo<Job<V>>();
  /** Of each key that is in a handler: those that wait for it. */
  private readonly lanes = new Map<string, Fifo<Job<V>>>();
  /** Their key has become free. */
  private readonly freed = new Fifo<Job<V>>();
  private waiting = 0;

  constructor(
    claim: Claim<V>,
    delivery: Delivery<V>,
    rules: ChunkRules<V>,
    options: { ordering: SideBySide; window: Window; held: Held },
  ) {
    super(claim, rules);
    this.delivery = delivery;
    this.ordering = options.ordering;
    this.window = options.window;
    this.held = options.held;
    claim.isResting = true;
  }

  protected override lost(reason: Error): void {
    super.lost(reason);
    this.delivery.nudge();
  }

  /** Nothing of it runs, and nothing more will. */
  get isOver(): boolean {
    if (this.inFlight > 0) return false;
    if (this.isStale) return true;
    if (this.waiting > 0) return false;
    return this.isRetiring || this.claim.isPaused || !this.hasRecords;
  }

  /** The next message that may begin. */
  next(): Job<V> | undefined {
    if (this.isStale || this.claim.isPaused) return undefined;
    const freed = this.freed.shift();
    if (freed !== undefined) {
      this.waiting -= 1;
      return this.begin(freed);
    }
    while (!this.isRetiring && this.hasRoom) {
      const job = this.read();
      if (job === undefined) return undefined;
      if (!this.isReadable(job)) this.settle(job);
      else if (!this.queue(job)) return this.begin(job);
    }
    return undefined;
  }

  /** The handler has returned. */
  processed(job: Job<V>): void {
    this.ended();
    this.settle(job);
    if (job.laneKey === undefined) return;
    const next = this.lanes.get(job.laneKey)?.shift();
    if (next === undefined) this.lanes.delete(job.laneKey);
    else this.freed.push(next);
  }

  /** The handler has failed: the message, and what waits for its key, stays unprocessed. */
  failed(): void {
    this.ended();
  }

  async commit(job: Job<V>): Promise<void> {
    this.settle(job);
    if (this.claim.processed >= 0) await this.rules.commitThrough(this.claim, this.claim.processed);
  }

  /** What did not begin goes back; others may have the partition. */
  release(): void {
    for (const { bytes } of this.jobs.drain()) this.held.bytes -= bytes;
    this.claim.isResting = false;
    this.letGo(this.records.length - this.at);
    this.delivery.offer(this.claim);
  }

  /** The partition was sought, revoked or lost meanwhile. */
  private get isStale(): boolean {
    return this.isOutdated || this.claim.state !== 'live';
  }

  private get hasRecords(): boolean {
    return this.at < this.records.length || this.claim.hasData;
  }

  private get hasRoom(): boolean {
    const { length } = this.jobs;
    return length === 0 || (length < this.window.messages && this.held.bytes < this.window.bytes);
  }

  private read(): Job<V> | undefined {
    if (this.at === this.records.length && !this.take()) return undefined;
    const record = this.records[this.at] as LogRecord;
    this.at += 1;
    const nextOffset = this.records[this.at]?.offset ?? this.endOfRecords;
    const laneKey =
      this.ordering === 'key' && record.key !== null
        ? Buffer.from(record.key.buffer, record.key.byteOffset, record.key.length).toString(
            'latin1',
          )
        : undefined;
    const job = new Job(this, record, nextOffset, laneKey);
    this.jobs.push(job);
    this.held.bytes += job.bytes;
    return job;
  }

  private take(): boolean {
    const taken = this.delivery.takeFrom(this.claim, TAKE_MESSAGES);
    this.records = taken?.records ?? [];
    this.at = 0;
    this.endOfRecords = taken?.nextOffset ?? -1;
    return this.records.length > 0;
  }

  /** True where the message has to wait for one of its key. */
  private queue(job: Job<V>): boolean {
    if (job.laneKey === undefined) return false;
    const lane = this.lanes.get(job.laneKey);
    if (lane === undefined) {
      this.lanes.set(job.laneKey, new Fifo());
      return false;
    }
    lane.push(job);
    this.waiting += 1;
    return true;
  }

  private begin(job: Job<V>): Job<V> {
    this.inFlight += 1;
    this.claim.isResting = false;
    this.claim.steps += 1;
    return job;
  }

  private ended(): void {
    this.inFlight -= 1;
    this.claim.isResting = this.inFlight === 0;
    this.claim.steps += 1;
  }

  /** One more is processed: all up to the first that is not can be committed. */
  private settle(job: Job<V>): void {
    job.isDone = true;
    let next = -1;
    for (let first = this.jobs.peek(); first?.isDone; first = this.jobs.peek()) {
      this.jobs.shift();
      this.held.bytes -= first.bytes;
      next = first.nextOffset;
    }
    this.processedTo(next);
  }
}
