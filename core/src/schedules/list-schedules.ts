// ListSchedules: what was asked for and how it stands. Reads memory alone.

import type { RequestOf, ResponseInput } from '@millrace/protocol';
import { accept, type Decision, type Refused, refuse, type View } from '../decision.ts';
import type { ScheduleRow } from '../queue-rows.ts';
import type { ShardState } from '../shard-state.ts';

type Reply = ResponseInput<'ListSchedules'>;

export function listSchedules(
  { schedules }: ShardState,
  _view: View,
  query: RequestOf<'ListSchedules'>,
): Decision<Reply> {
  const found: ScheduleRow[] = [];
  for (const name of query.names ?? schedules.names()) {
    const schedule = schedules.byName(name);
    if (schedule === undefined) return unknownSchedule(name);
    found.push(schedule.row);
  }
  return accept({ schedules: found.map(listed) });
}

function listed({
  topicId: _id,
  behind: _behind,
  ...row
}: ScheduleRow): Reply['schedules'][number] {
  return { ...row, headers: row.headers.map(([name, value]) => ({ name, value })) };
}

export function unknownSchedule(name: string): Refused {
  return refuse('UNKNOWN_SCHEDULE', `No schedule is named ${name}.`, { field: 'name' });
}
