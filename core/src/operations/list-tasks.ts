// ListTasks: what runs and what ended lately, the newest first. It changes nothing.

import type { RequestOf, ResponseOf } from '@millrace/protocol';
import { accept, type Decision, refuse, type View } from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import type { Task } from './tasks.ts';

type Told = ResponseOf<'ListTasks'>['tasks'][number];

/** Refused with UNKNOWN_TASK where one that is asked for is not known, or was forgotten. */
export function listTasks(
  { tasks }: ShardState,
  _view: View,
  { taskIds }: RequestOf<'ListTasks'>,
): Decision<ResponseOf<'ListTasks'>> {
  const found: Told[] = [];
  for (const taskId of new Set(taskIds ?? tasks.all.keys())) {
    const task = tasks.all.get(taskId);
    if (task === undefined)
      return refuse('UNKNOWN_TASK', `No task has the id ${taskId}.`, {
        field: 'taskIds',
      });
    found.push(tell(task));
  }
  return accept({ tasks: found.toSorted((a, b) => b.taskId - a.taskId) });
}

function tell(task: Task): Told {
  const { taskId, kind, state, topic, group, target, filter, ratePerSecond, dryRun } = task;
  const { total, scanned, moved, skipped, failed, startedAtMs, endedAtMs, error } = task;
  // Rows from before these two were part of a filter do not have them.
  const told = { ...filter, error: filter.error ?? null, among: filter.among ?? null };
  const what = { taskId, kind, state, topic, group, target, filter: told, ratePerSecond, dryRun };
  return { ...what, total, scanned, moved, skipped, failed, startedAtMs, endedAtMs, error };
}
