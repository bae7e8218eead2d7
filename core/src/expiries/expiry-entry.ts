// The index of rows that go at a time: one entry a row. It only makes and reads entries; `decideExpireRows` acts on them.

import type { ExpiringTable } from '../queue-rows.ts';
import { type KeyOf, put, remove, type Write } from '../rows.ts';

/** Write it in the decision that writes the row: the row goes once the time has come. [L-90] */
export function expiryEntry<T extends ExpiringTable>(
  expiresAtMs: number,
  table: T,
  key: KeyOf<T>,
): Write {
  return put('expiries', [expiresAtMs, table, JSON.stringify(key)], 0);
}

/** Takes back the entry of a row that goes before its time, or lasts longer now. It may be left out. */
export function removeExpiryEntry<T extends ExpiringTable>(
  expiresAtMs: number,
  table: T,
  key: KeyOf<T>,
): Write {
  return remove('expiries', [expiresAtMs, table, JSON.stringify(key)]);
}

/** The key of the row that an entry of the table is about. */
export function keyOfExpiry<T extends ExpiringTable>(rowKey: string): KeyOf<T> {
  return JSON.parse(rowKey) as KeyOf<T>;
}
