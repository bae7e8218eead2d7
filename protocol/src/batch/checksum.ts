// The checksum of batches: CRC-32 as in zlib, gzip and PNG (polynomial 0xEDB88320, reflected).
// `docs/adr/0004-the-checksum-is-crc-32-of-zlib.md` has the figures.

import { crc32 } from 'node:zlib';

/** Below this many bytes a table in JavaScript is faster than the call into zlib. */
const NATIVE_FROM_BYTES = 256;

const TABLE = new Int32Array(4 * 256);
for (let byte = 0; byte < 256; byte += 1) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  TABLE[byte] = crc;
}
for (let at = 256; at < TABLE.length; at += 1) {
  const crc = TABLE[at - 256] as number;
  TABLE[at] = (crc >>> 8) ^ (TABLE[crc & 0xff] as number);
}

function entry(at: number): number {
  return TABLE[at] as number;
}

/** Four bytes at a time. Exported for its test against zlib. */
export function crc32OfSmall(bytes: Uint8Array, from: number, to: number): number {
  let crc = -1;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    crc ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    crc =
      entry(768 + (crc & 0xff)) ^
      entry(512 + ((crc >>> 8) & 0xff)) ^
      entry(256 + ((crc >>> 16) & 0xff)) ^
      entry(crc >>> 24);
  }
  for (; at < to; at += 1) crc = entry((crc ^ (bytes[at] as number)) & 0xff) ^ (crc >>> 8);
  return ~crc >>> 0;
}

export function checksumOf(bytes: Uint8Array, from: number, to: number): number {
  return to - from < NATIVE_FROM_BYTES
    ? crc32OfSmall(bytes, from, to)
    : crc32(bytes.subarray(from, to));
}
