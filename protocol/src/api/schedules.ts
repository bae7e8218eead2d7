// APIs of schedules: messages that the broker appends again and again.

import { LIMITS } from '../limits.ts';
import { api, array, bool, bytes, choice, int, nullable, string, struct } from '../schema.ts';
import { topicName } from './shared.ts';

const name = string('Name of the schedule.', LIMITS.scheduleNameBytesMax);
/** What becomes of ticks that were missed while the broker was down or the schedule paused. */
export const MISSED_POLICIES = ['one', 'all', 'none'] as const;

const spec = {
  topic: topicName,
  cron: nullable(string('Five or six cron fields; or else `everyMs`.', LIMITS.cronBytesMax)),
  everyMs: nullable(
    int('Every so many ms, counted from when it was created; or else `cron`.', {
      min: LIMITS.scheduleEveryMsMin,
      max: LIMITS.scheduleEveryMsMax,
    }),
  ),
  timeZone: nullable(
    string('IANA name of the time zone of `cron`; absent: UTC.', LIMITS.timeZoneBytesMax),
  ),
  missed: choice(
    'Ticks missed while the broker was down: one message for all of them, all of them (at most 1,000), or none.',
    MISSED_POLICIES,
    { fallback: 'one' },
  ),
  key: nullable(bytes('Key of the messages.', LIMITS.scheduleMessageBytesMax)),
  value: nullable(bytes('Value of the messages.', LIMITS.scheduleMessageBytesMax)),
  headers: nullable(
    array(
      'Headers of the messages.',
      struct('A header.', {
        name: string('Name.', LIMITS.headerNameBytesMax),
        value: bytes('Value.', LIMITS.scheduleMessageBytesMax),
      }),
      LIMITS.headersPerRecordMax,
    ),
  ),
} as const;

export const createSchedule = api({
  key: 70,
  name: 'CreateSchedule',
  about:
    'Append a message to a topic at times that come back; exactly one a tick, also over restarts.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: {
    name,
    ...spec,
    dryRun: bool('Check everything, tell the next ticks and change nothing.', { fallback: false }),
    replace: bool(
      'In place of the schedule of that name, if there is one: what it counted stays, and so does its pause.',
      { fallback: false },
    ),
  },
  response: {
    nextAtMs: int('The first tick, ms since 1970.'),
    nextTicksMs: array(
      'The next ticks, as far as there are so many, ms since 1970; of a paused one: once it goes on.',
      int('ms since 1970.'),
      LIMITS.ticksToldMax,
    ),
  },
  errors: [
    'SCHEDULE_EXISTS',
    'UNKNOWN_TOPIC',
    'INVALID_REQUEST',
    'KEY_REQUIRED',
    'MESSAGE_TOO_LARGE',
    'LIMIT_EXCEEDED',
    'STORAGE_ERROR',
  ],
});

export const alterSchedule = api({
  key: 71,
  name: 'AlterSchedule',
  about: 'Pause a schedule or let it go on.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: { name, paused: bool('No ticks while it is paused; those are not made up for.') },
  response: {},
  errors: ['UNKNOWN_SCHEDULE', 'STORAGE_ERROR'],
});

export const deleteSchedule = api({
  key: 72,
  name: 'DeleteSchedule',
  about: 'Delete a schedule; what it appended stays.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: { name },
  response: {},
  errors: ['UNKNOWN_SCHEDULE', 'STORAGE_ERROR'],
});

export const listSchedules = api({
  key: 73,
  name: 'ListSchedules',
  about: 'All schedules by name, with their next and last tick.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    names: nullable(array('Schedules asked for; absent: all.', name, LIMITS.schedulesMax)),
  },
  response: {
    schedules: array(
      'Schedules.',
      struct('A schedule.', {
        name,
        ...spec,
        paused: bool('It is paused.'),
        createdAtMs: int('ms since 1970.'),
        nextAtMs: nullable(int('The next tick, ms since 1970; absent: none.')),
        lastAtMs: nullable(int('The last tick, ms since 1970.')),
        sent: int('Messages appended so far.'),
        missedTicks: int('Ticks passed over by policy.'),
        error: nullable(
          string('Why the last tick could not be carried out.', LIMITS.errorTextBytesMax),
        ),
      }),
      LIMITS.schedulesMax,
    ),
  },
  errors: ['UNKNOWN_SCHEDULE'],
});
