// What a batch keeps of a dedup id, or of a value where messages are told apart by their content: the first bytes of its
// SHA-256. Two ids with the same 16 bytes are not to be expected, by chance or by design.

import { createHash } from 'node:crypto';
import { LIMITS } from './limits.ts';

function hashOf(data: string | Uint8Array): Uint8Array {
  const hash = createHash('sha256').update(data).digest();
  return Uint8Array.from(hash.subarray(0, LIMITS.dedupHashBytes));
}

/** Of the UTF-8 of a dedup id. */
export function dedupHash(id: string): Uint8Array {
  return hashOf(id);
}

/** Of a record's value; no value counts as an empty one. */
export function contentHash(value: Uint8Array | null): Uint8Array {
  return hashOf(value ?? '');
}
