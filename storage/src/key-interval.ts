// A range query as an interval of packed keys, the same for every store and for what lies over it.
// It reads nothing.

import { assert } from './assert.ts';
import type { RangeQuery } from './contract.ts';
import { type PackedKey, packPrefix, prefixEnd } from './key-codec.ts';
import type { TableName } from './keys.ts';

/** Packed keys with `low <= key < high`; empty when `low >= high`. */
export interface KeyInterval {
  readonly low: PackedKey;
  readonly high: PackedKey;
  readonly reverse: boolean;
  /** Rows at most; may be infinite. */
  readonly limit: number;
}

const max = (a: PackedKey, b: PackedKey): PackedKey => (a > b ? a : b);
const min = (a: PackedKey, b: PackedKey): PackedKey => (a < b ? a : b);

/** @throws AssertionError when a bound is not a prefix of a key of the table, or the limit is not a count. */
export function intervalOf(table: TableName, query: RangeQuery): KeyInterval {
  const { prefix = [], from, to, reverse = false, limit = Number.POSITIVE_INFINITY } = query;
  assert(limit >= 0 && (Number.isInteger(limit) || limit === Infinity), 'a limit is a count');
  let low = packPrefix(table, prefix);
  let high = prefixEnd(low);
  if (reverse) {
    if (from) high = min(high, prefixEnd(packPrefix(table, from)));
    if (to) low = max(low, prefixEnd(packPrefix(table, to)));
  } else {
    if (from) low = max(low, packPrefix(table, from));
    if (to) high = min(high, packPrefix(table, to));
  }
  return { low, high, reverse, limit };
}
