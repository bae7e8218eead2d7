// Whether a stretch of bytes is UTF-8. Nearly all text on the wire is ASCII: that is found without a call.

import { isUtf8 } from 'node:buffer';

export function isText(bytes: Uint8Array, from: number, end: number): boolean {
  for (let i = from; i < end; i += 1) {
    if ((bytes[i] as number) >= 0x80) return isUtf8(bytes.subarray(i, end));
  }
  return true;
}
