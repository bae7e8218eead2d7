// An undo, as far as messages are concerned that were fresh. Where nothing was given since the purge the cursor goes
// back; otherwise they become ready, never delivered, in slices: the cursor has moved on and cannot tell of them.

import type { Context, View } from '../decision.ts';
import { type PurgeRow, put, RUN_STATES, type RunRow } from '../rows.ts';
import { BatchCursor, indexFrom, offsetOf } from '../share/batch-cursor.ts';
import type { ShareScope } from '../share/share-scope.ts';
import type { RestoreDraft } from './restore-draft.ts';

export interface Restoring {
  readonly scope: ShareScope;
  readonly view: View;
  readonly draft: RestoreDraft;
  readonly purge: PurgeRow;
  readonly ctx: Context;
}

/** Offsets from `first` to `last` that an operator decided about before the cursor reached them. */
interface Decided {
  readonly first: number;
  readonly last: number;
  /** Absent: they are dead. */
  readonly waiting?: RunRow | undefined;
}

/** Gives the offset from which on everything is back. */
export function restoreFresh(restoring: Restoring, freshFrom: number, recordsMax: number): number {
  const { scope, draft, purge } = restoring;
  const top = purge.toOffset;
  const goesBack = scope.share.cursor === top;
  let newTop = goesBack ? freshFrom : Math.max(freshFrom, top - recordsMax);
  const decided = purge.ahead === 0 ? [] : decidedFrom(restoring, newTop, top);
  newTop = Math.min(newTop, decided[0]?.first ?? newTop);
  let next = newTop;
  for (const { first, last, waiting } of decided) {
    restoreBetween(restoring, next, first, goesBack);
    if (waiting !== undefined) draft.takeWaiting(first, waiting);
    next = last + 1;
  }
  restoreBetween(restoring, next, top, goesBack);
  if (goesBack) {
    draft.cursor = newTop;
    draft.ahead += purge.ahead;
  }
  return newTop;
}

/** Fresh messages: none of them was decided about. */
function restoreBetween(restoring: Restoring, from: number, end: number, goesBack: boolean): void {
  const { draft } = restoring;
  draft.count(from, end);
  if (goesBack) return;
  for (const [first, last] of recordStretches(restoring, from, end)) {
    const row = [last, RUN_STATES.indexOf('ready'), 0, 0, 0, '', 0, 0, 0, null] satisfies RunRow;
    draft.writes.push(put('runs', [...draft.place, first], row));
  }
}

/** In offset order; the first one may begin before `from`. */
function decidedFrom({ view, draft }: Restoring, from: number, end: number): Decided[] {
  const found: Decided[] = [];
  const prefix = draft.place;
  for (const table of ['waiting', 'dead'] as const) {
    const reaching = { prefix, from: [...prefix, from - 1], reverse: true, limit: 1 };
    const within = { prefix, from: [...prefix, from], to: [...prefix, end] };
    for (const query of from > 0 ? [reaching, within] : [within]) {
      for (const [[, , , first], row] of view.range(table, query)) {
        const waiting = table === 'waiting' ? (row as RunRow) : undefined;
        if (row[0] >= from) found.push({ first, last: row[0], waiting });
      }
    }
  }
  return found.toSorted((a, b) => a.first - b.first);
}

/** Consecutive offsets that have a record. */
function* recordStretches(
  { scope, view }: Restoring,
  from: number,
  end: number,
): Generator<[first: number, last: number]> {
  const { topicId, partition } = scope.key;
  const cursor = new BatchCursor(view, topicId, partition, scope.log.durableEnd);
  let stretch: [number, number] | undefined;
  for (let next = Math.max(from, scope.log.startOffset); next < end; ) {
    const batch = cursor.at(next);
    if (batch === undefined || batch.baseOffset >= end) break;
    for (let index = indexFrom(batch, next); index < batch.count; index += 1) {
      const offset = offsetOf(batch, index);
      if (offset >= end) break;
      if (stretch !== undefined && stretch[1] + 1 === offset) stretch[1] = offset;
      else {
        if (stretch !== undefined) yield stretch;
        stretch = [offset, offset];
      }
    }
    next = batch.endOffset;
  }
  if (stretch !== undefined) yield stretch;
}
