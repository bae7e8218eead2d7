// DeleteSchedule: the row goes; what the schedule appended stays.

import type { RequestOf } from '@millrace/protocol';
import { accept, type Context, type Decision, type View } from '../decision.ts';
import { remove } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { unknownSchedule } from './list-schedules.ts';

type Empty = { readonly [name: string]: never };

export function decideDeleteSchedule(
  { schedules }: ShardState,
  _view: View,
  { name }: RequestOf<'DeleteSchedule'>,
  _ctx: Context,
): Decision<Empty> {
  const schedule = schedules.byName(name);
  if (schedule === undefined) return unknownSchedule(name);
  return accept({}, [remove('schedules', [schedule.scheduleId])]);
}
