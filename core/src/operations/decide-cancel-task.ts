// CancelTask: what a task has moved stays moved, and it moves nothing more.

import type { RequestOf, ResponseOf } from '@millrace/protocol';
import { accept, type Context, type Decision, refuse, type View } from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import { endTask } from './plan-task.ts';

/** A task that was cancelled before is told again; one that ended otherwise is refused: TASK_ENDED. [L-123] */
export function decideCancelTask(
  { tasks }: ShardState,
  _view: View,
  { taskId }: RequestOf<'CancelTask'>,
  ctx: Context,
): Decision<ResponseOf<'CancelTask'>> {
  const task = tasks.all.get(taskId);
  if (task === undefined) {
    return refuse('UNKNOWN_TASK', `No task has the id ${taskId}.`, { field: 'taskId' });
  }
  const { moved, state } = task;
  if (state === 'cancelled') return accept({ moved });
  if (state !== 'running') return refuse('TASK_ENDED', `Task ${taskId} is ${state}.`);
  return accept({ moved }, endTask(tasks, task, 'cancelled', ctx.nowMs));
}
