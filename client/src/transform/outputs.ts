// What one call of a handler produces: encoded and checked when it is given, placed when the handler has ended.
// It sends nothing.

import { LIMITS, MillraceError, type RecordInput } from '@millrace/protocol';
import { TRANSACTION_BYTES_MAX } from '../batches-of.ts';
import type { Codec } from '../codecs.ts';
import { createdMessage } from '../diagnostics.ts';
import type { Metadata, TopicInfo } from '../metadata.ts';
import { type BatchMessage, encodeMessage, recordSize } from '../producer/outgoing.ts';

/** What `produce` of a transformer can be told. */
export interface ProduceOptions {
  /** Of this message; default: the transformer's `outputCodec`. */
  readonly codec?: Codec<unknown> | undefined;
}

/** A record and where it goes. */
export interface Output {
  readonly record: RecordInput;
  readonly topic: string;
  /** As the handler said; undefined: by the key, or any. */
  readonly partition: number | undefined;
  /** Known once the outputs are placed. */
  info: TopicInfo | undefined;
}

export class Outputs {
  readonly list: Output[] = [];
  bytes = 0;
  private readonly codec: Codec<unknown>;
  private readonly messageBytesMax: number;
  private isOver = false;

  constructor(codec: Codec<unknown>, messageBytesMax: number) {
    this.codec = codec;
    this.messageBytesMax = messageBytesMax;
  }

  /** Throws CODEC_FAILED, MESSAGE_TOO_LARGE, INVALID_REQUEST, LIMIT_EXCEEDED; CLIENT_CLOSED once the handler has ended. */
  produce(topic: string, message: BatchMessage<unknown>, options: ProduceOptions = {}): void {
    if (this.isOver) throw new MillraceError('CLIENT_CLOSED', 'The handler has ended.');
    if (typeof topic !== 'string' || topic === '') {
      const text = 'produce() takes the name of a topic and a message.';
      throw new MillraceError('INVALID_REQUEST', text, { field: 'topic' });
    }
    const created = createdMessage(topic, message);
    const record = encodeMessage(created, options.codec ?? this.codec, this.messageBytesMax);
    const bytes = this.bytes + recordSize(record);
    if (bytes > TRANSACTION_BYTES_MAX) throw tooMuch('bytes', TRANSACTION_BYTES_MAX);
    if (this.list.length === LIMITS.batchRecordsMax) {
      throw tooMuch('messages', LIMITS.batchRecordsMax);
    }
    this.bytes = bytes;
    this.list.push({ record, topic, partition: message.partition, info: undefined });
  }

  /** The handler has ended. */
  end(): void {
    this.isOver = true;
  }

  /** Where all topics are known it waits for nothing. Throws UNKNOWN_TOPIC, UNKNOWN_PARTITION. */
  place(metadata: Metadata): Promise<void> | undefined {
    for (const output of this.list) {
      const info = metadata.cached(output.topic);
      if (info === undefined || (output.partition ?? 0) >= info.partitions) {
        return this.placeAll(metadata);
      }
      output.info = info;
    }
    return undefined;
  }

  private async placeAll(metadata: Metadata): Promise<void> {
    for (const output of this.list) {
      const { topic, partition = 0 } = output;
      let info = await metadata.get(topic);
      if (partition >= info.partitions) info = await metadata.refresh(topic);
      if (partition >= info.partitions) {
        const text = `Topic '${topic}' has no partition ${partition}, it has ${info.partitions}.`;
        throw new MillraceError('UNKNOWN_PARTITION', text, { field: 'partition' });
      }
      output.info = info;
    }
  }
}

/** One input, a message or a batch, is never split: what is made of it goes into one transaction. */
export function tooMuch(unit: 'bytes' | 'messages' | 'partitions', max: number): MillraceError {
  const text = `What a handler produces in one call goes into one transaction: at most ${max} ${unit}.`;
  return new MillraceError('LIMIT_EXCEEDED', text, { field: 'produce', limit: `${max} ${unit}` });
}
