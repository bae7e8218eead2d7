// Bytes with what transport, carelessness or malice do to them.

import type { Random } from '@millrace/harness';

const INTERESTING = [0x00, 0x01, 0x7f, 0x80, 0x90, 0xa0, 0xc0, 0xc1, 0xc6, 0xdd, 0xdf, 0xff];

export function damagedBytes(random: Random, given: Uint8Array): Buffer {
  let bytes = Buffer.from(given);
  for (let times = random.between(1, 4); times > 0; times -= 1) {
    const at = random.between(0, Math.max(0, bytes.length - 1));
    const kind = random.between(0, 5);
    if (kind === 0) bytes = bytes.subarray(0, at);
    else if (kind === 1)
      bytes = Buffer.concat([bytes.subarray(0, at), noise(random), bytes.subarray(at)]);
    else if (kind === 2) bytes = Buffer.concat([bytes, bytes.subarray(at)]);
    else if (bytes.length > 0)
      bytes[at] = random.chance(0.5) ? random.pick(INTERESTING) : random.between(0, 255);
  }
  return bytes;
}

export function noise(random: Random): Buffer {
  return Buffer.from(Array.from({ length: random.between(1, 40) }, () => random.between(0, 255)));
}
