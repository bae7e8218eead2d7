// Ids that nobody else gives, in the order of their time: UUIDs of version 7 (RFC 9562). A store keeps rows by id in order, so those
// of a time are written side by side, and go side by side; random ones would touch a page of the store each.

import { randomUUID } from 'node:crypto';

const TIME_DIGITS = 12;

export function orderedId(nowMs: number = Date.now()): string {
  const time = nowMs.toString(16).padStart(TIME_DIGITS, '0');
  // Of the random one all but its first 48 bits, which the time takes, and its version.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
