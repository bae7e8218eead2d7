// What goes into one transaction: neighbouring inputs of one partition and all that was made of them. It sends nothing.

import { type CodecName, LIMITS, partitionForKey } from '@millrace/protocol';
import {
  BatchesOf,
  TRANSACTION_BATCH_BYTES,
  TRANSACTION_BYTES_MAX,
  type WireBatch,
} from '../batches-of.ts';
import type { TopicInfo } from '../metadata.ts';
import { type Output, type Outputs, tooMuch } from './outputs.ts';

/** A segment of this size takes no more inputs, bytes: larger transactions would only take longer. */
const FULL_BYTES = 2 * 1024 * 1024;
/** A partition's batches are full but for the last one, so there are no more than these and one for each partition. */
const FULL_BATCHES_MAX = Math.ceil(TRANSACTION_BYTES_MAX / TRANSACTION_BATCH_BYTES);
const PARTITIONS_MAX = LIMITS.transactionBatchesMax - FULL_BATCHES_MAX;

export class Segment {
  /** Of the first input. */
  readonly firstOffset: number;
  /** After the last input. */
  nextOffset: number;
  inputs = 0;
  records = 0;
  bytes = 0;
  private readonly places = new Map<string, BatchesOf>();
  private readonly compression: CodecName;
  /** From 0 to 1: messages without key and partition go to one partition of their topic. */
  private readonly free = Math.random();

  constructor(firstOffset: number, compression: CodecName) {
    this.firstOffset = firstOffset;
    this.nextOffset = firstOffset;
    this.compression = compression;
  }

  /** Whether these still fit. Throws LIMIT_EXCEEDED where they do not fit into any transaction. */
  hasRoom({ list, bytes }: Outputs): boolean {
    const places = new Set<string>(list.map((output) => this.placeOf(output).name));
    if (places.size > PARTITIONS_MAX) throw tooMuch('partitions', PARTITIONS_MAX);
    if (this.records === 0) return true;
    if (this.bytes >= FULL_BYTES || this.bytes + bytes > TRANSACTION_BYTES_MAX) return false;
    if (this.records + list.length > LIMITS.batchRecordsMax) return false;
    let added = 0;
    for (const name of places) if (!this.places.has(name)) added += 1;
    return this.places.size + added <= PARTITIONS_MAX;
  }

  /** `outputs` are placed, and there is room for them. */
  add(nextOffset: number, { list, bytes }: Outputs, nowMs: number): void {
    this.inputs += 1;
    this.nextOffset = nextOffset;
    this.records += list.length;
    this.bytes += bytes;
    for (const output of list) {
      const { name, info, partition } = this.placeOf(output);
      let batches = this.places.get(name);
      if (batches === undefined) {
        batches = new BatchesOf(info.topicId, partition, this.compression);
        this.places.set(name, batches);
      }
      batches.add(output.record, nowMs);
    }
  }

  /** What no handler saw. */
  skipTo(nextOffset: number): void {
    this.nextOffset = nextOffset;
  }

  batches(): readonly WireBatch[] {
    return [...this.places.values()].flatMap((place) => place.batches());
  }

  private placeOf(output: Output) {
    const info = output.info as TopicInfo;
    const partition = this.partitionOf(output, info.partitions);
    return { name: `${info.topicId}/${partition}`, info, partition };
  }

  private partitionOf({ record, partition }: Output, partitions: number): number {
    if (partition !== undefined) return partition;
    const { key } = record;
    if (key === null || key === undefined) return Math.floor(this.free * partitions);
    return partitionForKey(key, partitions);
  }
}
