// Sends batches of equal records to one topic and keeps count of what was acknowledged, by partition.

import {
  type BatchMessage,
  type Client,
  type CodecName,
  codecs,
  type Producer,
} from '@millrace/client';
import { encodeBatch } from '@millrace/protocol';
import { formatCount } from '../format.ts';
import type { Settings } from '../options/table.ts';
import { type PayloadKind, payload } from './payload.ts';
import { CountsDiffer, mustEqual } from './workload.ts';

/** The topic of a bench that has one. */
export const TOPIC = 'bench';

export type BatchSettings = Pick<Settings, 'batch' | 'recordBytes' | 'inFlight' | 'partitions'> & {
  /** Absent: values that do not compress, and no compression. */
  readonly payload?: PayloadKind | undefined;
  readonly compression?: CodecName | undefined;
  /** So many different keys, one after the other; absent: no keys. */
  readonly distinctKeys?: number | undefined;
  /** Absent: the one topic of the bench. */
  readonly topic?: string | undefined;
};

export class BatchSender {
  /** One batch as it is stored. */
  readonly encoded: Uint8Array;
  readonly #client: Client;
  readonly #producer: Producer<Uint8Array>;
  readonly #messages: readonly BatchMessage<Uint8Array>[];
  readonly #keys: number;
  readonly #topic: string;
  #nextKey = 0;
  readonly #acknowledged: number[];

  constructor(client: Client, settings: BatchSettings) {
    const { batch, recordBytes, inFlight, partitions } = settings;
    const compression = settings.compression ?? 'none';
    const values = payload(recordBytes, batch, settings.payload);
    this.#client = client;
    this.#keys = settings.distinctKeys ?? 0;
    this.#topic = settings.topic ?? TOPIC;
    this.#messages = values.map((value) => ({ value }));
    const records = values.map((value) => ({ value }));
    const nowMs = Date.now();
    this.encoded = encodeBatch(records, { nowMs, codec: compression });
    // What one sendBatch takes fills a batch to the byte, so that it is stored as one; full is what is not compressed yet.
    const batchBytes = encodeBatch(records, { nowMs }).length;
    this.#producer = client.producer({
      codec: codecs.bytes,
      compression,
      batchBytes,
      maxInFlight: inFlight,
      maxBufferedBytes: 2 * (inFlight + 1) * batchBytes,
    });
    this.#acknowledged = Array.from({ length: partitions }, () => 0);
  }

  /** Records of a call of send(). */
  get batch(): number {
    return this.#messages.length;
  }

  get acknowledged(): number {
    return this.#acknowledged.reduce((sum, count) => sum + count, 0);
  }

  /** One batch; resolves with its count of records once they are acknowledged. */
  async send(): Promise<number> {
    const { offsets, partitions } = await this.#producer.sendBatch(this.#topic, this.#next());
    for (const partition of partitions) this.#acknowledged[partition] = 1 + this.#count(partition);
    return offsets.length;
  }

  /** The broker's end offsets are what was acknowledged. Throws CountsDiffer. */
  async verify(): Promise<string> {
    const { partitions } = await this.#client.admin.describeTopic(this.#topic);
    for (const { partition, endOffset } of partitions) {
      mustEqual(`end offset of partition ${partition}`, endOffset, this.#count(partition));
    }
    return `the broker's end offsets are the records acknowledged: ${formatCount(this.acknowledged)}`;
  }

  /** Every call of send() was stored as one batch of the expected size. Throws CountsDiffer. */
  async verifyBatches(): Promise<void> {
    const { partitions } = await this.#client.admin.describeTopic(this.#topic);
    const stored = partitions.reduce((sum, { bytes }) => sum + bytes, 0);
    const expected = (this.acknowledged / this.#messages.length) * this.encoded.length;
    if (stored === expected) return;
    throw new CountsDiffer(`batches were not stored as sent: ${stored} bytes, not ${expected}`);
  }

  async close(): Promise<void> {
    await this.#producer.close();
  }

  /** The same values each time; with keys, another key for each of them. */
  #next(): readonly BatchMessage<Uint8Array>[] {
    if (this.#keys === 0) return this.#messages;
    return this.#messages.map(({ value }) => {
      this.#nextKey = (this.#nextKey + 1) % this.#keys;
      return { key: `key-${this.#nextKey}`, value };
    });
  }

  #count(partition: number): number {
    return this.#acknowledged[partition] ?? 0;
  }
}
