// An undo, as far as messages are concerned that were fresh. Where nothing was given since the purge the cursor goes
// back; otherwise they become ready, never delivered, in slices: the cursor has moved on and cannot tell of them.

import type { Context, View } from '../decision.ts';
import type { PurgeRow } from '../queue-rows.ts';
import type { RunRow } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { BatchCursor, indexFrom, offsetOf } from '../share/batch-cursor.ts';
import { laneColumn } from '../share/lanes/lane-column.ts';
import { laneKindOf } from '../share/lanes/lane-scope.ts';
import type { ShareScope } from '../share/share-scope.ts';
import { type Fate, fateOf, GIVEN, isSameFate, isSifted } from '../share/sift.ts';
import { neverDelivered } from '../share/take-fresh.ts';
import type { RestoreDraft } from './restore-draft.ts';

export interface Restoring {
  readonly state: ShardState;
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
    if (waiting !== undefined) draft.take(first, waiting);
    next = last + 1;
  }
  restoreBetween(restoring, next, top, goesBack);
  if (goesBack) {
    draft.cursor = freshFrom;
    // Those that the log has lost since lie before it.
    for (const { first, last } of decided) draft.ahead += last + 1 - Math.max(first, freshFrom);
  }
  return newTop;
}

/** Fresh messages: none of them was decided about. */
function restoreBetween(restoring: Restoring, from: number, end: number, goesBack: boolean): void {
  const { draft } = restoring;
  draft.count(from, end);
  if (goesBack) return;
  for (const { first, last, fate, lanes } of recordParts(restoring, from, end)) {
    if (fate.to === 'skipped') draft.skipped += last - first + 1;
    else {
      const untilMs = fate.to === 'scheduled' ? fate.untilMs : 0;
      const column = lanes.length === 0 ? null : laneColumn(lanes);
      draft.enter({ ...neverDelivered(first, last, untilMs), lanes: column });
    }
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

/** Consecutive messages that are to go the same way. */
interface RecordPart {
  readonly first: number;
  last: number;
  readonly fate: Fate;
  readonly lanes: number[];
}

/** Offsets that have a record. Those that expired are ready too: whoever receives finds out. */
function* recordParts(
  { state, scope, view, ctx }: Restoring,
  from: number,
  end: number,
): Generator<RecordPart> {
  const { topicId, partition } = scope.key;
  const kind = laneKindOf(scope.group.config);
  const cursor = new BatchCursor(view, topicId, partition, scope.log.durableEnd);
  let part: RecordPart | undefined;
  for (let next = Math.max(from, scope.log.startOffset); next < end; ) {
    const batch = cursor.at(next);
    if (batch === undefined || batch.baseOffset >= end) break;
    const sifted = isSifted(scope, batch);
    const lanes = kind && state.shares.laneCache.of(kind, scope.key, batch);
    for (let index = indexFrom(batch, next); index < batch.count; index += 1) {
      const offset = offsetOf(batch, index);
      if (offset >= end) break;
      const fate = sifted ? fateOf(scope, batch, index, ctx.nowMs) : GIVEN;
      if (part === undefined || part.last + 1 !== offset || !isSameFate(part.fate, fate)) {
        if (part !== undefined) yield part;
        part = { first: offset, last: offset, fate, lanes: [] };
      }
      part.last = offset;
      if (lanes !== undefined) part.lanes.push(lanes.at(batch, index));
    }
    next = batch.endOffset;
  }
  if (part !== undefined) yield part;
}
