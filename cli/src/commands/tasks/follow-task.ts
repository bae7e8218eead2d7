// Waits for a task of the broker, with a progress bar for who watches, and says how it ended: by the exit code too.

import type { Admin, Task } from '@millrace/client';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors/cli-error.ts';
import { openBar } from '../../output/bar.ts';
import { formatCount } from '../../output/format.ts';
import { outcomeText } from './task-text.ts';

interface Bar {
  show(task: Task): void;
  stop(): void;
}

/** Ctrl-C stops the waiting, not the task. */
export async function followTask(context: Context, admin: Admin, taskId: number): Promise<Task> {
  const { output, signal } = context;
  const bar = await barFor(context);
  try {
    return await admin.waitForTask(taskId, { signal, onProgress: (task) => bar.show(task) });
  } catch (error) {
    bar.stop();
    if (signal.aborted) {
      output.note(`Task ${taskId} goes on; \`broker-cli tasks cancel ${taskId}\` stops it.`);
    }
    throw error;
  } finally {
    bar.stop();
  }
}

/** Prints how the task ended. Throws where it failed, was cancelled, or left messages behind. */
export async function reportEnd(context: Context, task: Task): Promise<void> {
  const { taskId, state, error, failed } = task;
  await context.output.answer(task, () => outcomeText(task));
  if (state === 'failed') {
    throw new CliError('failed', 'TASK_FAILED', `task ${taskId} failed: ${error ?? 'no reason'}`);
  }
  if (state === 'cancelled') {
    throw new CliError('conflict', 'TASK_CANCELLED', `task ${taskId} was cancelled`);
  }
  if (failed > 0) {
    const text = `${formatCount(failed)} messages could not be moved and stay where they are`;
    throw new CliError('failed', 'TASK_INCOMPLETE', text);
  }
}

async function barFor({ output, terminal }: Context): Promise<Bar> {
  if (!output.isWatched) return { show: () => {}, stop: () => {} };
  const bar = await openBar(terminal, ' {bar} {percentage}%  {text}');
  return {
    show(task) {
      const { total, scanned, moved } = task;
      const text = `${formatCount(scanned)} of ${formatCount(total)}, ${formatCount(moved)} moved`;
      if (!bar.isActive) bar.start(Math.max(total, 1), 0, { text });
      bar.update(Math.min(scanned, total), { text });
    },
    stop() {
      if (bar.isActive) bar.stop();
    },
  };
}
