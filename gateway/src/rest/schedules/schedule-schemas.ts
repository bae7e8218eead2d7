// What is said of a schedule when it is made and when it is described: settings from the protocol's declarations, the
// message as any other.

import { codecs, type NewSchedule, type Schedule } from '@millrace/client';
import { APIS, LIMITS } from '@millrace/protocol';
import type { Static } from 'typebox';
import { inField, outItem } from '../schemas/from-fields.ts';
import { MessageContent, messageShape, outgoingOf } from '../schemas/message.ts';
import { closed, orNull, TopicName } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';

const { request } = APIS.CreateSchedule;
const { response } = APIS.CreateSchedule;

const Name = Type.String({
  description: 'Name of a schedule.',
  maxLength: LIMITS.scheduleNameBytesMax,
  examples: ['cleanup'],
});
export const ScheduleParams = closed({ schedule: Name });

const tombstone = Type.Optional(Type.Boolean({ description: 'Messages without a value.' }));

const SETTINGS = {
  topic: TopicName,
  cron: Type.Optional(inField(request.cron)),
  everyMs: Type.Optional(inField(request.everyMs)),
  timeZone: Type.Optional(inField(request.timeZone)),
  missed: Type.Optional(inField(request.missed)),
  ...MessageContent,
  tombstone,
  dryRun: Type.Optional(inField(request.dryRun)),
};

const EXAMPLE = { topic: 'user-events', everyMs: 60_000, payload: { chore: 'clean up' } };

export const NewScheduleBody = closed(
  { name: Name, ...SETTINGS },
  {
    examples: [
      { name: 'cleanup', ...EXAMPLE },
      {
        name: 'report',
        topic: 'user-events',
        cron: '0 7 * * MON-FRI',
        timeZone: 'Europe/Berlin',
        payload: { chore: 'report' },
        dryRun: true,
      },
    ],
  },
);
export type NewScheduleShape = Static<typeof NewScheduleBody>;
export const ReplacedScheduleBody = closed(SETTINGS, { examples: [EXAMPLE] });
export type Settings = Static<typeof ReplacedScheduleBody>;

export const Ticks = closed({
  name: Name,
  nextAtMs: Type.Integer({ description: 'The first tick, ms since 1970.' }),
  nextTicksMs: Type.Array(Type.Integer(), { description: response.nextTicksMs.about }),
});
export type Ticks = Static<typeof Ticks>;

const Listed = outItem(APIS.ListSchedules.response.schedules, ['key', 'value', 'headers']);
const { properties: listed } = Listed as unknown as { readonly properties: Listed };
type Listed = { readonly [N in keyof Static<typeof Listed>]: never };

const Message = closed(
  { ...MessageContent, key: orNull(Type.String({ description: 'Where it is text.' })), tombstone },
  { description: 'What each tick appends.' },
);

export interface Described extends Static<typeof Listed> {
  readonly message: Static<typeof Message>;
}
export const ScheduleSchema = Type.Unsafe<Described>(
  closed({ ...listed, message: Message } as never, { title: 'Schedule' }),
);

/** The client's schedule. Throws INVALID_REQUEST. */
export function scheduleInput(
  name: string,
  settings: Settings,
  replace: boolean,
): NewSchedule<Uint8Array> {
  const { topic, cron, everyMs, timeZone, missed, dryRun, ...message } = settings;
  const { value, key, headers } = outgoingOf(topic, message);
  const timing = { cron, everyMs, timeZone } as { cron: string };
  const what = { name, topic, value: value ?? null, key, headers, missed, codec: codecs.bytes };
  return { ...what, ...timing, dryRun, replace };
}

export function scheduleShape(schedule: Schedule<Uint8Array>): Described {
  const { key: _key, keyBytes, value: _value, valueBytes, headers, ...told } = schedule;
  const read = { id: '', topic: '', partition: 0, offset: 0, timestampMs: 0 };
  const shape = messageShape({ ...read, keyBytes, valueBytes, headers: [...headers] as never });
  const { id: _id, topic: _topic, partition: _partition, offset: _offset, ...rest } = shape;
  const { timestampMs: _timestampMs, ...message } = rest;
  return { ...told, message };
}
