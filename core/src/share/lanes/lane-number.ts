// Lanes as numbers: an ordering key or a tenant hashed to 53 bits. Two that get one number share a lane, which is safe:
// they wait for each other. It must stay as it is: numbers are stored.

/** Of a message without key or without tenant. */
export const NO_LANE = 0;

/**
 * Tenants share so many lanes, so that what is counted for each is bounded: of 1,000 tenants about one has to share.
 * [L-70]
 */
export const TENANT_LANES = 2 ** 20;

const TWO_32 = 2 ** 32;
const LOW_21 = 0x1f_ffff;

/** Lane of the bytes from `from` to before `end`: two hashes of 32 bits, of which 53 bits are kept; never 0. */
export function laneNumber(bytes: Uint8Array, from: number, end: number): number {
  let low = 0x9747_b28c ^ (end - from);
  let high = 0x5bd1_e995;
  for (let at = from; at < end; at += 4) {
    // Bytes after the end count as 0: the length is in it already.
    let word = bytes[at] as number;
    if (at + 1 < end) word |= (bytes[at + 1] as number) << 8;
    if (at + 2 < end) word |= (bytes[at + 2] as number) << 16;
    if (at + 3 < end) word |= (bytes[at + 3] as number) << 24;
    low = Math.imul(low ^ word, 0x9e37_79b1);
    low ^= low >>> 15;
    high = Math.imul(high ^ word, 0x5f35_6495);
    high ^= high >>> 13;
  }
  low = Math.imul(low ^ (low >>> 16), 0x85eb_ca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2_ae35);
  high = Math.imul(high ^ (high >>> 16), 0x85eb_ca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2_ae35);
  low ^= low >>> 16;
  return (high & LOW_21) * TWO_32 + (low >>> 0) || 1;
}

/** Lane of a tenant's name. */
export function tenantLane(bytes: Uint8Array, from: number, end: number): number {
  return (laneNumber(bytes, from, end) % (TENANT_LANES - 1)) + 1;
}
