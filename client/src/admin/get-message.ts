// One message by its id: its state in a group, its result, and the message itself as far as the log holds it.

import { type MessagePosition, parseMessageId, readRecords } from '@millrace/protocol';
import { type Codec, decodeValue } from '../codecs.ts';
import { type Message, RecordMessage } from '../message.ts';
import type { Link, RequestOptions } from '../net/link.ts';
import { type GroupView, groupView } from './group-view.ts';

/** What `accept` said. */
export interface MessageResult<R> {
  readonly value: R;
  /** A view of a network buffer: copy it to keep it. */
  readonly bytes: Uint8Array;
  /** When the message was accepted, ms since 1970. */
  readonly atMs: number;
  /** When the result goes, ms since 1970. */
  readonly expiresAtMs: number;
}

export interface MessageDetails<V, R> extends GroupView {
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Null: it was accepted without a result, is not accepted, or its result is over. */
  readonly result: MessageResult<R> | null;
  /** ms since 1970; null: the log no longer holds the message. */
  readonly appendTimeMs: number | null;
  readonly message: Message<V> | null;
}

export interface GetMessageOptions<V, R> extends RequestOptions {
  /** Of the message; default: the client's. */
  readonly codec?: Codec<V> | undefined;
  /** Of the result; default: the client's. */
  readonly resultCodec?: Codec<R> | undefined;
}

/** `fallback`: where the options name no codec. Throws INVALID_REQUEST where the id is none, CODEC_FAILED where the result cannot be decoded, and what the API throws. */
export async function getMessage<V, R>(
  link: Link,
  group: string,
  id: string,
  fallback: Codec<unknown>,
  options: GetMessageOptions<V, R>,
): Promise<MessageDetails<V, R>> {
  const { signal, timeoutMs } = options;
  const codec = options.codec ?? (fallback as Codec<V>);
  const resultCodec = options.resultCodec ?? (fallback as Codec<R>);
  const at: MessagePosition = parseMessageId(id);
  const { topicId, partition, offset } = at;
  const reply = await link.request('GetMessage', { group, ...at }, { signal, timeoutMs });
  const { topic, result, appendTimeMs, batches } = reply;
  const source = { topic, topicId, partition, codec };
  const [record] = batches.flatMap((batch) => [
    ...readRecords(batch, { from: offset, to: offset }),
  ]);
  return {
    id: id.toLowerCase(),
    topic,
    partition,
    offset,
    ...groupView(reply.state),
    result:
      result === null
        ? null
        : {
            value: decodeValue(resultCodec, result.value),
            bytes: result.value,
            atMs: result.atMs,
            expiresAtMs: result.expiresAtMs,
          },
    appendTimeMs,
    message: record === undefined ? null : new RecordMessage(source, record),
  };
}
