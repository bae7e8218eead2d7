// The writes that keep a task: its row, and, when it ends, the row of the one that ended longest ago, so that the list
// of tasks stays bounded.

import { LIMITS } from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { TaskRow } from '../queue-rows.ts';
import { put, remove, type Write } from '../rows.ts';
import type { Task, Tasks } from './tasks.ts';

export type Ending = 'completed' | 'cancelled' | 'failed';

export function putTask({ taskId, ...row }: Task): Write {
  return put('tasks', [taskId], row satisfies TaskRow);
}

/** The oldest that ended are forgotten. [L-124] */
export function endTask(
  tasks: Tasks,
  task: Task,
  state: Ending,
  nowMs: number,
  error: string | null = null,
): Write[] {
  assert(tasks.running.has(task.taskId), 'a task ends once');
  const writes = [putTask({ ...task, state, endedAtMs: nowMs, error })];
  const ended = [...tasks.all.values()].filter((one) => one.state !== 'running');
  const tooMany = ended.length + 1 - LIMITS.tasksEndedMax;
  if (tooMany <= 0) return writes;
  const byAge = ended.toSorted((a, b) => (a.endedAtMs ?? 0) - (b.endedAtMs ?? 0));
  for (const { taskId } of byAge.slice(0, tooMany)) writes.push(remove('tasks', [taskId]));
  return writes;
}
