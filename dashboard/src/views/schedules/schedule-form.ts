// A schedule as a form has it, and as the gateway takes it. Pure.

import type { NewSchedule, Schedule } from '../../api/work-shapes.ts';
import { fieldProblem } from '../../components/field-problem.ts';
import { optionOf } from '../../components/option-of.ts';

export type ScheduleValues = {
  name: string;
  topic: string;
  timing: string;
  every: string;
  unit: string;
  cron: string;
  timeZone: string;
  missed: string;
  key: string;
  payload: string;
};

const UNITS = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof UNITS;
export const UNIT_OPTIONS = [
  ['s', 'seconds'],
  ['min', 'minutes'],
  ['h', 'hours'],
  ['d', 'days'],
] as const;

export const MISSED = [
  ['one', 'One message for all of them'],
  ['all', 'One message each (at most 1,000)'],
  ['none', 'None'],
] as const;

export const NEW_SCHEDULE: ScheduleValues = {
  name: '',
  topic: '',
  timing: 'every',
  every: '5',
  unit: 'min',
  cron: '0 7 * * MON-FRI',
  timeZone: '',
  missed: 'one',
  key: '',
  payload: '{}',
};

/** Throws a Problem of the field that is wrong. What the form cannot show of the message that is changed stays. */
export function scheduleRequest(values: ScheduleValues, message?: Schedule['message']) {
  const { name, topic, timing, cron, timeZone, missed, key, payload } = values;
  if (name.trim() === '') throw fieldProblem('name', 'Give it a name.');
  if (topic.trim() === '') throw fieldProblem('topic', 'Name the topic that gets its messages.');
  const everyMs = Number(values.every) * UNITS[values.unit as Unit];
  if (timing === 'every' && !(Number.isFinite(everyMs) && values.every.trim() !== '')) {
    throw fieldProblem('every', 'This is no number.');
  }
  const isCron = timing === 'cron';
  const request: NewSchedule = {
    name: name.trim(),
    topic: topic.trim(),
    ...(isCron ? { cron: cron.trim() } : { everyMs: Math.round(everyMs) }),
    ...(isCron && timeZone.trim() !== '' ? { timeZone: timeZone.trim() } : {}),
    missed: optionOf(MISSED, missed) ?? 'one',
    ...keyOf(key, message),
    ...(message?.headers === undefined ? {} : { headers: message.headers }),
    ...(message?.headersBase64 === undefined ? {} : { headersBase64: message.headersBase64 }),
    payloadText: payload,
  };
  return request;
}

/** A key that is no text is not in the form: it stays until another is typed. */
function keyOf(key: string, message: Schedule['message'] | undefined) {
  if (key !== '') return { key };
  return message?.keyBase64 === undefined ? {} : { keyBase64: message.keyBase64 };
}

/** What somebody has decided about a schedule, without what its ticks change. */
export function settingsKey({
  topic,
  cron,
  everyMs,
  timeZone,
  missed,
  createdAtMs,
  message,
}: Schedule) {
  return JSON.stringify([topic, cron, everyMs, timeZone, missed, createdAtMs, message]);
}

export function valuesOf({ name, topic, cron, everyMs, timeZone, missed, message }: Schedule) {
  const [every, unit] = periodOf(everyMs);
  const values: ScheduleValues = {
    name,
    topic,
    timing: cron === null ? 'every' : 'cron',
    every,
    unit,
    cron: cron ?? NEW_SCHEDULE.cron,
    timeZone: timeZone ?? '',
    missed,
    key: message.key ?? '',
    payload: message.payloadText ?? JSON.stringify(message.payload ?? {}, null, 2),
  };
  return values;
}

/** In the largest unit that says it exactly. */
export function periodOf(everyMs: number | null): readonly [every: string, unit: Unit] {
  if (everyMs === null) return [NEW_SCHEDULE.every, 'min'];
  for (const unit of ['d', 'h', 'min'] as const) {
    if (everyMs % UNITS[unit] === 0) return [String(everyMs / UNITS[unit]), unit];
  }
  return [String(everyMs / UNITS.s), 's'];
}

/** `every 5 min`, `0 7 * * MON-FRI, Europe/Berlin`. */
export function timingText({
  cron,
  everyMs,
  timeZone,
}: Pick<Schedule, 'cron' | 'everyMs' | 'timeZone'>): string {
  if (cron !== null) return `${cron}, ${timeZone ?? 'UTC'}`;
  const [every, unit] = periodOf(everyMs);
  return `every ${every} ${unit}`;
}
