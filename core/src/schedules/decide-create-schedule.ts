// CreateSchedule: checks what was asked for and keeps it with its first tick, also in place of another, or refuses.

import {
  LIMITS,
  MillraceError,
  type RequestOf,
  type ResponseOf,
  SCHEDULE_HEADERS,
} from '@millrace/protocol';
import {
  accept,
  type Context,
  type Decision,
  type Refused,
  refuse,
  type View,
} from '../decision.ts';
import type { ScheduleRow } from '../queue-rows.ts';
import { put } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { utf8 } from '../share/utf8.ts';
import { oversized, tickBatch, withoutKey } from './tick-batch.ts';
import { type CronTicks, type Ticks, ticksOf } from './ticks.ts';

type Request = RequestOf<'CreateSchedule'>;

export type CreateScheduleCommand = Request & { readonly cronTicks: CronTicks };

const NAME = /^[a-zA-Z0-9._-]+$/;

export function decideCreateSchedule(
  { catalog, schedules }: ShardState,
  _view: View,
  command: CreateScheduleCommand,
  { nowMs }: Context,
): Decision<ResponseOf<'CreateSchedule'>> {
  const { name, cron, everyMs, timeZone, missed, key, value } = command;
  const topic = catalog.topicByName(command.topic);
  const refusal =
    checkName(name) ?? checkTiming(command) ?? checkHeaders(command) ?? checkSize(command);
  if (refusal !== undefined) return refusal;
  const old = schedules.byName(name);
  if (old !== undefined && !command.replace) {
    return refuse('SCHEDULE_EXISTS', `A schedule named ${name} exists.`, { field: 'name' });
  }
  if (topic === undefined) return refuse('UNKNOWN_TOPIC', `No topic is named ${command.topic}.`);
  if (old === undefined && schedules.size >= LIMITS.schedulesMax) return limited();
  const keyless = withoutKey({ key }, topic);
  if (keyless !== undefined) return refuse('KEY_REQUIRED', keyless, { field: 'key' });
  const timing = { cron, everyMs, timeZone, createdAtMs: nowMs };
  const ticks = ticksOf(timing, command.cronTicks);
  if (ticks instanceof MillraceError) return { error: ticks };
  const nextAtMs = ticks.after(nowMs);
  if (nextAtMs === null) return invalid('cron', `No time is ever met by '${cron}'.`);
  const row: ScheduleRow = {
    ...timing,
    name,
    topicId: topic.topicId,
    topic: topic.name,
    missed,
    // Copies: what came in is part of a whole frame.
    key: key && Uint8Array.from(key),
    value: value && Uint8Array.from(value),
    headers: (command.headers ?? []).map(
      (header) => [header.name, Uint8Array.from(header.value)] as const,
    ),
    ...(old === undefined ? NEW : carriedOver(old.row)),
    nextAtMs: old?.row.paused === true ? null : nextAtMs,
    behind: 0,
    error: null,
  };
  const error = oversized(tickBatch(row, [nextAtMs]), topic);
  if (error !== undefined) return tooLarge(error, topic.config.messageBytesMax);
  const reply = { nextAtMs, nextTicksMs: firstTicks(ticks, nowMs) };
  if (command.dryRun) return accept(reply);
  if (old !== undefined) return accept(reply, [put('schedules', [old.scheduleId], row)]);
  const { nextScheduleId } = schedules;
  return accept(reply, [
    put('meta', ['nextScheduleId'], nextScheduleId + 1),
    put('schedules', [nextScheduleId], row),
  ]);
}

const NEW = { paused: false, lastAtMs: null, sent: 0, missedTicks: 0 };

/** What a schedule keeps when it is replaced: ticks that were due by then are nobody's. [S-14] */
function carriedOver({ paused, lastAtMs, sent, missedTicks }: ScheduleRow) {
  return { paused, lastAtMs, sent, missedTicks };
}

function firstTicks(ticks: Ticks, nowMs: number): number[] {
  const found: number[] = [];
  let next = ticks.after(nowMs);
  while (next !== null && found.length < LIMITS.ticksToldMax) {
    found.push(next);
    next = ticks.after(next);
  }
  return found;
}

function limited(): Refused {
  const limit = `${LIMITS.schedulesMax} schedules`;
  return refuse('LIMIT_EXCEEDED', `The broker holds at most ${limit}.`, { field: 'name', limit });
}

function invalid(field: string, message: string): Refused {
  return refuse('INVALID_REQUEST', message, { field });
}

function checkName(name: string): Refused | undefined {
  if (NAME.test(name) && name !== '.' && name !== '..') return undefined;
  const message =
    'The name of a schedule is made of letters, digits, dots, hyphens and underscores.';
  return invalid('name', message);
}

/** [S-1] */
function checkTiming({ cron, everyMs, timeZone }: Request): Refused | undefined {
  if (cron === null && everyMs === null) {
    return invalid('cron', 'A schedule needs either cron or everyMs.');
  }
  if (cron !== null && everyMs !== null) {
    return invalid('everyMs', 'A schedule has either cron or everyMs, not both.');
  }
  if (timeZone === null || everyMs === null) return undefined;
  return invalid('timeZone', 'Only cron has a time zone: everyMs is the same everywhere.');
}

function checkHeaders({ headers }: Request): Refused | undefined {
  const reserved: readonly string[] = Object.values(SCHEDULE_HEADERS);
  const max = LIMITS.headersPerRecordMax - reserved.length;
  if ((headers?.length ?? 0) > max) {
    const message = `A schedule has at most ${max} headers: each message gets ${reserved.length} more.`;
    return refuse('INVALID_REQUEST', message, { field: 'headers', limit: `${max} headers` });
  }
  const taken = headers?.find(({ name }) => reserved.includes(name));
  if (taken === undefined) return undefined;
  return invalid('headers', `Header ${taken.name} is the broker's to set.`);
}

/** [S-3] */
function checkSize({ key, value, headers }: Request): Refused | undefined {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const header of headers ?? []) bytes += utf8(header.name).length + header.value.length;
  const max = LIMITS.scheduleMessageBytesMax;
  if (bytes <= max) return undefined;
  return tooLarge(
    `Key, value and headers have ${bytes} bytes; a schedule keeps at most ${max}.`,
    max,
  );
}

function tooLarge(message: string, max: number): Refused {
  return refuse('MESSAGE_TOO_LARGE', message, { field: 'value', limit: `${max} bytes` });
}
