// Codecs of packages that need not be installed: looked for when first asked for, from where this package lies.
// It must not be imported for its types by anybody: the packages may be absent.

import { createRequire } from 'node:module';
import type { BodyCodec } from './body-codec.ts';

interface SnappyPackage {
  compressSync(raw: Uint8Array, options: CopyOptions): Uint8Array;
  uncompressSync(packed: Uint8Array, options: CopyOptions): Uint8Array;
}

/** Memory outside the heap costs more to free than to copy: an eighth of the time. */
interface CopyOptions {
  readonly copyOutputData: true;
}

interface Lz4Package {
  /** Four bytes of length, little-endian, then the block. */
  compressSync(raw: Uint8Array): Uint8Array;
  uncompressSync(packed: Uint8Array): Uint8Array;
}

const COPIED: CopyOptions = { copyOutputData: true };
const LZ4_LENGTH_BYTES = 4;

/** Throws what `require` throws where the package is absent or has no binary for this machine. */
export function loadSnappy(): BodyCodec {
  const snappy = load('snappy') as SnappyPackage;
  return {
    compress: (raw) => snappy.compressSync(raw, COPIED),
    decompress: (packed) => snappy.uncompressSync(packed, COPIED),
  };
}

/** As `loadSnappy`. */
export function loadLz4(): BodyCodec {
  const lz4 = load('lz4-napi') as Lz4Package;
  return {
    compress: (raw) => lz4.compressSync(raw).subarray(LZ4_LENGTH_BYTES),
    decompress(packed, rawBytes) {
      const sized = Buffer.allocUnsafe(LZ4_LENGTH_BYTES + packed.length);
      sized.writeUInt32LE(rawBytes);
      sized.set(packed, LZ4_LENGTH_BYTES);
      return lz4.uncompressSync(sized);
    },
  };
}

function load(name: string): unknown {
  return createRequire(import.meta.url)(name);
}
