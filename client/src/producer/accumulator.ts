// What the producer has taken and what has no outcome yet: lanes by topic, batches, builders, bytes.
// It never waits: who calls asks for room first.

import {
  BatchBuilder,
  type CodecName,
  MillraceError,
  type ProducerStamp,
  type RecordInput,
} from '@millrace/protocol';
import { Deadlines } from '../deadlines.ts';
import type { TopicInfo } from '../metadata.ts';
import type { Link } from '../net/link.ts';
import { Bell } from '../wait.ts';
import { Batch, overdue } from './batch.ts';
import { batchMemory } from './batch-memory.ts';
import type { Lane, LaneOwner } from './lane.ts';
import type { SentMessage } from './places.ts';
import { type BatchCall, MessageReceiver, SliceReceiver } from './receivers.ts';
import { TopicLanes } from './topic-lanes.ts';

export interface AccumulatorOptions {
  readonly compression: CodecName;
  readonly batchBytes: number;
  readonly maxBufferedBytes: number;
  readonly deliveryTimeoutMs: number;
}

const BUILDERS_KEPT_MAX = 64;
/** Of what they keep together; one more is let go. */
const BUILDERS_KEPT_BYTES_MAX = 16 * 1024 * 1024;

export class Accumulator implements LaneOwner {
  /** Rings whenever bytes are given back. */
  readonly room = new Bell();
  private readonly options: AccumulatorOptions;
  private readonly link: Pick<Link, 'loginRefusal'>;
  private readonly onNews: (lane: Lane) => void;
  private readonly topics = new Map<string, TopicLanes>();
  /** Oldest first: so the deadlines come in this order too. */
  private readonly batches = new Set<Batch>();
  private readonly deadlines = new Deadlines(() => this.sweep());
  private readonly builders: BatchBuilder[] = [];
  private builderBytes = 0;
  private bytes = 0;
  private isClosed = false;

  constructor(
    options: AccumulatorOptions,
    link: Pick<Link, 'loginRefusal'>,
    onNews: (lane: Lane) => void,
  ) {
    this.options = options;
    this.link = link;
    this.onNews = onNews;
  }

  get bufferedBytes(): number {
    return this.bytes;
  }

  get hasRoom(): boolean {
    return this.bytes < this.options.maxBufferedBytes;
  }

  append(
    info: TopicInfo,
    record: RecordInput,
    partition: number | undefined,
  ): Promise<SentMessage> {
    return new Promise((resolve, reject) => {
      const topic = this.lanesOf(info);
      const lane = topic.pick(record.key, partition);
      const batch = this.addTo(lane, record, Date.now());
      if (batch !== topic.sticky) topic.noteSticky(batch, record.key, partition);
      const index = batch.count - 1;
      batch.expect(new MessageReceiver(info.name, index, resolve, reject));
      this.sealIfFull(lane);
      this.onNews(lane);
    });
  }

  /** As a batch of its own, appended only where the partition ends at `expectedOffset`. */
  appendAlone(
    info: TopicInfo,
    record: RecordInput,
    partition: number,
    expectedOffset: number,
  ): Promise<SentMessage> {
    return new Promise((resolve, reject) => {
      const lane = this.lanesOf(info).pick(record.key, partition);
      lane.seal();
      const batch = this.addTo(lane, record, Date.now());
      batch.expectedOffset = expectedOffset;
      batch.expect(new MessageReceiver(info.name, 0, resolve, reject));
      lane.seal();
      this.onNews(lane);
    });
  }

  /** Appends records from position `from` on while there is room; returns the position it came to. */
  appendAll(
    info: TopicInfo,
    call: BatchCall,
    records: readonly RecordInput[],
    wishes: readonly (number | undefined)[] | undefined,
    from: number,
  ): number {
    const topic = this.lanesOf(info);
    const nowMs = Date.now();
    const slices: (SliceReceiver | undefined)[] = [];
    let at = from;
    for (; at < records.length && this.hasRoom; at += 1) {
      const record = records[at] as RecordInput;
      const wish = wishes?.[at];
      try {
        const lane = topic.pick(record.key, wish);
        const batch = this.addTo(lane, record, nowMs);
        if (batch !== topic.sticky) topic.noteSticky(batch, record.key, wish);
        let slice = slices[lane.partition];
        if (slice?.batch !== batch) {
          slice = new SliceReceiver(call, batch, batch.count - 1);
          slices[lane.partition] = slice;
          batch.expect(slice);
          this.onNews(lane);
        }
        slice.take(at, 1);
        if (batch === topic.sticky) {
          const joined = this.join(batch, records, wishes, at + 1, nowMs);
          slice.take(at + 1, joined);
          at += joined;
        }
        this.sealIfFull(lane);
      } catch (error) {
        call.arrived(1, error as MillraceError);
      }
    }
    return at;
  }

  /** Seals what is open: it goes without waiting for its linger time. */
  hurry(): void {
    for (const batch of this.batches) {
      if (!batch.isOpen) continue;
      batch.lane.seal();
      this.onNews(batch.lane);
    }
  }

  /** Resolves once every batch that exists now has its outcome. */
  async flush(): Promise<void> {
    this.hurry();
    await Promise.all([...this.batches].map((batch) => batch.settled()));
  }

  /** The batch has its outcome. */
  settled(batch: Batch): void {
    if (!this.batches.delete(batch)) return;
    this.bytes -= batch.size;
    const memory = batch.takeMemory();
    if (memory !== undefined) batchMemory.giveBack(memory);
    this.room.ring();
  }

  /** How long the oldest batch that is not on its way may still wait, ms. */
  get leftMs(): number {
    for (const batch of this.batches) {
      if (!batch.isSent) return Math.max(1, batch.deadlineAt - performance.now());
    }
    return this.options.deliveryTimeoutMs;
  }

  /** None can be sent: what waits fails, or only what has waited for too long, where it may be tried again. */
  failWaiting(error: MillraceError): void {
    const now = performance.now();
    const isFinal = error.action !== 'retry' && error.code !== 'OUTCOME_UNKNOWN';
    for (const batch of this.batches) {
      if (!batch.isSent && (isFinal || batch.deadlineAt <= now)) this.fail(batch, error);
    }
  }

  /** Everything without an outcome gets CLIENT_CLOSED, also what comes later. */
  close(): void {
    this.isClosed = true;
    this.deadlines.close();
    for (const batch of this.batches) {
      batch.failed(new MillraceError('CLIENT_CLOSED'));
      this.settled(batch);
    }
  }

  openBatch(lane: Lane): Batch {
    const builder = this.builders.pop() ?? new BatchBuilder({ codec: this.options.compression });
    this.builderBytes -= builder.keptBytes;
    const now = performance.now();
    const batch = new Batch(lane, builder, now, now + this.options.deliveryTimeoutMs);
    this.batches.add(batch);
    this.deadlines.watch(batch.deadlineAt);
    return batch;
  }

  sealBatch(batch: Batch, stamp: ProducerStamp | undefined): void {
    const builder = batch.seal(stamp, batchMemory);
    const bytes = this.builderBytes + builder.keptBytes;
    if (this.builders.length === BUILDERS_KEPT_MAX || bytes > BUILDERS_KEPT_BYTES_MAX) return;
    this.builders.push(builder);
    this.builderBytes = bytes;
  }

  /** Fails what waits for longer than it may; returns when the next batch does. What is on its way has its own time. */
  private sweep(): number {
    const now = performance.now();
    for (const batch of this.batches) {
      if (batch.deadlineAt > now) return batch.deadlineAt;
      if (!batch.isSent) this.fail(batch, overdue(batch, this.link.loginRefusal));
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Of a batch that is not on its way: its lane passes it over. */
  private fail(batch: Batch, error: MillraceError): void {
    if (batch.isOpen) batch.lane.seal();
    batch.failed(error);
    this.settled(batch);
    this.onNews(batch.lane);
  }

  /**
   * Adds the records from `from` on that go where the one before them went, without a look at each: how many. One that
   * cannot be added ends it too.
   */
  private join(
    batch: Batch,
    records: readonly RecordInput[],
    wishes: readonly (number | undefined)[] | undefined,
    from: number,
    nowMs: number,
  ): number {
    const { batchBytes } = this.options;
    let at = from;
    try {
      for (; at < records.length && this.hasRoom && !batch.isFull(batchBytes); at += 1) {
        const record = records[at] as RecordInput;
        if ((record.key ?? null) !== null || wishes?.[at] !== undefined) break;
        this.bytes += batch.add(record, nowMs);
      }
    } catch {
      // The record is as if it had not been looked at: it comes again by itself, and its error has a place then.
    }
    return at - from;
  }

  private addTo(lane: Lane, record: RecordInput, nowMs: number): Batch {
    if (this.isClosed) throw new MillraceError('CLIENT_CLOSED');
    const batch = lane.openBatch();
    try {
      this.bytes += batch.add(record, nowMs);
    } catch (error) {
      if (batch.count === 0) {
        lane.open = undefined;
        this.batches.delete(batch);
        throw error;
      }
      if ((error as MillraceError).code !== 'BATCH_TOO_LARGE') throw error;
      // What it says needs room in the index for each record of the batch: it begins the next one.
      lane.seal();
      return this.addTo(lane, record, nowMs);
    }
    return batch;
  }

  private sealIfFull(lane: Lane): void {
    if (lane.open?.isFull(this.options.batchBytes)) lane.seal();
  }

  private lanesOf(info: TopicInfo): TopicLanes {
    let topic = this.topics.get(info.name);
    if (topic === undefined) {
      topic = new TopicLanes(this, info.name);
      this.topics.set(info.name, topic);
    }
    topic.resize(info.partitions);
    return topic;
  }
}
