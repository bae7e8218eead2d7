// The writes of one slice of an undo: what comes back to a share partition, and its rows as they will be. It reads the
// partition and never changes it.

import { assert } from '../assert.ts';
import type { View } from '../decision.ts';
import {
  type PurgeRow,
  put,
  RUN_STATES,
  type RunRow,
  remove,
  type SharePartitionRow,
  type Write,
} from '../rows.ts';
import type { ShareScope } from '../share/share-scope.ts';

type Place = readonly [groupId: number, topicId: number, partition: number];

export class RestoreDraft {
  readonly writes: Write[] = [];
  readonly place: Place;
  /** Nothing is brought back below: the log no longer holds it, or it was purged or removed before. */
  readonly bottom: number;
  cursor: number;
  ahead: number;
  skipped = 0;
  /** Messages that came back. */
  restored = 0;
  readonly #scope: ShareScope;
  readonly #view: View;
  readonly #purge: PurgeRow;
  #messages: number;
  #scheduled = 0;
  #parked = 0;

  constructor(scope: ShareScope, view: View, purge: PurgeRow) {
    const { groupId, topicId, partition } = scope.key;
    this.place = [groupId, topicId, partition];
    const low = Math.max(scope.share.floor, scope.log.startOffset);
    this.bottom = Math.min(low, purge.toOffset);
    this.cursor = scope.share.cursor;
    this.ahead = scope.share.row[10];
    this.#scope = scope;
    this.#view = view;
    this.#purge = purge;
    this.#messages = purge.messages;
  }

  /** Messages from `first` to before `end` are unresolved again. */
  count(first: number, end: number): void {
    assert(first <= end && end <= this.#purge.toOffset);
    this.#messages -= end - first;
    this.restored += end - first;
  }

  /** A run as it was; its lease, if it had one, is as if it had not been. What lies below the bottom stays away. */
  takeRun(first: number, row: RunRow): void {
    const from = this.#moved('runs', first);
    this.writes.push(put('runs', [...this.place, from], withoutLease(row)));
    this.count(from, row[0] + 1);
  }

  /** A scheduled or parked run; its entry in the index of times may have gone meanwhile. */
  takeWaiting(first: number, row: RunRow): void {
    const from = this.#moved('waiting', first);
    if (from !== first) this.writes.push(put('waiting', [...this.place, from], row));
    const isScheduled = RUN_STATES[row[1]] === 'scheduled';
    if (isScheduled) this.writes.push(put('waitTimes', [row[3], ...this.place, from], 0));
    const messages = row[0] + 1 - from;
    if (isScheduled) this.#scheduled += messages;
    else this.#parked += messages;
    this.count(from, row[0] + 1);
  }

  /** All writes. From `newTop` on everything is back. */
  finish(newTop: number, nowMs: number): readonly Write[] {
    const isDone = newTop <= this.bottom;
    const purge = this.#purge;
    assert(newTop <= purge.toOffset && this.#messages >= 0, 'no more comes back than went');
    const before = this.#scope.share.row;
    const [, floor, nextToken, acknowledged, dead, removed, scheduled, parked, purged, skipped] =
      before;
    const row: SharePartitionRow = [
      this.cursor,
      floor,
      nextToken,
      acknowledged,
      dead,
      removed,
      scheduled + this.#scheduled,
      parked + this.#parked,
      purged + (isDone ? this.#messages : 0),
      skipped + this.skipped,
      this.ahead,
    ];
    // The purge's row goes first: memory takes runs from its end on only.
    return [
      this.#purgeAfter(isDone, newTop, nowMs),
      put('sharePartitions', this.place, row),
      ...this.writes,
    ];
  }

  /** Once all is back the rows below the floor remain to be swept. */
  #purgeAfter(isDone: boolean, newTop: number, nowMs: number): Write {
    const purge = this.#purge;
    if (isDone && this.bottom === 0) return remove('purges', this.place);
    const rest = isDone
      ? { toOffset: this.bottom, messages: 0, isUndone: false, sweepTo: this.bottom }
      : { toOffset: newTop, messages: this.#messages };
    const scheduled = purge.scheduled - this.#scheduled;
    const parked = purge.parked - this.#parked;
    return put('purges', this.place, { ...purge, ...rest, scheduled, parked, atMs: nowMs });
  }

  /** Where the run begins as far as it comes back; its row and its error move there. */
  #moved(table: 'runs' | 'waiting', first: number): number {
    if (first >= this.bottom) return first;
    this.writes.push(remove(table, [...this.place, first]));
    const error = this.#view.get('lastErrors', [...this.place, first]);
    if (error !== undefined) {
      this.writes.push(remove('lastErrors', [...this.place, first]));
      this.writes.push(put('lastErrors', [...this.place, this.bottom], error));
    }
    return this.bottom;
  }
}

/** As if the delivery that was under way had not been; the receipt is spent. [L-17] */
export function withoutLease(row: RunRow): RunRow {
  if (RUN_STATES[row[1]] !== 'leased') return row;
  const [last, , deliveries, , token, memberId, , firstDeliveredAtMs, firstFailedAtMs, lanes] = row;
  assert(deliveries > 0, 'a leased run was delivered');
  const left = deliveries - 1;
  const firstMs = left === 0 ? 0 : firstDeliveredAtMs;
  const ready = RUN_STATES.indexOf('ready');
  return [last, ready, left, 0, token, memberId, 0, firstMs, firstFailedAtMs, lanes];
}
