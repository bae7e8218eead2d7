// The writes of one slice of an undo: what comes back to a share partition, and its rows as they will be. It reads the
// partition and never changes it.

import { assert } from '../assert.ts';
import type { View } from '../decision.ts';
import type { PurgeRow } from '../queue-rows.ts';
import { put, type RunRow, remove, type SharePartitionRow, type Write } from '../rows.ts';
import { inLanes } from '../share/lanes/in-lanes.ts';
import { LaneDraft } from '../share/lanes/lane-draft.ts';
import { isWaiting, lanesOf, type Run, rowOf, runOf } from '../share/run.ts';
import type { ShareScope } from '../share/share-scope.ts';
import { Waits } from '../share/waits.ts';

type Place = readonly [groupId: number, topicId: number, partition: number];

export class RestoreDraft {
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
  readonly #waits: Waits;
  /** Rows that go come before the purge's row, while memory does not look at what lies below it. */
  readonly #removed: Write[] = [];
  readonly #added: Write[] = [];
  #messages: number;

  constructor(scope: ShareScope, view: View, purge: PurgeRow) {
    const { key, share, log } = scope;
    this.place = [key.groupId, key.topicId, key.partition];
    this.bottom = Math.min(Math.max(share.floor, log.startOffset), purge.toOffset);
    this.cursor = share.cursor;
    this.ahead = share.ahead;
    this.#scope = scope;
    this.#view = view;
    this.#purge = purge;
    this.#messages = purge.messages;
    this.#waits = new Waits(
      key,
      share.lanes === undefined ? undefined : new LaneDraft(key, share.lanes),
    );
  }

  /** Messages from `first` to before `end` are unresolved again, or turned out to be no messages. */
  count(first: number, end: number): void {
    assert(first <= end && end <= this.#purge.toOffset);
    this.#messages -= end - first;
    this.restored += end - first;
  }

  /** A run as it was; its lease, if it had one, is as if it had not been. What lies below the bottom stays away. */
  take(first: number, row: RunRow): void {
    const before = runOf(first, row);
    const { last } = before;
    const from = Math.max(first, this.bottom);
    const error = this.#view.get('lastErrors', [...this.place, first]) ?? null;
    this.#leave(before);
    this.count(from, last + 1);
    for (const at of this.enter(withoutLease(cut(before, from)))) {
      if (error !== null) this.#added.push(put('lastErrors', [...this.place, at], error));
    }
  }

  /** Gives the first offsets of the runs that it becomes: in groups with lanes one for each lane. */
  enter(run: Run): number[] {
    const { first, last, state: to } = run;
    const whole = { first, last, to, next: run, error: null };
    const { lanes } = this.#waits;
    const firsts: number[] = [];
    for (const part of lanes === undefined ? [whole] : inLanes(run, whole)) {
      const next: Run = { ...run, ...part.next };
      const own = { ...next, lanes: lanesOf(run, next.first, next.last) };
      const table = isWaiting(own.state) ? 'waiting' : 'runs';
      this.#waits.enter(own);
      this.#added.push(put(table, [...this.place, own.first], rowOf(own)));
      for (const index of this.#waits.indexes(own, own.lanes)) this.#added.push(index);
      firsts.push(own.first);
    }
    return firsts;
  }

  /** All writes. From `newTop` on everything is back. */
  finish(newTop: number, nowMs: number): readonly Write[] {
    const isDone = newTop <= this.bottom;
    assert(newTop <= this.#purge.toOffset && this.#messages >= 0, 'no more comes back than went');
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
      scheduled + this.#waits.scheduled,
      parked + this.#waits.parked,
      purged + (isDone ? this.#messages : 0),
      skipped + this.skipped,
      this.ahead,
    ];
    return [
      ...this.#removed,
      this.#purgeAfter(isDone, newTop, nowMs),
      put('sharePartitions', this.place, row),
      ...this.#added,
      ...(this.#waits.lanes?.writes() ?? []),
    ];
  }

  /** Once all is back, the rows that did not come remain to be swept. */
  #purgeAfter(isDone: boolean, newTop: number, nowMs: number): Write {
    if (isDone && this.bottom === 0) return remove('purges', this.place);
    const rest = isDone
      ? { toOffset: this.bottom, messages: 0, isUndone: false, sweepTo: this.bottom }
      : { toOffset: newTop, messages: this.#messages };
    return put('purges', this.place, { ...this.#purge, ...rest, atMs: nowMs });
  }

  #leave(run: Run): void {
    const key = [...this.place, run.first] as const;
    this.#removed.push(remove(isWaiting(run.state) ? 'waiting' : 'runs', key));
    this.#removed.push(remove('lastErrors', key));
    for (const index of this.#waits.indexes(run, run.lanes)) {
      this.#removed.push({ ...index, value: undefined });
    }
  }
}

function cut(run: Run, from: number): Run {
  return { ...run, first: from, lanes: lanesOf(run, from, run.last) };
}

/** As if the delivery that was under way had not been; the receipt is spent. [L-17] */
function withoutLease(run: Run): Run {
  if (run.state !== 'leased') return run;
  assert(run.deliveries > 0, 'a leased run was delivered');
  const deliveries = run.deliveries - 1;
  const firstDeliveredAtMs = deliveries === 0 ? 0 : run.firstDeliveredAtMs;
  const undone = { deliveries, firstDeliveredAtMs, leasedAtMs: 0 };
  return { ...run, state: 'ready', untilMs: 0, ...undone };
}
