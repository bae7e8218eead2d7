// Compression of files by their names: .gz, .br, and .zst where the runtime has it.

import type { Duplex } from 'node:stream';
import zlib from 'node:zlib';
import { usage } from '../../errors/cli-error.ts';

interface Compressor {
  readonly pack: () => Duplex;
  readonly unpack: () => Duplex;
}

/** Since Node.js 22.15; the types are those of the oldest that is supported. */
const zstd = zlib as unknown as {
  readonly createZstdCompress?: () => Duplex;
  readonly createZstdDecompress?: () => Duplex;
};

const BY_ENDING: { readonly [ending: string]: () => Compressor } = {
  gz: () => ({ pack: () => zlib.createGzip(), unpack: () => zlib.createGunzip() }),
  br: () => ({
    pack: () => zlib.createBrotliCompress({ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } }),
    unpack: () => zlib.createBrotliDecompress(),
  }),
  zst: () => {
    const { createZstdCompress: pack, createZstdDecompress: unpack } = zstd;
    if (pack !== undefined && unpack !== undefined) return { pack, unpack };
    throw usage('this Node.js has no zstd: 22.15 or newer has; .gz works everywhere');
  },
};

/** Undefined where the name says nothing of compression. */
export function compressorOf(path: string): Compressor | undefined {
  const ending = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(BY_ENDING, ending) ? BY_ENDING[ending]?.() : undefined;
}
