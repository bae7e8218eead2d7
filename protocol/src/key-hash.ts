// Which partition a key belongs to. Murmur2 as Kafka's clients have it, so that keys stay where they were for users who
// move; docs/protocol.md has the algorithm and vectors for other languages.

const SEED = 0x9747_b28c;
const M = 0x5bd1_e995;
const R = 24;

/** Murmur2, 32 bits, as an unsigned number. */
export function hashKey(key: Uint8Array): number {
  const length = key.length;
  let hash = SEED ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const word =
      (key[at] as number) |
      ((key[at + 1] as number) << 8) |
      ((key[at + 2] as number) << 16) |
      ((key[at + 3] as number) << 24);
    const mixed = Math.imul(word, M);
    hash = Math.imul(hash, M) ^ Math.imul(mixed ^ (mixed >>> R), M);
  }
  const rest = length - at;
  if (rest >= 3) hash ^= (key[at + 2] as number) << 16;
  if (rest >= 2) hash ^= (key[at + 1] as number) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ (key[at] as number), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** The partition of a key: the hash without its sign bit, modulo the number of partitions. */
export function partitionForKey(key: Uint8Array, partitions: number): number {
  return (hashKey(key) & 0x7fff_ffff) % partitions;
}
