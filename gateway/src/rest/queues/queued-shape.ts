// A message as its queue sees it, in JSON.

import { type Client, codecs, type MessageDetails } from '@millrace/client';
import type { Static } from 'typebox';
import { payloadOf } from '../json/raw-json.ts';
import { messageShape } from '../schemas/message.ts';
import type { QueuedDetails } from './queue-schemas.ts';

type Details = MessageDetails<Uint8Array, Uint8Array>;

/** Throws INVALID_REQUEST where the id is none, OFFSET_OUT_OF_RANGE where no message has it. */
export function findMessage(client: Client, group: string, id: string): Promise<Details> {
  return client.admin.message(group, id, { codec: codecs.bytes, resultCodec: codecs.bytes });
}

export function detailsShape(details: Details): Static<typeof QueuedDetails> {
  const { id, topic, partition, offset, appendTimeMs, message, result } = details;
  const { state, deliveries, memberId, untilMs, firstDeliveredAtMs, lastError, deadReason } =
    details;
  return {
    id,
    topic,
    partition,
    offset,
    state,
    deliveries,
    memberId,
    untilMs,
    firstDeliveredAtMs,
    lastError,
    deadReason,
    appendedAtMs: appendTimeMs,
    message: message === null ? null : messageShape(message),
    result: result === null ? null : resultShape(result),
  };
}

function resultShape({ bytes, atMs, expiresAtMs }: NonNullable<Details['result']>) {
  return { ...payloadOf(bytes), atMs, expiresAtMs };
}
