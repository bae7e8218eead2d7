// Record batches by seed: sound ones with everything a record can have, and the same with damage, most of it under a checksum
// that is right, so that it gets past the first look.

import { crc32 } from 'node:zlib';
import type { Random } from '@millrace/harness';
import { type CodecName, encodeBatch, type RecordInput } from '@millrace/protocol';

const NOW_MS = 1_800_000_000_000;
const CHECKSUM_AT = 16;
const CHECKED_FROM = 20;
const HEADER_BYTES = 76;
const CODECS: readonly CodecName[] = ['none', 'none', 'none', 'gzip', 'brotli'];

export function batchOf(random: Random): Uint8Array {
  const records = Array.from({ length: random.pick([1, 1, 2, 5, 40]) }, () => recordOf(random));
  const batch = encodeBatch(records, { nowMs: NOW_MS, codec: random.pick(CODECS) });
  return random.chance(0.5) ? batch : damagedBatch(random, batch);
}

function recordOf(random: Random): RecordInput {
  const bytes = () => Buffer.alloc(random.pick([0, 1, 10, 300]), random.between(0, 255));
  return {
    value: random.chance(0.9) ? bytes() : null,
    key: random.chance(0.5) ? bytes() : null,
    ...(random.chance(0.2) && { headers: [['h', bytes()]] as const }),
    ...(random.chance(0.1) && { delayMs: random.pick([1, 50, 31_536_000_000]) }),
    ...(random.chance(0.1) && { ttlMs: random.pick([1, 50, 31_536_000_000]) }),
    ...(random.chance(0.1) && { dedup: Buffer.alloc(16, random.between(0, 3)) }),
    ...(random.chance(0.1) && { maxDeliveries: random.pick([1, 5, 1_000]) }),
    ...(random.chance(0.02) && { groupId: random.between(1, 5) }),
    ...(random.chance(0.1) && { timestampMs: random.pick([0, 1, NOW_MS + 10 ** 9]) }),
  };
}

export function damagedBatch(random: Random, batch: Uint8Array): Uint8Array {
  let bytes = Buffer.from(batch);
  for (let times = random.between(1, 4); times > 0; times -= 1) {
    // The header decides most: it is hit as often as all the rest.
    const end = random.chance(0.5) ? HEADER_BYTES : bytes.length;
    const at = random.between(0, Math.max(0, Math.min(end, bytes.length) - 1));
    const kind = random.between(0, 4);
    if (kind <= 1 && bytes.length > 0) bytes[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, 0xc1]);
    else if (kind === 2) bytes = bytes.subarray(0, at);
    else if (kind === 3) bytes = Buffer.concat([bytes, bytes.subarray(at)]);
    else if (bytes.length >= at + 4)
      bytes.writeInt32BE(random.pick([-1, 0, 2 ** 31 - 1, -(2 ** 31)]), at);
  }
  if (random.chance(0.8)) seal(bytes);
  return bytes;
}

/** A checksum that is right for what is there. */
function seal(bytes: Buffer): void {
  if (bytes.length < HEADER_BYTES) return;
  bytes.writeUInt32BE(crc32(bytes.subarray(CHECKED_FROM)), CHECKSUM_AT);
}
