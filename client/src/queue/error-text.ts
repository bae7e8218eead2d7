// Why an attempt failed, as the broker keeps it: short text in valid UTF-8.

import { LIMITS } from '@millrace/protocol';

const CONTINUATION_MASK = 0xc0;
const CONTINUATION = 0x80;

/** At most `bytesMax` bytes of UTF-8; never half a character. What cannot be UTF-8 is replaced. */
export function cutText(text: string, bytesMax: number = LIMITS.errorTextBytesMax): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= bytesMax) return bytes.toString('utf8');
  let end = bytesMax;
  while (end > 0 && ((bytes[end] as number) & CONTINUATION_MASK) === CONTINUATION) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** What is thrown, as text: `TypeError: x is not a function`. */
export function errorText(thrown: unknown): string {
  if (!(thrown instanceof Error))
    return cutText(typeof thrown === 'string' ? thrown : describe(thrown));
  const name = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : thrown.name;
  return cutText(`${name}: ${thrown.message}`);
}

function describe(thrown: unknown): string {
  try {
    return JSON.stringify(thrown) ?? String(thrown);
  } catch {
    return String(thrown);
  }
}
