// Dead letters: the headers that tell where one comes from, and the copy of a record that carries them.
// A copy is made of any record of a stored batch, also of one whose bytes are no record. It must never fail.

import type { HeaderInput, LogRecord, RecordInput } from './batch/record.ts';
import { MillraceError } from './errors.ts';
import { LIMITS } from './limits.ts';
import { isMessageId } from './message-id.ts';

/** Names of headers. Their values are text: numbers in decimal digits, times in milliseconds since 1970. */
export const DEAD_LETTER_HEADERS = {
  topic: 'millrace-dlq-topic',
  partition: 'millrace-dlq-partition',
  offset: 'millrace-dlq-offset',
  group: 'millrace-dlq-group',
  deliveries: 'millrace-dlq-deliveries',
  /** Those of the groups that it died in before the last one, in all; absent where that was the first. */
  earlierDeliveries: 'millrace-dlq-earlier-deliveries',
  /** `exhausted`, `rejected` by a member, `expired`, or `dead-lettered` by an operator. */
  reason: 'millrace-dlq-reason',
  /** The text of the last failure; absent where there is none. */
  error: 'millrace-dlq-error',
  firstFailedAt: 'millrace-dlq-first-failed-at',
  lastFailedAt: 'millrace-dlq-last-failed-at',
  /** The id the message had before its first move. */
  messageId: 'millrace-dlq-message-id',
  /** Why the record could not be decoded: then the letter has neither key nor value. */
  undecodable: 'millrace-dlq-undecodable',
} as const;

const RESERVED = new Set<string>(Object.values(DEAD_LETTER_HEADERS));

/**
 * The dead letter of a record, to be encoded with `deadLetter: true`: its headers and those given. Dead-letter headers
 * of an earlier move are replaced, but the first message id is kept, and deliveries are summed up. Of a record that could not be read (the error says
 * why) the letter has the headers alone.
 */
export function deadLetterOf(found: LogRecord | MillraceError, headers: HeaderInput): RecordInput {
  if (found instanceof MillraceError) {
    const why = Buffer.from(found.message).subarray(0, LIMITS.errorTextBytesMax);
    return { headers: [...headers, [DEAD_LETTER_HEADERS.undecodable, why]] };
  }
  const { key, value, timestampMs } = found;
  const firstId = found.headers.find(isFirstId);
  const moved = firstId === undefined ? headers : [...headers.filter(isNotId), firstId];
  const earlier = deliveriesSoFar(found.headers);
  const added = earlier === 0 ? moved : [...moved, earlierHeader(earlier)];
  const room = LIMITS.headersPerRecordMax + LIMITS.deadLetterHeadersMax - added.length;
  const own = found.headers.filter(([name]) => !RESERVED.has(name)).slice(0, room);
  return { key, value, timestampMs, headers: [...own, ...added] };
}

/** Of a record that is a dead letter itself; 0 of others. Anybody may have written what it says. */
function deliveriesSoFar(headers: HeaderInput): number {
  const { deliveries, earlierDeliveries } = DEAD_LETTER_HEADERS;
  let sum = 0;
  for (const [name, value] of headers) {
    if (name !== deliveries && name !== earlierDeliveries) continue;
    const text = Buffer.from(value).toString('latin1');
    if (/^\d{1,9}$/.test(text)) sum += Number(text);
  }
  return sum;
}

function earlierHeader(deliveries: number): HeaderInput[number] {
  const { earlierDeliveries } = DEAD_LETTER_HEADERS;
  return [earlierDeliveries, Buffer.from(String(Math.min(deliveries, 999_999_999)))];
}

function isFirstId([name, value]: readonly [string, Uint8Array]): boolean {
  return name === DEAD_LETTER_HEADERS.messageId && isMessageId(Buffer.from(value).toString());
}

function isNotId([name]: readonly [string, Uint8Array]): boolean {
  return name !== DEAD_LETTER_HEADERS.messageId;
}
