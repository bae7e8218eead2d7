// A record as an application sees it. Everything but the offset is made when it is asked for.

import { type LogRecord, messageId, TENANT_HEADER } from '@millrace/protocol';
import { type Codec, decodeValue, textOf } from './codecs.ts';

/** What all messages of one batch share. */
export interface MessageSource<V> {
  readonly topic: string;
  readonly topicId: number;
  readonly partition: number;
  readonly codec: Codec<V>;
}

const NOT_DECODED = Symbol('not decoded');

/** A record as an application sees it. */
export abstract class Message<V> {
  protected readonly source: MessageSource<V>;
  private decoded: V | typeof NOT_DECODED = NOT_DECODED;

  constructor(source: MessageSource<V>) {
    this.source = source;
  }

  /** To be read from at once: it may be an object that all messages of a batch share. */
  protected abstract get record(): LogRecord;

  get topic(): string {
    return this.source.topic;
  }

  get partition(): number {
    return this.source.partition;
  }

  /** Position in its partition. */
  get offset(): number {
    return this.record.offset;
  }

  /** What the producer said, or when it took the message, ms since 1970. */
  get timestampMs(): number {
    return this.record.timestampMs;
  }

  /** UUID-shaped; the same for every reader of this message. */
  get id(): string {
    return messageId(this.source.topicId, this.source.partition, this.offset);
  }

  /** The key as UTF-8 text; null where there is none. */
  get key(): string | null {
    const { key } = this.record;
    return key === null ? null : textOf(key);
  }

  /** A view of a network buffer: copy it to keep it. */
  get keyBytes(): Uint8Array | null {
    return this.record.key;
  }

  /** A view of a network buffer: copy it to keep it. Null: a record without a value. */
  get valueBytes(): Uint8Array | null {
    return this.record.value;
  }

  /**
   * The value, decoded at first use and kept. Throws CODEC_FAILED. Null where the record has no value, whatever V says:
   * let V include null where a topic holds such records.
   */
  get value(): V {
    if (this.decoded === NOT_DECODED) {
      this.decoded = decodeValue(this.source.codec, this.record.value);
    }
    return this.decoded;
  }

  /** In the order they were given; a name may come twice. */
  get headers(): readonly (readonly [name: string, value: Uint8Array])[] {
    return this.record.headers;
  }

  /** The last header of this name as UTF-8 text. */
  header(name: string): string | undefined {
    const found = this.record.headers.findLast(([key]) => key === name);
    return found === undefined ? undefined : textOf(found[1]);
  }

  /** Whose message it is, where its producer said so: groups may be fair between tenants. */
  get tenant(): string | undefined {
    return this.header(TENANT_HEADER);
  }

  /** Plain data, for logs and NDJSON; headers as text. Throws CODEC_FAILED. */
  toJSON(): object {
    const { topic, partition, offset, timestampMs, key, value } = this;
    const headers = Object.fromEntries(this.headers.map(([name, bytes]) => [name, textOf(bytes)]));
    return { topic, partition, offset, timestampMs, key, value, headers };
  }
}

/** A message that has its record. */
export class RecordMessage<V> extends Message<V> {
  protected override readonly record: LogRecord;

  constructor(source: MessageSource<V>, record: LogRecord) {
    super(source);
    this.record = record;
  }
}
