// Bodies to compressed bodies and back. The size of what comes out is known from the header and is a hard bound,
// so that a small body cannot unpack into a large one.

import { CODECS, type CodecName } from '../api/shared.ts';
import { MillraceError } from '../errors.ts';
import { requireCodec } from './codec-registry.ts';
import { corrupt } from './header.ts';

/** The codec of a header's number, whether or not this process has it. Throws UNSUPPORTED_CODEC. */
export function codecName(number: number): CodecName {
  const name = CODECS[number];
  if (name !== undefined) return name;
  const limit = CODECS.join(', ');
  throw new MillraceError('UNSUPPORTED_CODEC', `There is no codec ${number}.`, { limit });
}

export function compressBody(name: CodecName, raw: Uint8Array): Uint8Array {
  return requireCodec(name).compress(raw);
}

/** Throws CORRUPT_BATCH unless exactly `rawBytes` bytes come out; UNSUPPORTED_CODEC where the codec is not to be had. */
export function decompressBody(name: CodecName, packed: Uint8Array, rawBytes: number): Uint8Array {
  const codec = requireCodec(name);
  if (name === 'snappy' && snappyBytes(packed) !== rawBytes)
    throw corrupt(`its body is not snappy of ${rawBytes} bytes`);
  let raw: Uint8Array;
  try {
    raw = codec.decompress(packed, rawBytes);
  } catch {
    throw corrupt(`its body is not ${name} of ${rawBytes} bytes`);
  }
  if (raw.length !== rawBytes) throw corrupt(`its body has ${raw.length} bytes, not ${rawBytes}`);
  return raw;
}

/** How much a block of snappy says will come out: a varint at its front, which decoders believe. -1: none is there. */
function snappyBytes(packed: Uint8Array): number {
  let bytes = 0;
  for (let at = 0; at < Math.min(5, packed.length); at += 1) {
    const byte = packed[at] as number;
    bytes += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return bytes;
  }
  return -1;
}
