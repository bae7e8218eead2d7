// Messages as callers give them, turned into records and checked before anything is sent.

import { type HeaderInput, LIMITS, MillraceError, type RecordInput } from '@millrace/protocol';
import { type Codec, encodeValue } from '../codecs.ts';
import type { BrokerLimits } from '../net/session.ts';
import { hasRules, type MessageRules, withRules } from './rules.ts';

/** By name, or as pairs where a name comes twice. Text becomes UTF-8. */
export type HeadersInput =
  | { readonly [name: string]: string | Uint8Array }
  | readonly (readonly [name: string, value: string | Uint8Array])[];

/** A message for `sendBatch`, whose topic is known. */
export interface BatchMessage<V> extends MessageRules {
  /** Null: a record without a value. */
  readonly value: V | null;
  /** Messages of one key keep their order. Text becomes UTF-8. */
  readonly key?: string | Uint8Array | null | undefined;
  readonly headers?: HeadersInput | undefined;
  /** Default: by the key (`partitionForKey`); without a key one that stays for a batch. */
  readonly partition?: number | undefined;
  /** ms since 1970; default: now. */
  readonly timestampMs?: number | undefined;
}

/** A message and the topic it goes to. */
export interface OutgoingMessage<V> extends BatchMessage<V> {
  readonly topic: string;
  /**
   * Append the message only if its partition, which has to be given, ends at this offset: otherwise OFFSET_MISMATCH, with
   * the end in `detail.endOffset`. It goes as a batch of its own.
   */
  readonly expectedOffset?: number | undefined;
}

/** Bytes a record needs beyond key, value and headers, at most. */
const RECORD_OVERHEAD = 32;
const HEADER_OVERHEAD = 8;

function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
}

function encodeHeaders(headers: HeadersInput): HeaderInput {
  const pairs = isPairs(headers) ? headers : Object.entries(headers);
  return pairs.map(([name, value]) => [name, bytesOf(value)] as const);
}

type HeaderPairs = Extract<HeadersInput, readonly unknown[]>;

function isPairs(headers: HeadersInput): headers is HeaderPairs {
  return Array.isArray(headers);
}

/** Throws CODEC_FAILED, MESSAGE_TOO_LARGE or INVALID_REQUEST; also where a condition would be passed over in silence. */
export function encodeMessage<V>(
  message: BatchMessage<V>,
  codec: Codec<V>,
  bytesMax: number,
): RecordInput {
  if ((message as Partial<OutgoingMessage<V>>).expectedOffset !== undefined) {
    const text = 'Only Producer.send() takes an expected offset: elsewhere messages share batches.';
    throw new MillraceError('INVALID_REQUEST', text, { field: 'expectedOffset' });
  }
  return encodeAlone(message, codec, bytesMax);
}

/** The same of a message that goes as a batch of its own where it has an expected offset. */
export function encodeAlone<V>(
  message: BatchMessage<V>,
  codec: Codec<V>,
  bytesMax: number,
): RecordInput {
  const { key, headers } = message;
  const plain: RecordInput = {
    key: typeof key === 'string' ? Buffer.from(key, 'utf8') : key,
    value: encodeValue(codec, message.value),
    timestampMs: message.timestampMs,
    headers: headers === undefined ? undefined : encodeHeaders(headers),
  };
  const record = hasRules(message) ? withRules(plain, message, Date.now()) : plain;
  const size = recordSize(record);
  if (size > bytesMax) {
    throw new MillraceError('MESSAGE_TOO_LARGE', `The message has ${size} bytes.`, {
      limit: `${bytesMax} bytes`,
    });
  }
  return record;
}

/** Bytes of the record as encoded, at most. */
export function recordSize(record: RecordInput): number {
  let size = RECORD_OVERHEAD + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const [name, value] of record.headers ?? []) {
    size += HEADER_OVERHEAD + 3 * name.length + value.length;
  }
  return size;
}

/** What a broker takes at most, as it announced it. */
export function messageBytesMax(limits: BrokerLimits): number {
  return limits['messageBytesMax'] ?? LIMITS.messageBytesMax;
}
