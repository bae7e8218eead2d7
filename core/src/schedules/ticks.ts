// When a schedule ticks. Ticks by period are counted here; those of a cron expression come from whoever knows calendars
// and time zones, as functions that always give the same answer. Nothing here knows what time it is.

import type { MillraceError } from '@millrace/protocol';
import { assert } from '../assert.ts';

/** All ticks of one schedule, in order. Times are ms since 1970. */
export interface Ticks {
  /** The first tick after the time, or null where none is left. */
  readonly after: (timeMs: number) => number | null;
  /** The last tick at or before the time, or null where there is none. */
  readonly upTo: (timeMs: number) => number | null;
  /** Ticks from one tick to another, both included; absent where counting means to go through all of them. */
  readonly count?: (firstMs: number, lastMs: number) => number;
}

/** The ticks of a cron expression in a time zone (null: UTC), or why there are none. */
export type CronTicks = (cron: string, timeZone: string | null) => Ticks | MillraceError;

export interface Timing {
  readonly cron: string | null;
  readonly everyMs: number | null;
  readonly timeZone: string | null;
  readonly createdAtMs: number;
}

export function ticksOf(timing: Timing, cronTicks: CronTicks): Ticks | MillraceError {
  const { cron, everyMs, timeZone, createdAtMs } = timing;
  if (everyMs !== null) return everyTicks(createdAtMs, everyMs);
  assert(cron !== null, 'a schedule has a cron expression or a period');
  return cronTicks(cron, timeZone);
}

/** Ticks at `startMs + n * everyMs`, n from 1. [S-2] */
export function everyTicks(startMs: number, everyMs: number): Ticks {
  assert(Number.isSafeInteger(everyMs) && everyMs > 0);
  const numberAt = (timeMs: number) => Math.max(0, Math.floor((timeMs - startMs) / everyMs));
  return {
    after: (timeMs) => startMs + (numberAt(timeMs) + 1) * everyMs,
    upTo: (timeMs) => {
      const number = numberAt(timeMs);
      return number === 0 ? null : startMs + number * everyMs;
    },
    count: (firstMs, lastMs) => (lastMs - firstMs) / everyMs + 1,
  };
}
