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

/** The first offset from `from` on that no row of resolved messages holds; at most `rowsMax` rows are read. */
export function firstNotResolved(
  view: View,
  { groupId, topicId, partition }: ShareKey,
  from: number,
  rowsMax: number,
): number {
  const prefix = [groupId, topicId, partition] as const;
  let next = from;
  const before = { prefix, from: [...prefix, from], reverse: true, limit: 1 };
  for (const [, [last]] of view.range('dead', before)) next = Math.max(next, last + 1);
  let rows = 0;
  for (const [[, , , first], [last]] of view.range('dead', { prefix, from: [...prefix, next] })) {
    if (first > next || rows === rowsMax) break;
    next = last + 1;
    rows += 1;
  }
  return next;
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
