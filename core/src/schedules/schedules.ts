// Schedules in memory, with the earliest tick first. They change only through `apply`; they decide nothing.

import { assert } from '../assert.ts';
import { DeadlineQueue } from '../collections/deadline-queue.ts';
import type { ScheduleRow } from '../queue-rows.ts';

export interface Schedule {
  readonly scheduleId: number;
  readonly row: ScheduleRow;
}

export class Schedules {
  readonly #byId = new Map<number, ScheduleRow>();
  readonly #ids = new Map<string, number>();
  /** The next tick of each schedule that has one. */
  readonly #ticks = new DeadlineQueue();
  nextScheduleId = 1;
  /** Those that go on though their last tick came to nothing. */
  failing = 0;

  get size(): number {
    return this.#byId.size;
  }

  byId(scheduleId: number): ScheduleRow | undefined {
    return this.#byId.get(scheduleId);
  }

  byName(name: string): Schedule | undefined {
    const scheduleId = this.#ids.get(name);
    const row = scheduleId === undefined ? undefined : this.#byId.get(scheduleId);
    return scheduleId === undefined || row === undefined ? undefined : { scheduleId, row };
  }

  /** In the order of their names. */
  names(): string[] {
    return [...this.#ids.keys()].toSorted();
  }

  /** The earliest tick that is still to come or due. */
  nextTickMs(): number | undefined {
    return this.#ticks.firstTime();
  }

  /** Ids of at most `limit` schedules that have a tick at or before the time. */
  due(timeMs: number, limit: number): number[] {
    return this.#ticks.due(timeMs, limit);
  }

  apply(scheduleId: number, row: ScheduleRow | undefined): void {
    const old = this.#byId.get(scheduleId);
    if (old !== undefined) this.#ids.delete(old.name);
    this.failing += Number(isFailing(row)) - Number(isFailing(old));
    if (row === undefined) {
      this.#byId.delete(scheduleId);
      this.#ticks.delete(scheduleId);
      return;
    }
    assert(scheduleId < this.nextScheduleId && !this.#ids.has(row.name));
    this.#byId.set(scheduleId, row);
    this.#ids.set(row.name, scheduleId);
    if (row.nextAtMs === null) this.#ticks.delete(scheduleId);
    else this.#ticks.set(scheduleId, row.nextAtMs);
  }

  applyNextId(value: number | string | undefined): void {
    assert(typeof value === 'number' && value >= this.nextScheduleId, 'ids are never reused');
    this.nextScheduleId = value;
  }

  assertInvariants(): void {
    this.#ticks.assertInvariants();
    assert(this.#ids.size === this.#byId.size, 'every schedule has a name of its own');
    const failing = [...this.#byId.values()].filter(isFailing).length;
    assert(failing === this.failing, 'those that fail are counted');
    let withTick = 0;
    for (const [scheduleId, row] of this.#byId) {
      assert(scheduleId > 0 && scheduleId < this.nextScheduleId);
      assert(this.#ids.get(row.name) === scheduleId, 'a schedule is found by its name');
      assert((row.cron === null) !== (row.everyMs === null), 'a cron expression or a period');
      assert(!row.paused || row.nextAtMs === null, 'a schedule that is paused has no next tick');
      assert(row.lastAtMs === null || row.nextAtMs === null || row.lastAtMs < row.nextAtMs);
      assert((this.#ticks.timeOf(scheduleId) ?? null) === row.nextAtMs);
      if (row.nextAtMs !== null) withTick += 1;
    }
    assert(withTick === this.#ticks.size, 'only schedules tick');
  }
}

/** Whoever has paused one knows of it. */
function isFailing(row: ScheduleRow | undefined): boolean {
  return row !== undefined && row.error !== null && !row.paused;
}
