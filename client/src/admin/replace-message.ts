// A corrected copy of a message, and the end of the message itself, in one commit: a reader finds either the one or the
// other. A lost reply is asked for again under the transaction's id, so that it happens once.

import { randomUUID } from 'node:crypto';
import {
  DEAD_LETTER_HEADERS,
  type HeaderInput,
  type LogRecord,
  type MessageState,
  MillraceError,
  messageId,
  parseMessageId,
  type ResponseOf,
  readRecords,
  recordDelayMs,
  recordIndexFrom,
  recordMaxDeliveries,
  recordTtlMs,
} from '@millrace/protocol';
import { type Codec, codecs, encodeValue, textOf } from '../codecs.ts';
import type { Metadata } from '../metadata.ts';
import type { Link, RequestOptions } from '../net/link.ts';
import { orderedId } from '../ordered-id.ts';
import { type HeadersInput, messageBytesMax, type OutgoingMessage } from '../producer/outgoing.ts';
import type { MessageRules } from '../producer/rules.ts';
import { Outbox } from '../worker/outbox.ts';

/** What is left out is as it was in the message. */
export interface Replacement<V> extends Omit<MessageRules, 'dedupId'> {
  /** Null: a record without a value. */
  readonly value?: V | null | undefined;
  /** Null: none. */
  readonly key?: string | Uint8Array | null | undefined;
  /** Instead of all headers of the message. */
  readonly headers?: HeadersInput | undefined;
  /** Default: of a dead letter the topic that it came from; otherwise the topic of the message. */
  readonly topic?: string | undefined;
  /** Default: by the key, as a producer chooses it. */
  readonly partition?: number | undefined;
  /** Keep the headers that say where and why a dead letter died; otherwise only the id of its first message stays. */
  readonly keepDeadLetterHeaders?: boolean | undefined;
  /** Of the value; default: the client's. */
  readonly codec?: Codec<V> | undefined;
}

/** Where the corrected copy is. */
export interface ReplacedMessage {
  readonly topic: string;
  readonly topicId: number;
  readonly partition: number;
  readonly offset: number;
  readonly id: string;
}

export interface ReplaceSource {
  readonly link: Link;
  readonly metadata: Metadata;
  readonly codec: Codec<unknown>;
}

/** Throws MESSAGE_LEASED, ALREADY_RESOLVED, OFFSET_OUT_OF_RANGE, UNKNOWN_TOPIC, MESSAGE_TOO_LARGE and what Transact does: nothing is done then. */
export async function replaceMessage<V>(
  source: ReplaceSource,
  group: string,
  id: string,
  replacement: Replacement<V>,
  { signal, timeoutMs }: RequestOptions = {},
): Promise<ReplacedMessage> {
  const { link, metadata } = source;
  const how = { signal, timeoutMs };
  const at = parseMessageId(id);
  const { topicId, partition, offset } = at;
  const found = await link.request('GetMessage', { group, ...at }, how);
  const { topic, batches: held } = found;
  const [record] = held.flatMap((batch) => [...readRecords(batch, { from: offset, to: offset })]);
  if (record === undefined) throw goneFromLog(id);
  const rules = { ...rulesOf(found, offset), ...givenRules(replacement) };
  const message = { ...messageOf(source, topic, record, replacement), ...rules };
  const outbox = new Outbox(codecs.bytes, messageBytesMax(link.limits));
  outbox.add(message);
  const range = { topicId, partition, firstOffset: offset, lastOffset: offset };
  const changes = [{ group, action: 'resolve' as const, ...range }];
  const nothing = { acknowledgements: [], offsets: [], effects: [] };
  for (let isAgain = false; ; isAgain = true) {
    const batches = await outbox.batches(metadata, Date.now());
    const body = { transactionId: orderedId(), batches, ...nothing, changes };
    try {
      const reply = await link.request('Transact', body, how);
      return placeOf(message.topic, batches[0], reply.batches[0]);
    } catch (error) {
      // The topic it goes to was made anew: what was refused for the old one, and so not done, is sent to the new one.
      if (isAgain || (error as MillraceError).action !== 'refresh') throw error;
      metadata.forgetIds(batches.map((batch) => batch.topicId));
    }
  }
}

function messageOf<V>(
  { codec: fallback }: ReplaceSource,
  from: string,
  record: LogRecord,
  replacement: Replacement<V>,
): OutgoingMessage<Uint8Array> {
  const { value, codec = fallback as Codec<V>, headers, keepDeadLetterHeaders } = replacement;
  const { tenant, partition } = replacement;
  const { key = record.key, topic = headerOf(record, DEAD_LETTER_HEADERS.topic) ?? from } =
    replacement;
  const kept = keepDeadLetterHeaders === true ? record.headers : record.headers.filter(isPlain);
  const bytes = value === undefined ? record.value : encodeValue(codec, value);
  return {
    topic,
    partition,
    key,
    value: bytes === undefined ? null : bytes,
    headers: headers ?? kept,
    tenant,
    // An id of its own: a topic that drops duplicates must not drop it as one of the message that it replaces.
    dedupId: randomUUID(),
  };
}

/** Those of the message: when it may be received where it waits to be so for the first time, its time to live, its deliveries. */
function rulesOf({ batches, state, appendTimeMs }: Found, offset: number): MessageRules {
  const [batch] = batches;
  if (batch === undefined) return {};
  const at = recordIndexFrom(batch, offset);
  const [ttlMs, maxDeliveries] = [recordTtlMs(batch, at), recordMaxDeliveries(batch, at)];
  const dueMs = state.untilMs ?? (appendTimeMs ?? 0) + recordDelayMs(batch, at);
  return {
    ...(WAITING.has(state.state) && state.deliveries === 0 ? { deliverAt: dueMs } : {}),
    ...(ttlMs === 0 ? {} : { ttlMs }),
    ...(maxDeliveries === 0 ? {} : { maxDeliveries }),
  };
}

type Found = ResponseOf<'GetMessage'>;
const WAITING: ReadonlySet<MessageState> = new Set(['fresh', 'scheduled']);

function givenRules({ delayMs, deliverAt, ttlMs, maxDeliveries }: MessageRules): MessageRules {
  const isTimed = delayMs !== undefined || deliverAt !== undefined;
  return {
    ...(isTimed ? { delayMs, deliverAt } : {}),
    ...(ttlMs === undefined ? {} : { ttlMs }),
    ...(maxDeliveries === undefined ? {} : { maxDeliveries }),
  };
}

const RESERVED = new Set<string>(Object.values(DEAD_LETTER_HEADERS));

function isPlain([name]: HeaderInput[number]): boolean {
  return !RESERVED.has(name) || name === DEAD_LETTER_HEADERS.messageId;
}

function headerOf({ headers }: LogRecord, wanted: string): string | undefined {
  const found = headers.findLast(([name]) => name === wanted);
  return found === undefined ? undefined : textOf(found[1]);
}

type Batch = { readonly topicId: number; readonly partition: number };

function placeOf(
  topic: string,
  batch: Batch | undefined,
  outcome: { readonly baseOffset: number } | undefined,
): ReplacedMessage {
  if (batch === undefined || outcome === undefined || outcome.baseOffset < 0) {
    throw new MillraceError('INTERNAL', 'The broker did not say where the copy is.');
  }
  const { topicId, partition } = batch;
  const { baseOffset: offset } = outcome;
  return { topic, topicId, partition, offset, id: messageId(topicId, partition, offset) };
}

function goneFromLog(id: string): MillraceError {
  const text = `The log no longer holds message ${id}: there is nothing to correct.`;
  return new MillraceError('OFFSET_OUT_OF_RANGE', text, { field: 'id' });
}
