// What the producer has taken and what has no outcome yet: lanes by topic, batches, builders, bytes.
// It never waits: who calls asks for room first.

import { BatchBuilder, type CodecName, MillraceError, type RecordInput } from '@millrace/protocol';
import type { TopicInfo } from '../metadata.ts';
import { Bell } from '../wait.ts';
import { Batch } from './batch.ts';
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

export class Accumulator implements LaneOwner {
  /** Rings whenever bytes are given back. */
  readonly room = new Bell();
  private readonly options: AccumulatorOptions;
  private readonly onNews: (lane: Lane) => void;
  private readonly topics = new Map<string, TopicLanes>();
  private readonly batches = new Set<Batch>();
  private readonly builders: BatchBuilder[] = [];
  private bytes = 0;
  private isClosed = false;

  constructor(options: AccumulatorOptions, onNews: (lane: Lane) => void) {
    this.options = options;
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
        slice.positions.push(at);
        call.partitions[at] = lane.partition;
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
    this.room.ring();
  }

  /** Everything without an outcome gets CLIENT_CLOSED, also what comes later. */
  close(): void {
    this.isClosed = true;
    for (const batch of this.batches) {
      batch.failed(new MillraceError('CLIENT_CLOSED'));
      this.settled(batch);
    }
  }

  openBatch(lane: Lane): Batch {
    const builder = this.builders.pop() ?? new BatchBuilder({ codec: this.options.compression });
    const now = performance.now();
    const batch = new Batch(lane, builder, now, now + this.options.deliveryTimeoutMs);
    this.batches.add(batch);
    return batch;
  }

  sealBatch(batch: Batch): void {
    const builder = batch.seal();
    if (this.builders.length < BUILDERS_KEPT_MAX) this.builders.push(builder);
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
