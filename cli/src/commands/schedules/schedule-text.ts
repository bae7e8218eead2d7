// A schedule as a JSON document, and its times as people read them.

import type { Schedule } from '@millrace/client';
import { formatDuration, formatText, formatTime } from '../../output/format.ts';
import { recordObject } from '../../output/record-json.ts';

type Listed = Schedule<unknown>;

/** Key, value and headers as `consume` writes those of a record. */
export function scheduleDocument(schedule: Listed): { [name: string]: unknown } {
  const { name, topic, cron, everyMs, timeZone, missed, paused, createdAtMs } = schedule;
  const { nextAtMs, lastAtMs, sent, missedTicks, error } = schedule;
  const { keyBytes, valueBytes } = schedule;
  const place = { topic, partition: 0, offset: 0, timestampMs: 0 };
  const record = { ...place, keyBytes, valueBytes, headers: schedule.headers };
  const { key, keyFormat, value, valueFormat, headers } = recordObject(record, 'json');
  return {
    name,
    topic,
    cron,
    everyMs,
    timeZone,
    missed,
    paused,
    createdAtMs,
    nextAtMs,
    lastAtMs,
    sent,
    missedTicks,
    error,
    key,
    value,
    headers,
    ...(keyFormat === undefined ? {} : { keyFormat }),
    ...(valueFormat === undefined ? {} : { valueFormat }),
  };
}

/** `every 5m`, or `0 3 * * * Europe/Berlin`. */
export function timingText({ cron, everyMs, timeZone }: Listed): string {
  if (everyMs !== null) return `every ${formatDuration(everyMs)}`;
  return formatText(`${cron ?? ''} ${timeZone ?? 'UTC'}`);
}

export function nextText({ paused, nextAtMs }: Listed): string {
  if (paused) return 'paused';
  return nextAtMs === null ? '-' : formatTime(nextAtMs);
}

export function lastText({ lastAtMs }: Listed): string {
  return lastAtMs === null ? '-' : formatTime(lastAtMs);
}
