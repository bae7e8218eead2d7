// Rows of the ledger of effects: reading one, and the writes that replace or remove it with its entry in the index of
// expiring rows. It knows nothing of who may do so.

import type { View } from '../decision.ts';
import { expiryEntry, removeExpiryEntry } from '../expiries/expiry-entry.ts';
import type { EffectRow } from '../queue-rows.ts';
import { type KeyOf, put, remove, type Write } from '../rows.ts';

type Key = KeyOf<'effects'>;

/** The effect as it stands; undefined where nobody is at it and it was never done, or both are over. [L-94] */
export function effectAt(view: View, key: Key, nowMs: number): EffectRow | undefined {
  const row = view.get('effects', key);
  return row !== undefined && row.untilMs > nowMs ? row : undefined;
}

/** It goes at its `untilMs`. */
export function putEffect(view: View, key: Key, row: EffectRow): readonly Write[] {
  return [
    ...takeExpiryBack(view, key),
    put('effects', key, row),
    expiryEntry(row.untilMs, 'effects', key),
  ];
}

export function removeEffect(view: View, key: Key): readonly Write[] {
  return [...takeExpiryBack(view, key), remove('effects', key)];
}

function takeExpiryBack(view: View, key: Key): readonly Write[] {
  const before = view.get('effects', key);
  return before === undefined ? [] : [removeExpiryEntry(before.untilMs, 'effects', key)];
}
