// What one decision changes of the lanes of a share partition, and their rows. It reads the table and never changes it.

import { assert } from '../../assert.ts';
import { type LaneRow, put, remove, type Write } from '../../rows.ts';
import type { ShareKey } from '../share-scope.ts';
import { NO_LANE } from './lane-number.ts';
import type { LaneTable } from './lane-table.ts';

const NOT_HELD = -1;

export class LaneDraft {
  readonly table: LaneTable;
  readonly #key: ShareKey;
  readonly #rows = new Map<number, LaneRow>();

  constructor(key: ShareKey, table: LaneTable) {
    this.#key = key;
    this.table = table;
  }

  /** Something of the lane is or will be unresolved. */
  knows(lane: number): boolean {
    return this.table.has(lane) || this.#rows.has(lane);
  }

  /** The lane as it will be. */
  rowOf(lane: number): LaneRow {
    return this.#rows.get(lane) ?? this.table.waitingOf(lane);
  }

  /** Scheduled messages of the lane hold up what is behind them. */
  isOrdered(lane: number): boolean {
    return this.table.kind !== 'tenant' && lane !== NO_LANE;
  }

  /** Messages from `first` on wait for their lane. */
  park(lane: number, first: number, count: number): void {
    const [parked, scheduled, heldAt] = this.rowOf(lane);
    this.#rows.set(lane, [parked + count, scheduled, first < heldAt ? NOT_HELD : heldAt]);
  }

  unpark(lane: number, count: number): void {
    const [parked, scheduled, heldAt] = this.rowOf(lane);
    assert(parked >= count, 'they were parked');
    this.#rows.set(lane, [parked - count, scheduled, heldAt]);
  }

  schedule(lane: number, count: number): void {
    if (!this.isOrdered(lane)) return;
    const [parked, scheduled, heldAt] = this.rowOf(lane);
    this.#rows.set(lane, [parked, scheduled + count, heldAt]);
  }

  /** Messages from `first` on wait for their time no longer. */
  unschedule(lane: number, first: number, count: number): void {
    if (!this.isOrdered(lane)) return;
    const [parked, scheduled, heldAt] = this.rowOf(lane);
    assert(scheduled >= count, 'they were scheduled');
    const isOver = heldAt >= first && heldAt < first + count;
    this.#rows.set(lane, [parked, scheduled - count, isOver ? NOT_HELD : heldAt]);
  }

  /** The scheduled message at the offset comes before all that is parked in the lane. [L-64] */
  hold(lane: number, offset: number): void {
    const [parked, scheduled] = this.rowOf(lane);
    assert(this.isOrdered(lane) && scheduled > 0, 'a scheduled message holds up its key');
    this.#rows.set(lane, [parked, scheduled, offset]);
  }

  writes(): Write[] {
    const { groupId, topicId, partition } = this.#key;
    const writes: Write[] = [];
    for (const [lane, row] of this.#rows) {
      const before = this.table.waitingOf(lane);
      if (row.every((value, i) => value === before[i])) continue;
      const key = [groupId, topicId, partition, lane] as const;
      const isGone = row[0] + row[1] === 0;
      assert(!isGone || row[2] === NOT_HELD, 'what is gone holds nothing up');
      writes.push(isGone ? remove('laneParked', key) : put('laneParked', key, row));
    }
    return writes;
  }
}
