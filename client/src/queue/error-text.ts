// Why an attempt failed, as the broker keeps it: short text in valid UTF-8. Anything can be thrown: nothing here throws.

import { LIMITS } from '@millrace/protocol';

const CONTINUATION_MASK = 0xc0;
const CONTINUATION = 0x80;
const NO_TEXT = 'thrown value without a text';

/** At most `bytesMax` bytes of UTF-8; never half a character. What cannot be UTF-8 is replaced. */
export function cutText(text: string, bytesMax: number = LIMITS.errorTextBytesMax): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= bytesMax) return bytes.toString('utf8');
  let end = bytesMax;
  while (end > 0 && ((bytes[end] as number) & CONTINUATION_MASK) === CONTINUATION) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** What is thrown, as text: `TypeError: x is not a function`. Fixed text where it has none. */
export function errorText(thrown: unknown): string {
  return textOf(() => {
    if (!(thrown instanceof Error)) return typeof thrown === 'string' ? thrown : describe(thrown);
    const name = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : thrown.name;
    return `${name}: ${thrown.message}`;
  });
}

/** The message of an error alone. */
export function messageText(error: Error): string {
  return textOf(() => error.message);
}

function textOf(make: () => unknown): string {
  try {
    return cutText(String(make()));
  } catch {
    return NO_TEXT;
  }
}

function describe(thrown: unknown): string {
  try {
    return JSON.stringify(thrown) ?? String(thrown);
  } catch {
    return String(thrown);
  }
}
