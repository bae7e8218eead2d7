// AlterSchedule: a schedule pauses or goes on. Ticks that pass while it is paused are nobody's. [S-10]

import { MillraceError, type RequestOf } from '@millrace/protocol';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import { put } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { unknownSchedule } from './list-schedules.ts';
import { type CronTicks, ticksOf } from './ticks.ts';

export type AlterScheduleCommand = RequestOf<'AlterSchedule'> & { readonly cronTicks: CronTicks };

type Empty = { readonly [name: string]: never };

export function decideAlterSchedule(
  { schedules }: ShardState,
  _view: View,
  { name, paused, cronTicks }: AlterScheduleCommand,
  { nowMs }: Context,
): Decision<Empty> {
  const schedule = schedules.byName(name);
  if (schedule === undefined) return unknownSchedule(name);
  const { scheduleId, row } = schedule;
  if (row.paused === paused) return accept({});
  if (paused) {
    const pausing = { ...row, paused, nextAtMs: null, behind: 0 };
    return accept({}, [put('schedules', [scheduleId], pausing)]);
  }
  const ticks = ticksOf(row, cronTicks);
  if (ticks instanceof MillraceError) return { error: ticks };
  const going = { ...row, paused, nextAtMs: ticks.after(nowMs) };
  return accept({}, [put('schedules', [scheduleId], going)]);
}
