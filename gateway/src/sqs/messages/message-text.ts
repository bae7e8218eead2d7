// Which texts the SQS API lets through: bodies, values, ids. Pure tests of characters; errors are made elsewhere.

import { isUtf8 } from 'node:buffer';

const FORBIDDEN = /[^\t\n\r -\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;
const ID = /^[!-~]{1,128}$/;
const NAME = /^[\u{c0}-\u{17f}A-Za-z0-9_.-]+$/u;
const RESERVED_NAME = /^(?:aws\.|amazon\.|\.)|\.$/i;

export const ATTRIBUTE_NAME_BYTES_MAX = 256;

/** What XML 1.0 can hold; halves of surrogate pairs alone are not in it. */
export function isMessageText(text: string): boolean {
  return !FORBIDDEN.test(text);
}

/** The bytes as a text that a message may hold; undefined where they are none. */
export function messageText(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  return isMessageText(text) ? text : undefined;
}

/** Of MessageGroupId, MessageDeduplicationId and ReceiveRequestAttemptId. */
export function isId(text: string): boolean {
  return ID.test(text);
}

export function hasNameCharacters(name: string): boolean {
  return NAME.test(name);
}

/** Names that the service keeps for itself, and those that begin or end with a period. */
export function isReservedName(name: string): boolean {
  return RESERVED_NAME.test(name);
}

export function isAttributeName(name: string): boolean {
  const isShort = Buffer.byteLength(name) <= ATTRIBUTE_NAME_BYTES_MAX;
  return isShort && hasNameCharacters(name) && !isReservedName(name);
}
