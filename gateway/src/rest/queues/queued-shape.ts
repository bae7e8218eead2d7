// A message as its queue sees it, in JSON.

import { type Client, codecs, type MessageDetails } from '@millrace/client';
import type { Static } from 'typebox';
import { payloadOf } from '../json/raw-json.ts';
import { messageShape } from '../schemas/message.ts';
import type { QueuedDetails } from './queue-schemas.ts';

export type Details = MessageDetails<Uint8Array, Uint8Array>;

/** Throws INVALID_REQUEST where the id is none, OFFSET_OUT_OF_RANGE where no message has it. */
export function findMessage(client: Client, group: string, id: string): Promise<Details> {
  return client.admin.message(group, id, { codec: codecs.bytes, resultCodec: codecs.bytes });
}

type State = Pick<
  Details,
  | 'state'
  | 'deliveries'
  | 'memberId'
  | 'untilMs'
  | 'firstDeliveredAtMs'
  | 'lastError'
  | 'deadReason'
>;

/** How a message stands in its group, alone. */
export function stateShape(seen: State): State {
  const { state, deliveries, memberId, untilMs, firstDeliveredAtMs, lastError, deadReason } = seen;
  return { state, deliveries, memberId, untilMs, firstDeliveredAtMs, lastError, deadReason };
}

export function detailsShape(details: Details): Static<typeof QueuedDetails> {
  const { id, topic, partition, offset, appendTimeMs, message, result } = details;
  return {
    id,
    topic,
    partition,
    offset,
    ...stateShape(details),
    appendedAtMs: appendTimeMs,
    message: message === null ? null : messageShape(message),
    result: result === null ? null : resultShape(result),
  };
}

function resultShape({ bytes, atMs, expiresAtMs }: NonNullable<Details['result']>) {
  return { ...payloadOf(bytes), atMs, expiresAtMs };
}
