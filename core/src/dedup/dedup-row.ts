// The rows under which a topic remembers dedup ids, and the entries by which they go again: one entry for many ids, as
// an entry an id would cost as much again as the ids themselves.

import { assert } from '../assert.ts';
import { type KeyOf, put, type Write } from '../rows.ts';

export type DedupKey = KeyOf<'dedups'>;

/** Set apart by it: an id `42` says nothing about a message whose content is `42`. [L-84] */
const KIND_MASKS = { id: 0, content: 0x8000_0000 } as const;
type DedupKind = keyof typeof KIND_MASKS;

const HASH_BYTES = 16;
/** Bytes of the parts of a key but the topic: scope, then the hash. */
const WIDTHS = [8, 6, 6, 4] as const;
const ID_BYTES = 24;
const TWO_32 = 2 ** 32;
const LOW_21 = 0x1f_ffff;
/** Ids of one entry: what bounds the work of expiring it. */
const ENTRY_IDS_MAX = 256;

/** The 16 bytes as three numbers, in their order. */
export function dedupKey(
  topicId: number,
  scope: number,
  kind: DedupKind,
  hash: Uint8Array,
): DedupKey {
  assert(hash.length === HASH_BYTES, 'a dedup hash has its length');
  const low = (numberAt(hash, 12, 4) ^ KIND_MASKS[kind]) >>> 0;
  return [topicId, scope, numberAt(hash, 0, 6), numberAt(hash, 6, 6), low];
}

/** Each epoch of a topic has scopes of its own: ids of those before are found no more, and go in their time. [L-38] */
export function scopeInEpoch(scope: number, epoch: number): number {
  const low = (scope % TWO_32) ^ Math.imul(epoch, 0x9e37_79b1);
  const high = Math.floor(scope / TWO_32) ^ (Math.imul(epoch, 0x85eb_ca6b) & LOW_21);
  return high * TWO_32 + (low >>> 0);
}

/** The entries of ids that were taken from `offset` of the partition on, and go at one time. [L-90] */
export function dedupExpiries(
  expiresAtMs: number,
  [topicId, partition, offset]: readonly [number, number, number],
  keys: readonly DedupKey[],
): Write[] {
  const writes: Write[] = [];
  for (let from = 0; from < keys.length; from += ENTRY_IDS_MAX) {
    const rowKey = JSON.stringify([topicId, partition, offset, from]);
    const ids = packed(keys.slice(from, from + ENTRY_IDS_MAX));
    writes.push(put('expiries', [expiresAtMs, 'dedups', rowKey], ids));
  }
  return writes;
}

/** The keys that an entry stands for. */
export function dedupsOfExpiry(rowKey: string, ids: Uint8Array): DedupKey[] {
  const [topicId] = JSON.parse(rowKey) as [topicId: number];
  const keys: DedupKey[] = [];
  for (let at = 0; at < ids.length; at += ID_BYTES) {
    const scope = numberAt(ids, at, 8);
    const [high, middle] = [numberAt(ids, at + 8, 6), numberAt(ids, at + 14, 6)];
    keys.push([topicId, scope, high, middle, numberAt(ids, at + 20, 4)]);
  }
  return keys;
}

function packed(keys: readonly DedupKey[]): Uint8Array {
  const bytes = new Uint8Array(ID_BYTES * keys.length);
  let at = 0;
  for (const key of keys) {
    for (let part = 0; part < WIDTHS.length; part += 1) {
      const width = WIDTHS[part] as number;
      let rest = key[part + 1] as number;
      for (let to = at + width - 1; to >= at; to -= 1) {
        bytes[to] = rest % 256;
        rest = Math.floor(rest / 256);
      }
      at += width;
    }
  }
  return bytes;
}

/** Big-endian. */
function numberAt(bytes: Uint8Array, from: number, width: number): number {
  let number = 0;
  for (let at = from; at < from + width; at += 1) number = number * 256 + (bytes[at] as number);
  return number;
}
