// The tasks of a shard as memory holds them: those that run, and as many that ended as are still told of. It changes
// only through `applyTaskWrite` and decides nothing.

import { LIMITS } from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { TaskRow } from '../queue-rows.ts';
import type { Write } from '../rows.ts';

export type Task = TaskRow & { readonly taskId: number };

export type TaskWrite = Extract<Write, { readonly table: 'tasks' }>;

export class Tasks {
  /** Ids are given out in order, so it iterates in the order of ids; the newest is never forgotten. */
  readonly all = new Map<number, Task>();
  readonly running = new Set<number>();
  nextTaskId = 1;

  /** Undefined where no such task is known, or it has ended. */
  runningTask(taskId: number): Task | undefined {
    return this.running.has(taskId) ? this.all.get(taskId) : undefined;
  }

  assertInvariants(): void {
    assert(this.running.size <= LIMITS.tasksRunningMax);
    assert(this.all.size - this.running.size <= LIMITS.tasksEndedMax);
    for (const [taskId, task] of this.all) {
      assert(taskId === task.taskId && taskId < this.nextTaskId);
      assert(this.running.has(taskId) === (task.state === 'running'));
      assert((task.endedAtMs === null) === (task.state === 'running'), 'what ended has a time');
      assert(task.scanned === task.moved + task.skipped + task.failed, 'each letter counts once');
    }
  }
}

export function applyTaskWrite(tasks: Tasks, { key: [taskId], value }: TaskWrite): void {
  tasks.running.delete(taskId);
  if (value === undefined) {
    tasks.all.delete(taskId);
    return;
  }
  tasks.all.set(taskId, { taskId, ...value });
  tasks.nextTaskId = Math.max(tasks.nextTaskId, taskId + 1);
  if (value.state === 'running') tasks.running.add(taskId);
}
