// The row under which a topic remembers a dedup id: its key, and the writes that make it and let it go again.

import { assert } from '../assert.ts';
import { expiryEntry } from '../expiries/expiry-entry.ts';
import { type DedupRow, type KeyOf, put, type Write } from '../rows.ts';

export type DedupKey = KeyOf<'dedups'>;

const HASH_BYTES = 16;

/** Set apart by it: an id `42` says nothing about a message whose content is `42`. [L-84] */
const DEDUP_KINDS = { id: 0, content: 0x8000_0000 } as const;
export type DedupKind = keyof typeof DEDUP_KINDS;

/** The 16 bytes as three numbers, in their order. */
export function dedupKey(
  topicId: number,
  scope: number,
  kind: DedupKind,
  hash: Uint8Array,
): DedupKey {
  assert(hash.length === HASH_BYTES, 'a dedup hash has its length');
  const low = (numberAt(hash, 12, 16) ^ DEDUP_KINDS[kind]) >>> 0;
  return [topicId, scope, numberAt(hash, 0, 6), numberAt(hash, 6, 12), low];
}

function numberAt(bytes: Uint8Array, from: number, end: number): number {
  let number = 0;
  for (let at = from; at < end; at += 1) number = number * 256 + (bytes[at] as number);
  return number;
}

export function rememberDedup(writes: Write[], key: DedupKey, row: DedupRow): void {
  writes.push(put('dedups', key, row), expiryEntry(row[2], 'dedups', key));
}
