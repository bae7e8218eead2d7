// When a cron expression ticks in a time zone. The calendar arithmetic is a library's; this is the only file that knows
// which. It knows no schedules and no clock.

import type { Ticks } from '@millrace/core';
import { LIMITS, MillraceError } from '@millrace/protocol';
import { Cron } from 'croner';

/** Ticks come at whole seconds. */
const SECOND_MS = 1_000;
/** Of the calendar: later there are no ticks. */
const TIME_MS_MAX = Date.UTC(9999, 0);

/**
 * The ticks of five fields (minute, hour, day of month, month, day of week) or of six, seconds first. Expressions
 * without any wildcard or step in seconds, minutes and hours mean times of the day: one that a change of the clocks
 * leaves out ticks right after the gap, and one that comes twice ticks once. Others mean intervals: they tick at every
 * time that there is. [S-4]
 */
export function cronTicks(cron: string, timeZone: string | null): Ticks | MillraceError {
  const fields = cron.trim().split(/\s+/).length;
  if (fields !== 5 && fields !== 6) {
    return invalid(
      'cron',
      `'${cron}' has ${fields} fields; cron has five, or six with seconds first`,
    );
  }
  if (timeZone !== null && !isTimeZone(timeZone)) {
    return invalid('timeZone', `'${timeZone}' is not an IANA time zone, such as Europe/Berlin`);
  }
  try {
    return ticksOf(
      new Cron(cron, {
        mode: '5-or-6-parts',
        fixedTimeRule: 'no-wildcard',
        // UTC as an offset: the same ticks, several times faster.
        ...(timeZone === null ? { utcOffset: 0 } : { timezone: timeZone }),
      }),
    );
  } catch (error) {
    return invalid('cron', error instanceof Error ? error.message : String(error));
  }
}

function ticksOf(cron: Cron): Ticks {
  return {
    after: (timeMs) => {
      if (timeMs >= TIME_MS_MAX) return null;
      return cron.nextRun(new Date(timeMs))?.getTime() ?? null;
    },
    // The library looks for ticks before a time.
    upTo: (timeMs) => {
      const beforeMs = (Math.floor(timeMs / SECOND_MS) + 1) * SECOND_MS;
      return cron.previousRuns(1, new Date(beforeMs))[0]?.getTime() ?? null;
    },
  };
}

/** Offsets such as +02:00 are time zones to some versions of the runtime and not to others: to us they are not. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function invalid(field: string, reason: string): MillraceError {
  const message = reason.slice(0, LIMITS.errorTextBytesMax / 4);
  return new MillraceError('INVALID_REQUEST', `${message}.`.replace('..', '.'), { field });
}
