// What a slice of a redrive does to the letters themselves: those that were moved are acknowledged in the group of
// their topic, the others wait as before. Fresh ones that the cursor passes become ready, never delivered.

import { assert } from '../assert.ts';
import type { View, Wake } from '../decision.ts';
import type { Write } from '../rows.ts';
import { nextAhead } from '../share/ahead.ts';
import { laneColumn } from '../share/lanes/lane-column.ts';
import type { Run } from '../share/run.ts';
import type { Move, ShareDraft } from '../share/share-draft.ts';
import type { ShareScope } from '../share/share-scope.ts';
import { neverDelivered } from '../share/take-fresh.ts';
import type { Unresolved } from './redrive-range.ts';

/** What becomes of a letter. */
export type Fate =
  | { readonly to: 'acknowledged' }
  /** It is for another group. */
  | { readonly to: 'skipped' }
  /** `untilMs`: it is not visible before. `lane`: null in groups without lanes. */
  | { readonly to: 'kept'; readonly untilMs: number; readonly lane: number | null };

interface Range {
  readonly first: number;
  last: number;
  readonly fate: Fate;
  readonly lanes: number[];
}

/** Where the letters are. */
export interface SettlerPlace {
  readonly scope: ShareScope;
  readonly view: View;
  readonly nowMs: number;
}

export class LetterSettler {
  readonly #draft: ShareDraft;
  readonly #place: SettlerPlace;
  #stretch: Unresolved | undefined;
  #ranges: Range[] = [];

  constructor(draft: ShareDraft, place: SettlerPlace) {
    this.#draft = draft;
    this.#place = place;
  }

  begin(stretch: Unresolved): void {
    assert(this.#stretch === undefined, 'one stretch after the other');
    this.#stretch = stretch;
    this.#ranges = [];
  }

  /** In offset order. An offset that is left out has no record. */
  settle(offset: number, fate: Fate): void {
    const before = this.#ranges.at(-1);
    assert(before === undefined || before.last < offset, 'in offset order');
    const lanes = fate.to === 'kept' && fate.lane !== null ? [fate.lane] : [];
    if (before !== undefined && before.last === offset - 1 && isSame(before.fate, fate)) {
      before.last = offset;
      before.lanes.push(...lanes);
    } else {
      this.#ranges.push({ first: offset, last: offset, fate, lanes });
    }
  }

  /** Offsets of the stretch before `next` were looked at. */
  end(next: number): void {
    const stretch = this.#stretch;
    assert(stretch !== undefined, 'a stretch was begun');
    this.#stretch = undefined;
    if (stretch.run !== undefined) this.#carve(stretch.run);
    else this.#passFresh(next);
  }

  finish(): readonly Write[] {
    return this.#draft.finish();
  }

  wake(): readonly Wake[] {
    return this.#draft.wake();
  }

  #carve(run: Run): void {
    const moves: Move[] = [];
    for (const { first, last, fate } of this.#ranges) {
      if (fate.to === 'acknowledged') moves.push({ first, last, to: fate.to, error: null });
    }
    if (moves.length > 0) this.#draft.carve(run, moves);
  }

  #passFresh(next: number): void {
    const draft = this.#draft;
    for (const { first, last, fate, lanes } of this.#ranges) {
      this.#passAhead(first);
      if (fate.to !== 'kept') {
        draft.resolveFresh({ first, last }, fate.to);
        continue;
      }
      const column = lanes.length === 0 ? null : laneColumn(lanes);
      draft.takeFresh({ ...neverDelivered(first, last, fate.untilMs), lanes: column });
      if (fate.untilMs === 0) draft.wakeMembers();
    }
    this.#passAhead(next);
    draft.cursor = Math.max(draft.cursor, next);
  }

  /** What an operator decided about, before the offset: what waits there is ready once its time has come. */
  #passAhead(end: number): void {
    const draft = this.#draft;
    const { scope, view, nowMs } = this.#place;
    if (scope.share.ahead === 0) return;
    for (;;) {
      const ahead = nextAhead(view, scope.key, draft.cursor);
      if (ahead === undefined || ahead.first >= end) return;
      const { first, last, run } = ahead;
      if (run !== undefined && run.untilMs <= nowMs) {
        const next: Run = { ...run, state: 'ready', untilMs: 0 };
        draft.carve(run, [{ first: run.first, last: run.last, to: 'ready', next, error: null }]);
      }
      draft.passAhead({ first, last });
    }
  }
}

function isSame(a: Fate, b: Fate): boolean {
  if (a.to !== 'kept' || b.to !== 'kept') return a.to === b.to;
  return a.untilMs === b.untilMs;
}
