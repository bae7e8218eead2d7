// Values to bytes and back. A record without a value never meets a codec.

import { MillraceError } from '@millrace/protocol';

/**
 * Turns values of one kind into bytes and back. Both directions are synchronous and may throw: the caller sees
 * CODEC_FAILED with what was thrown as its cause. `bytes` is a view of a network buffer: copy what is to be kept.
 */
export interface Codec<V> {
  encode(value: V): Uint8Array;
  decode(bytes: Uint8Array): V;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

export function textOf(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('utf8');
}

const JSON_CODEC: Codec<unknown> = {
  encode(value) {
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) throw new TypeError(`${typeof value} has no JSON`);
    return Buffer.from(text, 'utf8');
  },
  decode: (bytes) => JSON.parse(textOf(bytes)) as unknown,
};

const TEXT_CODEC: Codec<string> = {
  encode(value) {
    if (typeof value !== 'string') throw new TypeError(`a text is expected, not ${typeof value}`);
    return Buffer.from(value, 'utf8');
  },
  decode: textOf,
};

const BYTES_CODEC: Codec<Uint8Array> = {
  encode(value) {
    if (!(value instanceof Uint8Array)) {
      throw new TypeError(`bytes are expected, not ${typeof value}`);
    }
    return value;
  },
  decode: (bytes) => bytes,
};

/** The codecs that come with the client. `json` takes the type it is trusted to hold: `codecs.json<Order>()`. */
export const codecs = {
  json: <T = unknown>(): Codec<T> => JSON_CODEC as Codec<T>,
  text: TEXT_CODEC,
  bytes: BYTES_CODEC,
} as const;

function codecFailed(what: string, cause: unknown): MillraceError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new MillraceError('CODEC_FAILED', `${what}: ${reason}`, {}, { cause });
}

/** Null stays null; anything the codec throws becomes CODEC_FAILED. */
export function encodeValue<V>(codec: Codec<V>, value: V | null | undefined): Uint8Array | null {
  if (value === null || value === undefined) return null;
  try {
    return codec.encode(value);
  } catch (cause) {
    throw codecFailed('The value cannot be encoded', cause);
  }
}

export function decodeValue<V>(codec: Codec<V>, bytes: Uint8Array | null): V {
  if (bytes === null) return null as V;
  try {
    return codec.decode(bytes);
  } catch (cause) {
    throw codecFailed('The value cannot be decoded', cause);
  }
}
