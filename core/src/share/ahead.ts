// Messages that an operator decided about before the cursor reached them: each has a row in `waiting` or in `dead`
// already. Only where the partition's row counts some does anybody look.

import type { View } from '../decision.ts';
import { type Run, runOf } from './run.ts';
import type { ShareKey } from './share-scope.ts';

export interface Ahead {
  readonly first: number;
  readonly last: number;
  /** Absent: they are dead. */
  readonly run?: Run | undefined;
}

/** The first that end at or after the offset, which is not below the cursor; what lies before it is left out. */
export function nextAhead(
  view: View,
  { groupId, topicId, partition }: ShareKey,
  offset: number,
): Ahead | undefined {
  const prefix = [groupId, topicId, partition] as const;
  const from = [...prefix, offset];
  const found: Ahead[] = [];
  for (const reverse of [true, false]) {
    for (const [[, , , first], row] of view.range('waiting', { prefix, from, reverse, limit: 1 })) {
      const run = runOf(first, row);
      if (row[0] >= offset) found.push({ first: Math.max(first, offset), last: row[0], run });
    }
    for (const [[, , , first], [last]] of view.range('dead', { prefix, from, reverse, limit: 1 })) {
      if (last >= offset) found.push({ first: Math.max(first, offset), last });
    }
  }
  return found.toSorted((a, b) => a.first - b.first)[0];
}

/** How many of them lie from `from` on and before `to`. */
export function countAhead(view: View, key: ShareKey, from: number, to: number): number {
  let count = 0;
  for (let next = from; next < to; ) {
    const ahead = nextAhead(view, key, next);
    if (ahead === undefined || ahead.first >= to) break;
    count += Math.min(ahead.last + 1, to) - ahead.first;
    next = ahead.last + 1;
  }
  return count;
}
