// Recurring messages: what is asked for, and how they stand. The broker keeps them and sends them.

import type { HeaderInput, RequestInput, ResponseOf } from '@millrace/protocol';
import { type Codec, decodeValue, encodeValue, textOf } from '../codecs.ts';
import type { Link, RequestOptions } from '../net/link.ts';
import type { HeadersInput } from '../producer/outgoing.ts';

type MissedPolicy = ResponseOf<'ListSchedules'>['schedules'][number]['missed'];

interface ScheduleMessage<V> {
  readonly name: string;
  readonly topic: string;
  /** Null: a message without a value. */
  readonly value: V | null;
  /** Decides the partition; without one it is the name that does. Text becomes UTF-8. */
  readonly key?: string | Uint8Array | null | undefined;
  readonly headers?: HeadersInput | undefined;
  /** Ticks missed while the broker was down: one message for all of them (default), one each, or none. */
  readonly missed?: MissedPolicy | undefined;
  /** Of the value; default: the client's. */
  readonly codec?: Codec<V> | undefined;
  /** Only checks everything and tells the ticks. */
  readonly dryRun?: boolean | undefined;
  /** Takes the place of the schedule of that name, if there is one: its counts and its pause stay. */
  readonly replace?: boolean | undefined;
}

interface ByCron {
  /** Five fields (minute, hour, day of month, month, day of week), or six with seconds first. */
  readonly cron: string;
  /** An IANA name such as Europe/Berlin; default: UTC. */
  readonly timeZone?: string | undefined;
  readonly everyMs?: undefined;
}

interface ByPeriod {
  /** At least 1,000 ms; counted from when the schedule was created. */
  readonly everyMs: number;
  readonly cron?: undefined;
  readonly timeZone?: undefined;
}

/** A schedule that is to be made. */
export type NewSchedule<V> = ScheduleMessage<V> & (ByCron | ByPeriod);

type Listed = ResponseOf<'ListSchedules'>['schedules'][number];

/** Times are ms since 1970. */
export interface Schedule<V> extends Omit<Listed, 'key' | 'value' | 'headers'> {
  /** As UTF-8 text; null where there is none. */
  readonly key: string | null;
  readonly keyBytes: Uint8Array | null;
  /** Decoded when it is asked for. Throws CODEC_FAILED. */
  readonly value: V | null;
  readonly valueBytes: Uint8Array | null;
  readonly headers: HeaderInput;
}

export interface ListSchedulesOptions<V> extends RequestOptions {
  /** Default: all, by name. */
  readonly names?: readonly string[] | undefined;
  /** Of the values; default: the client's. */
  readonly codec?: Codec<V> | undefined;
}

function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
}

function headersOf(headers: HeadersInput): RequestInput<'CreateSchedule'>['headers'] {
  const isPairs = Symbol.iterator in headers;
  const pairs = isPairs ? [...headers] : Object.entries(headers);
  return pairs.map(([name, value]) => ({ name, value: bytesOf(value) }));
}

/** When a schedule ticks, ms since 1970. */
export interface ScheduleTicks {
  readonly nextAtMs: number;
  /** The first five; of a paused one: were it to go on now. */
  readonly nextTicksMs: readonly number[];
}

/** Throws SCHEDULE_EXISTS, UNKNOWN_TOPIC, INVALID_REQUEST, MESSAGE_TOO_LARGE, LIMIT_EXCEEDED, CODEC_FAILED. */
export async function createSchedule<V>(
  link: Link,
  codec: Codec<V>,
  schedule: NewSchedule<V>,
  options?: RequestOptions,
): Promise<ScheduleTicks> {
  const { name, topic, cron, timeZone, everyMs, missed, key, value, headers } = schedule;
  const request = {
    name,
    topic,
    cron,
    timeZone,
    everyMs,
    missed,
    key: key === null || key === undefined ? null : bytesOf(key),
    value: encodeValue(schedule.codec ?? codec, value),
    headers: headers === undefined ? null : headersOf(headers),
    dryRun: schedule.dryRun,
    replace: schedule.replace,
  };
  return link.request('CreateSchedule', request, options);
}

/** Throws UNKNOWN_SCHEDULE. */
export async function listSchedules<V>(
  link: Link,
  codec: Codec<V>,
  { names, signal, timeoutMs }: ListSchedulesOptions<V>,
): Promise<Schedule<V>[]> {
  const request = { names: names ?? null };
  const { schedules } = await link.request('ListSchedules', request, { signal, timeoutMs });
  return schedules.map((listed) => scheduleOf(listed, codec));
}

function scheduleOf<V>({ key, value, headers, ...rest }: Listed, codec: Codec<V>): Schedule<V> {
  return {
    ...rest,
    key: key === null ? null : textOf(key),
    keyBytes: key,
    get value() {
      return decodeValue<V | null>(codec, value);
    },
    valueBytes: value,
    headers: (headers ?? []).map((header) => [header.name, header.value] as const),
  };
}
