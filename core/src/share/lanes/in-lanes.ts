// How a move reads in a group with lanes, where messages wait for their lane and not for the group as a whole.

import { lanesOf, type Run } from '../run.ts';
import type { Move } from '../share-draft.ts';
import { sameLane } from './lane-column.ts';

/** In groups with lanes nothing is ready: it is parked; and what waits is of one lane a run. */
export function inLanes(run: Run, move: Move): Move[] {
  const to = move.to === 'ready' ? 'parked' : move.to;
  const next = move.next === undefined ? undefined : { ...move.next };
  const lanes = lanesOf(run, move.first, move.last);
  if ((to !== 'parked' && to !== 'scheduled') || next === undefined || lanes === null) {
    return [{ ...move, to }];
  }
  const parts: Move[] = [];
  for (let first = move.first; first <= move.last; ) {
    const last = first + sameLane(lanes, first - move.first) - 1;
    parts.push({ ...move, first, last, to, next: { ...next, first, last, state: to } });
    first = last + 1;
  }
  return parts;
}
