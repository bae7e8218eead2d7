// Routes of schedules: make, replace, look, pause, delete; with a dry run that tells when one would tick.

import { codecs } from '@millrace/client';
import { MillraceError } from '@millrace/protocol';
import type { App, Services } from '../../services.ts';
import { BODY_PROBLEMS, problems } from '../openapi/responses.ts';
import { closed, Next, PageQuery, pageOf } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import {
  NewScheduleBody,
  ReplacedScheduleBody,
  ScheduleParams,
  ScheduleSchema,
  scheduleInput,
  scheduleShape,
  Ticks,
} from './schedule-schemas.ts';

const MAKING = [...BODY_PROBLEMS, 'UNKNOWN_TOPIC', 'KEY_REQUIRED', 'MESSAGE_TOO_LARGE'] as const;

export function registerSchedules(app: App, services: Services): void {
  registerMake(app, services);
  registerReplace(app, services);
  registerLook(app, services);
  registerChanges(app, services);
}

function registerMake(app: App, { sessionOf }: Services): void {
  app.post(
    '/schedules',
    {
      schema: {
        operationId: 'createSchedule',
        summary: 'Append a message at times that come back',
        description:
          'By `cron` or by `everyMs`. A dry run answers 200, checks all and makes nothing.',
        tags: ['schedules'],
        body: NewScheduleBody,
        response: {
          200: Ticks,
          201: Ticks,
          ...problems(...MAKING, 'SCHEDULE_EXISTS'),
        },
      },
    },
    async ({ raw, body: { name, ...settings } }, reply) => {
      const made = scheduleInput(name, settings, false);
      const { nextAtMs, nextTicksMs } = await sessionOf(raw).client.admin.createSchedule(made);
      const ticks = { name, nextAtMs, nextTicksMs: [...nextTicksMs] };
      if (settings.dryRun === true) return reply.code(200).send(ticks);
      const location = `/schedules/${encodeURIComponent(name)}`;
      return reply.code(201).header('location', location).send(ticks);
    },
  );
}

function registerReplace(app: App, { sessionOf }: Services): void {
  app.put(
    '/schedules/:schedule',
    {
      schema: {
        operationId: 'replaceSchedule',
        summary: 'Put a schedule in place of the one of this name, in one commit',
        description:
          'All of it is said anew. What it counted stays, and a schedule that is paused stays paused; where there is none it is made.',
        tags: ['schedules'],
        params: ScheduleParams,
        body: ReplacedScheduleBody,
        response: { 200: Ticks, ...problems(...MAKING) },
      },
    },
    async ({ raw, params: { schedule: name }, body }) => {
      const made = scheduleInput(name, body, true);
      const { nextAtMs, nextTicksMs } = await sessionOf(raw).client.admin.createSchedule(made);
      return { name, nextAtMs, nextTicksMs: [...nextTicksMs] };
    },
  );
}

function registerLook(app: App, { sessionOf }: Services): void {
  app.get(
    '/schedules',
    {
      schema: {
        operationId: 'listSchedules',
        summary: 'All schedules, by name, with their next and last tick',
        tags: ['schedules'],
        querystring: closed(PageQuery),
        response: {
          200: closed({ schedules: Type.Array(ScheduleSchema), next: Next }),
          ...problems('INVALID_REQUEST'),
        },
      },
    },
    async ({ raw, query }) => {
      const { admin } = sessionOf(raw).client;
      const { page, next } = pageOf(await admin.listSchedules({ codec: codecs.bytes }), query);
      return { schedules: page.map(scheduleShape), next };
    },
  );
  app.get(
    '/schedules/:schedule',
    {
      schema: {
        operationId: 'describeSchedule',
        summary: 'One schedule and what it appends',
        tags: ['schedules'],
        params: ScheduleParams,
        response: { 200: ScheduleSchema, ...problems('INVALID_REQUEST', 'UNKNOWN_SCHEDULE') },
      },
    },
    async ({ raw, params: { schedule: name } }) => {
      const { admin } = sessionOf(raw).client;
      const [schedule] = await admin.listSchedules({ names: [name], codec: codecs.bytes });
      if (schedule === undefined) throw new MillraceError('UNKNOWN_SCHEDULE');
      return scheduleShape(schedule);
    },
  );
}

function registerChanges(app: App, { sessionOf }: Services): void {
  const changes = {
    pause: 'No ticks from now on; those that pass are not made up for',
    resume: 'Go on with the first tick from now on',
  } as const;
  const schema = {
    tags: ['schedules'],
    params: ScheduleParams,
    response: {
      204: Type.Null({ description: 'It is done.' }),
      ...problems('INVALID_REQUEST', 'UNKNOWN_SCHEDULE'),
    },
  };
  for (const [name, summary] of Object.entries(changes) as [keyof typeof changes, string][]) {
    app.post(
      `/schedules/:schedule/${name}`,
      { schema: { operationId: `${name}Schedule`, summary, ...schema } },
      async ({ raw, params: { schedule } }, reply) => {
        const { admin } = sessionOf(raw).client;
        await (name === 'pause' ? admin.pauseSchedule(schedule) : admin.resumeSchedule(schedule));
        return reply.code(204).send(null);
      },
    );
  }
  app.delete(
    '/schedules/:schedule',
    {
      schema: {
        operationId: 'deleteSchedule',
        summary: 'Delete a schedule; what it appended stays',
        ...schema,
      },
    },
    async ({ raw, params: { schedule } }, reply) => {
      await sessionOf(raw).client.admin.deleteSchedule(schedule);
      return reply.code(204).send(null);
    },
  );
}
