// Bodies to compressed bodies and back. The size of what comes out is known from the header and is a hard bound,
// so that a small body cannot unpack into a large one.

import {
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  gunzipSync,
  gzipSync,
} from 'node:zlib';
import { CODECS, type CodecName } from '../api/shared.ts';
import { MillraceError } from '../errors.ts';
import { corrupt } from './header.ts';

interface BodyCodec {
  readonly compress: (raw: Uint8Array) => Uint8Array;
  readonly decompress: (packed: Uint8Array, bytesMax: number) => Uint8Array;
}

/** Brotli's own default (11) is made for files packed once: this one is as fast as gzip. */
const BROTLI_QUALITY = 4;

const BODY_CODECS: { readonly [N in CodecName]?: BodyCodec } = {
  none: { compress: (raw) => raw, decompress: (packed) => packed },
  gzip: {
    compress: (raw) => gzipSync(raw, { level: 6 }),
    decompress: (packed, maxOutputLength) => gunzipSync(packed, { maxOutputLength }),
  },
  brotli: {
    compress: (raw) =>
      brotliCompressSync(raw, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
        },
      }),
    decompress: (packed, maxOutputLength) => brotliDecompressSync(packed, { maxOutputLength }),
  },
};

/** The codecs that this package can compress and decompress. */
export const CODECS_AVAILABLE: readonly CodecName[] = CODECS.filter(
  (name) => BODY_CODECS[name] !== undefined,
);

/** The codec of a header's number. Throws UNSUPPORTED_CODEC. */
export function codecName(number: number): CodecName {
  const name = CODECS[number];
  if (name !== undefined && BODY_CODECS[name] !== undefined) return name;
  throw new MillraceError('UNSUPPORTED_CODEC', `The codec ${name ?? number} is not supported.`, {
    limit: CODECS_AVAILABLE.join(', '),
  });
}

function bodyCodec(name: CodecName): BodyCodec {
  return BODY_CODECS[codecName(CODECS.indexOf(name))] as BodyCodec;
}

export function compressBody(name: CodecName, raw: Uint8Array): Uint8Array {
  return bodyCodec(name).compress(raw);
}

/** Throws CORRUPT_BATCH unless exactly `rawBytes` bytes come out. */
export function decompressBody(name: CodecName, packed: Uint8Array, rawBytes: number): Uint8Array {
  let raw: Uint8Array;
  try {
    raw = bodyCodec(name).decompress(packed, Math.max(1, rawBytes));
  } catch (fault) {
    if (fault instanceof MillraceError) throw fault;
    throw corrupt(`its body is not ${name} of ${rawBytes} bytes`);
  }
  if (raw.length !== rawBytes) throw corrupt(`its body has ${raw.length} bytes, not ${rawBytes}`);
  return raw;
}
