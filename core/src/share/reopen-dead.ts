// Cuts messages out of the row of dead ones that holds them: what lies before and after them stays dead.

import { assert } from '../assert.ts';
import type { View } from '../decision.ts';
import { type DeadRow, put, remove, type Write } from '../rows.ts';

/** Adds the writes. All of the range lies in one dead row. */
export function reopenDead(
  writes: Write[],
  view: View,
  prefix: readonly [groupId: number, topicId: number, partition: number],
  range: { readonly first: number; readonly last: number },
): void {
  const from = [...prefix, range.first];
  for (const [key, row] of view.range('dead', { prefix, from, reverse: true, limit: 1 })) {
    const first = key[3];
    const [last, ...rest] = row;
    assert(first <= range.first && last >= range.last, 'they lie in one dead row');
    const error = view.get('lastErrors', key);
    if (first < range.first) {
      writes.push(put('dead', key, [range.first - 1, ...rest]));
    } else {
      writes.push(remove('dead', key));
      if (error !== undefined) writes.push(remove('lastErrors', key));
    }
    if (range.last === last) return;
    const after = [...prefix, range.last + 1] as const;
    writes.push(put('dead', after, restOf(row, range.last + 1 - first)));
    if (error !== undefined) writes.push(put('lastErrors', after, error));
    return;
  }
  assert(false, 'what is opened again is dead');
}

/** The row without its first messages. */
function restOf(row: DeadRow, messages: number): DeadRow {
  const [last, reason, deliveries, diedAtMs, topicId, partition, offset] = row;
  const copy = offset < 0 ? offset : offset + messages;
  return [last, reason, deliveries, diedAtMs, topicId, partition, copy];
}
