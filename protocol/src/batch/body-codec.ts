// What a codec of batch bodies is, and those that come with Node.js. It decides nothing about which are used.

import * as zlib from 'node:zlib';

/** Turns bodies into compressed ones and back, in the format that docs/protocol.md names for the codec. */
export interface BodyCodec {
  compress(raw: Uint8Array): Uint8Array;
  /**
   * `rawBytes` is how many bytes have to come out: a bound for the memory it may take, whatever the packed bytes say.
   * Throws where they are not of this codec, or more comes out.
   */
  decompress(packed: Uint8Array, rawBytes: number): Uint8Array;
}

/** Brotli's own default (11) is made for files packed once: this one is as fast as gzip. */
const BROTLI_QUALITY = 4;
/** Frames that ask for more memory than the largest body has are refused. 2^25 bytes. */
const ZSTD_WINDOW_LOG_MAX = 25;

export const gzip: BodyCodec = {
  compress: (raw) => zlib.gzipSync(raw, { level: 6 }),
  decompress: (packed, rawBytes) => zlib.gunzipSync(packed, { maxOutputLength: roomFor(rawBytes) }),
};

export const brotli: BodyCodec = {
  compress: (raw) =>
    zlib.brotliCompressSync(raw, {
      params: {
        [zlib.constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
        [zlib.constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
      },
    }),
  decompress: (packed, rawBytes) =>
    zlib.brotliDecompressSync(packed, { maxOutputLength: roomFor(rawBytes) }),
};

/** zlib takes no bound of 0. */
function roomFor(rawBytes: number): number {
  return Math.max(1, rawBytes);
}

interface ZstdOptions {
  readonly params?: Readonly<Record<number, number>>;
  readonly maxOutputLength?: number;
}

/** What newer runtimes have besides; the types are those of the oldest one supported. */
interface MaybeZstd {
  readonly zstdCompressSync?: (raw: Uint8Array, options?: ZstdOptions) => Uint8Array;
  readonly zstdDecompressSync?: (packed: Uint8Array, options?: ZstdOptions) => Uint8Array;
  readonly constants: { readonly [name: string]: number };
}

/** Undefined where the runtime has no zstd. */
export function zstdOfRuntime(runtime: MaybeZstd = zlib): BodyCodec | undefined {
  const { zstdCompressSync, zstdDecompressSync, constants } = runtime;
  const windowLogMax = constants['ZSTD_d_windowLogMax'];
  if (!zstdCompressSync || !zstdDecompressSync || windowLogMax === undefined) return undefined;
  const params = { [windowLogMax]: ZSTD_WINDOW_LOG_MAX };
  return {
    compress: (raw) => zstdCompressSync(raw),
    decompress: (packed, rawBytes) =>
      zstdDecompressSync(packed, { params, maxOutputLength: roomFor(rawBytes) }),
  };
}
