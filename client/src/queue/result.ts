// What accept says came of a message, as bytes: encoded and checked before it joins what is said of others.

import { LIMITS, MillraceError } from '@millrace/protocol';
import type { Codec } from '../codecs.ts';

/** Undefined: there is no result. Throws CODEC_FAILED, LIMIT_EXCEEDED. */
export function encodeResult(codec: Codec<unknown>, result: unknown): Uint8Array | undefined {
  if (result === undefined) return undefined;
  return encodeBounded(codec, result, 'result', LIMITS.resultBytesMax);
}

/** Throws CODEC_FAILED; LIMIT_EXCEEDED where it has too many bytes. */
export function encodeBounded(
  codec: Codec<unknown>,
  value: unknown,
  field: string,
  bytesMax: number,
): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = codec.encode(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const text = `The ${field} cannot be encoded: ${reason}`;
    throw new MillraceError('CODEC_FAILED', text, { field }, { cause });
  }
  if (bytes.length <= bytesMax) return bytes;
  const text = `The ${field} has ${bytes.length} bytes.`;
  throw new MillraceError('LIMIT_EXCEEDED', text, { field, limit: `${bytesMax} bytes` });
}
