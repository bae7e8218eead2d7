// Schedules: administration. Their ticks are a background job.

import {
  decideAlterSchedule,
  decideCreateSchedule,
  decideDeleteSchedule,
  listSchedules,
} from '@millrace/core';
import { cronTicks } from '../shard/cron-ticks.ts';
import type { Handler } from './handler.ts';
import type { Services } from './services.ts';

export function createScheduleHandlers({ shard }: Services) {
  const create: Handler<'CreateSchedule'> = (request) => {
    const command = { ...request, cronTicks };
    return shard.submit((state, view, ctx) => decideCreateSchedule(state, view, command, ctx));
  };

  const alter: Handler<'AlterSchedule'> = (request) => {
    const command = { ...request, cronTicks };
    return shard.submit((state, view, ctx) => decideAlterSchedule(state, view, command, ctx));
  };

  const remove: Handler<'DeleteSchedule'> = (request) =>
    shard.submit((state, view, ctx) => decideDeleteSchedule(state, view, request, ctx));

  const list: Handler<'ListSchedules'> = (query) =>
    shard.submit((state, view) => listSchedules(state, view, query));

  return {
    CreateSchedule: create,
    AlterSchedule: alter,
    DeleteSchedule: remove,
    ListSchedules: list,
  };
}
