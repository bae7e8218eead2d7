// The message id: topic id, partition and offset in the shape of a UUID (version 8 of RFC 9562), and back.

import { MillraceError } from './errors.ts';
import { LIMITS } from './limits.ts';

/** What a message id encodes. */
export interface MessagePosition {
  readonly topicId: number;
  readonly partition: number;
  readonly offset: number;
}

const FORM = /^([0-9a-f]{8})-([0-9a-f]{4})-8000-80([0-9a-f]{2})-([0-9a-f]{12})$/;
const LOW_RANGE = 2 ** 48;

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** `tttttttt-pppp-8000-80oo-oooooooooooo`: topic id, partition, offset, in hexadecimal digits. */
export function messageId(topicId: number, partition: number, offset: number): string {
  const high = Math.floor(offset / LOW_RANGE);
  return `${hex(topicId, 8)}-${hex(partition, 4)}-8000-80${hex(high, 2)}-${hex(offset % LOW_RANGE, 12)}`;
}

export function isMessageId(text: string): boolean {
  return FORM.test(text);
}

/** Throws INVALID_REQUEST where the text is not a message id. */
export function parseMessageId(text: string): MessagePosition {
  const parts = FORM.exec(text.toLowerCase());
  const [topicId, partition, high, low] = (parts ?? [])
    .slice(1)
    .map((digits) => Number.parseInt(digits, 16));
  if (topicId !== undefined && partition !== undefined && high !== undefined && low !== undefined) {
    const offset = high * LOW_RANGE + low;
    if (partition < LIMITS.partitionsPerTopicMax && offset <= Number.MAX_SAFE_INTEGER)
      return { topicId, partition, offset };
  }
  throw new MillraceError('INVALID_REQUEST', 'This is not a message id.', { field: 'messageId' });
}
