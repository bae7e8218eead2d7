// A message in JSON, as it is sent and as it is received, and the way between these and the client's. Bytes that are
// neither JSON nor text go as base64.

import { isUtf8 } from 'node:buffer';
import type { HeadersInput, LeasedMessage, Message, OutgoingMessage } from '@millrace/client';
import { LIMITS, MillraceError } from '@millrace/protocol';
import type { Static } from 'typebox';
import { payloadOf, RawJson } from '../json/raw-json.ts';
import { closed, Offset, orNull, Partition, TimestampMs, TopicName } from './shapes.ts';
import { Type } from './type.ts';

const Base64 = (description: string) => Type.String({ description, contentEncoding: 'base64' });

/** When and how often a message is delivered. */
export const MessageRules = {
  delayMs: Type.Optional(
    Type.Integer({
      description: 'Groups receive it so many ms later.',
      minimum: 0,
      maximum: LIMITS.delayMsMax,
    }),
  ),
  ttlMs: Type.Optional(
    Type.Integer({
      description: 'It expires so many ms after it could be received.',
      minimum: 1,
      maximum: LIMITS.messageTtlMsMax,
    }),
  ),
  dedupId: Type.Optional(
    Type.String({
      description: 'A topic with `dedup` drops a message whose id it took before.',
      minLength: 1,
      maxLength: LIMITS.dedupIdBytesMax,
    }),
  ),
  tenant: Type.Optional(
    Type.String({
      description: 'Whose message it is: groups may be fair between tenants.',
      minLength: 1,
      maxLength: LIMITS.tenantBytesMax,
    }),
  ),
  maxDeliveries: Type.Optional(
    Type.Integer({
      description: 'Deliveries before it is exhausted, instead of what the group says.',
      minimum: 1,
      maximum: LIMITS.maxDeliveriesMax,
    }),
  ),
  timestampMs: Type.Optional(TimestampMs),
};

/** What a message holds. Exactly one of the payloads is given, or none with `tombstone`. */
export const MessageContent = {
  payload: Type.Optional(
    Type.Unknown({ description: 'Any JSON; stored as it is written here.', examples: [{ n: 1 }] }),
  ),
  payloadText: Type.Optional(Type.String({ description: 'Text, stored as UTF-8.' })),
  payloadBase64: Type.Optional(Base64('Bytes.')),
  key: Type.Optional(Type.String({ description: 'Messages of one key keep their order.' })),
  keyBase64: Type.Optional(Base64('The key, where it is no text.')),
  headers: Type.Optional(
    Type.Record(
      Type.String(),
      Type.Union([
        Type.String(),
        Type.Array(Type.String(), { maxItems: LIMITS.headersPerRecordMax }),
      ]),
      {
        description: 'By name; a list where a name comes more than once.',
        maxProperties: LIMITS.headersPerRecordMax,
      },
    ),
  ),
  headersBase64: Type.Optional(
    Type.Record(Type.String(), Base64('Bytes.'), {
      description: 'Headers whose values are no text.',
      maxProperties: LIMITS.headersPerRecordMax,
    }),
  ),
};

/** What is said of a message that is sent, but for its topic. */
export const NEW_MESSAGE = {
  ...MessageContent,
  tombstone: Type.Optional(
    Type.Boolean({ description: 'A record without a value: compaction removes its key.' }),
  ),
  partition: Type.Optional(Partition),
  ...MessageRules,
};
export const NewMessage = closed(NEW_MESSAGE, { title: 'NewMessage' });
export type NewMessageShape = Static<typeof NewMessage>;

/** A message that was appended. */
export const SentSchema = closed(
  {
    id: Type.String({ description: 'The message id, UUID-shaped.' }),
    topic: TopicName,
    partition: Partition,
    offset: Offset,
    duplicate: Type.Boolean({
      description: 'Nothing was appended: the topic had a message of this dedup id, which is here.',
    }),
  },
  { title: 'SentMessage' },
);

const READ = {
  id: Type.String({ description: 'The message id, UUID-shaped.' }),
  topic: TopicName,
  partition: Partition,
  offset: Offset,
  timestampMs: Type.Integer({
    description: 'What the producer said, or when it took the message, ms since 1970.',
  }),
  ...MessageContent,
  key: orNull(Type.String({ description: 'The key, where it is text.' })),
  tombstone: Type.Optional(Type.Boolean({ description: 'The record has no value.' })),
};

/** A record of the log. */
export const MessageSchema = closed(READ, {
  title: 'Message',
  description:
    'A message. Of `payload`, `payloadText`, `payloadBase64` it has the first that its bytes are.',
});
export type MessageShape = Static<typeof MessageSchema>;

/** A message under a lease. */
export const LeasedSchema = closed(
  {
    receipt: Type.String({ description: 'Names the lease: for POST /ack.' }),
    deliveries: Type.Integer({ description: 'How often it was leased, this time included.' }),
    deadlineMs: Type.Integer({ description: 'When the lease ends, ms since 1970.' }),
    firstDeliveredAtMs: Type.Integer({ description: 'When it was leased first, ms since 1970.' }),
    ...READ,
  },
  { title: 'LeasedMessage' },
);
export type LeasedShape = Static<typeof LeasedSchema>;

const LONE_SURROGATE = /\p{Surrogate}/u;

function unfit(field: string, text: string): MillraceError {
  return new MillraceError('INVALID_REQUEST', text, { field });
}

/** As UTF-8, half of a surrogate pair would silently be another text. */
function checkText(field: string, text: string): void {
  if (LONE_SURROGATE.test(text)) throw unfit(field, `${field} has half of a surrogate pair.`);
}

/** Node passes over what is no base64, and would store other bytes than were meant. */
function bytesOf(field: string, base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') === base64) return bytes;
  throw unfit(field, `${field} is not base64.`);
}

/** The client's message; `at` is where the fields stand in the request. Throws INVALID_REQUEST. */
export function outgoingOf(
  topic: string,
  message: NewMessageShape,
  at = '',
): OutgoingMessage<Uint8Array> {
  const { key, keyBase64, partition, delayMs, ttlMs, dedupId, tenant, maxDeliveries } = message;
  if (key !== undefined && keyBase64 !== undefined) {
    throw unfit(`${at}keyBase64`, 'Give key or keyBase64, not both.');
  }
  if (key !== undefined) checkText(`${at}key`, key);
  return {
    topic,
    value: payloadBytes(message, at),
    key: keyBase64 === undefined ? key : bytesOf(`${at}keyBase64`, keyBase64),
    headers: headersOf(message, at),
    partition,
    timestampMs: message.timestampMs,
    delayMs,
    ttlMs,
    dedupId,
    tenant,
    maxDeliveries,
  };
}

/** The bytes of a payload; null: a tombstone. */
export function payloadBytes(message: NewMessageShape, at = ''): Uint8Array | null {
  const { payload, payloadText, payloadBase64, tombstone = false } = message;
  const given = [payload, payloadText, payloadBase64].filter((one) => one !== undefined).length;
  if (given !== (tombstone ? 0 : 1)) {
    const text = tombstone
      ? 'A tombstone has no payload.'
      : 'Give exactly one of payload, payloadText and payloadBase64.';
    throw unfit(`${at}payload`, text);
  }
  if (payload instanceof RawJson) return Buffer.from(payload.text, 'utf8');
  if (payload !== undefined) return Buffer.from(JSON.stringify(payload), 'utf8');
  if (payloadText !== undefined) {
    checkText(`${at}payloadText`, payloadText);
    return Buffer.from(payloadText, 'utf8');
  }
  return payloadBase64 === undefined ? null : bytesOf(`${at}payloadBase64`, payloadBase64);
}

function headersOf(
  { headers = {}, headersBase64 = {} }: NewMessageShape,
  at: string,
): HeadersInput {
  const texts = Object.entries(headers).flatMap(([name, given]) =>
    [given].flat().map((value) => {
      checkText(`${at}headers`, name);
      checkText(`${at}headers.${name}`, value);
      return [name, value] as const;
    }),
  );
  const bytes = Object.entries(headersBase64).map(([name, value]) => {
    checkText(`${at}headersBase64`, name);
    return [name, bytesOf(`${at}headersBase64.${name}`, value)] as const;
  });
  return [...texts, ...bytes];
}

function textOrUndefined(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? Buffer.from(bytes).toString('utf8') : undefined;
}

/** What is read of a record. */
type Read = Pick<
  Message<unknown>,
  'id' | 'topic' | 'partition' | 'offset' | 'timestampMs' | 'keyBytes' | 'valueBytes' | 'headers'
>;

function headerShapes(message: Read): Pick<MessageShape, 'headers' | 'headersBase64'> {
  const texts = new Map<string, string | string[]>();
  const bytes = new Map<string, string>();
  for (const [name, value] of message.headers) {
    const text = textOrUndefined(value);
    if (text === undefined) bytes.set(name, Buffer.from(value).toString('base64'));
    else {
      const before = texts.get(name);
      texts.set(name, before === undefined ? text : [before, text].flat());
    }
  }
  return {
    ...(texts.size === 0 ? {} : { headers: Object.fromEntries(texts) }),
    ...(bytes.size === 0 ? {} : { headersBase64: Object.fromEntries(bytes) }),
  };
}

/** A record as JSON. */
export function messageShape(message: Read): MessageShape {
  const { id, topic, partition, offset, timestampMs, keyBytes, valueBytes } = message;
  const key = keyBytes === null ? null : (textOrUndefined(keyBytes) ?? null);
  const keyBase64 =
    keyBytes !== null && key === null ? Buffer.from(keyBytes).toString('base64') : undefined;
  return {
    id,
    topic,
    partition,
    offset,
    timestampMs,
    key,
    ...(keyBase64 === undefined ? {} : { keyBase64 }),
    ...headerShapes(message),
    ...(valueBytes === null ? { tombstone: true } : payloadOf(valueBytes)),
  };
}

/** A leased message as JSON; its receipt names the group as well. */
export function leasedShape(message: LeasedMessage<unknown>, receipt: string): LeasedShape {
  const { deliveries, deadlineMs, firstDeliveredAtMs } = message;
  return { receipt, deliveries, deadlineMs, firstDeliveredAtMs, ...messageShape(message) };
}
