// Messages that a handler sends together with the end of its own: encoded and checked when they are given, laid out in
// batches when the handler has ended. It sends nothing.

import { LIMITS, MillraceError, partitionForKey, type RecordInput } from '@millrace/protocol';
import { BatchesOf, TRANSACTION_BYTES_MAX, type WireBatch } from '../batches-of.ts';
import type { Codec } from '../codecs.ts';
import { createdMessage } from '../diagnostics.ts';
import type { Message } from '../message.ts';
import type { Metadata, TopicInfo } from '../metadata.ts';
import { encodeMessage, type OutgoingMessage, recordSize } from '../producer/outgoing.ts';

interface Entry {
  readonly record: RecordInput;
  readonly topic: string;
  readonly partition: number | undefined;
  /** Nothing is wrong where its topic is gone. */
  readonly optional: boolean;
}

export class Outbox {
  private readonly codec: Codec<unknown>;
  private readonly messageBytesMax: number;
  private readonly entries: Entry[] = [];
  private readonly cause: readonly Message<unknown>[];
  private bytes = 0;

  /** `cause`: what the handler was called with. */
  constructor(
    codec: Codec<unknown>,
    messageBytesMax: number,
    cause: readonly Message<unknown>[] = [],
  ) {
    this.codec = codec;
    this.messageBytesMax = messageBytesMax;
    this.cause = cause;
  }

  get isEmpty(): boolean {
    return this.entries.length === 0;
  }

  /** Throws CODEC_FAILED, MESSAGE_TOO_LARGE, LIMIT_EXCEEDED. */
  add(message: OutgoingMessage<unknown>, { codec = this.codec, optional = false } = {}): void {
    const created = createdMessage(message.topic, message, this.cause);
    const record = encodeMessage(created, codec, this.messageBytesMax);
    this.bytes += recordSize(record);
    if (this.bytes > TRANSACTION_BYTES_MAX) {
      const text = 'The messages of one transaction are too many bytes.';
      const limit = `${TRANSACTION_BYTES_MAX} bytes`;
      throw new MillraceError('LIMIT_EXCEEDED', text, { field: 'send', limit });
    }
    const { topic, partition } = message;
    this.entries.push({ record, topic, partition, optional });
  }

  /**
   * Batches as the producer would make them: by wish, by key, and what has neither on one partition of its topic. Messages
   * of a partition keep their order. Throws UNKNOWN_TOPIC, UNKNOWN_PARTITION, LIMIT_EXCEEDED.
   */
  async batches(metadata: Metadata, nowMs: number): Promise<WireBatch[]> {
    const places = new Map<string, BatchesOf>();
    const free = Math.random();
    for (const entry of this.entries) {
      const info = await topicOf(metadata, entry);
      if (info === undefined) continue;
      const partition = partitionOf(entry, info.partitions, free);
      const name = `${info.topicId}/${partition}`;
      const place = places.get(name) ?? new BatchesOf(info.topicId, partition);
      places.set(name, place);
      place.add(entry.record, nowMs);
    }
    const batches = [...places.values()].flatMap((place) => place.batches());
    if (batches.length <= LIMITS.transactionBatchesMax) return batches;
    const text = `The messages of the transaction need ${batches.length} batches.`;
    const limit = `${LIMITS.transactionBatchesMax} batches`;
    throw new MillraceError('LIMIT_EXCEEDED', text, { field: 'send', limit });
  }
}

/** Undefined: the topic is gone, or never had the partition, and nobody minds. */
async function topicOf(metadata: Metadata, entry: Entry): Promise<TopicInfo | undefined> {
  const { topic, partition = 0, optional } = entry;
  try {
    const info = await metadata.get(topic);
    if (partition < info.partitions) return info;
    const newer = await metadata.refresh(topic);
    if (partition < newer.partitions) return newer;
    const text = `Topic '${topic}' has no partition ${partition}, it has ${newer.partitions}.`;
    throw new MillraceError('UNKNOWN_PARTITION', text, { field: 'partition' });
  } catch (error) {
    const { code } = error as MillraceError;
    if (optional && (code === 'UNKNOWN_TOPIC' || code === 'UNKNOWN_PARTITION')) return undefined;
    throw error;
  }
}

/** `free`: from 0 to 1, the same for all messages of a transaction. */
function partitionOf({ record, partition }: Entry, partitions: number, free: number): number {
  if (partition !== undefined) return partition;
  const { key } = record;
  if (key === null || key === undefined) return Math.floor(free * partitions);
  return partitionForKey(key, partitions);
}
