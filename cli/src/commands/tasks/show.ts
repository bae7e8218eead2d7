// `tasks show`.

import type { Task } from '@millrace/client';
import { argument, command, flag } from '../../command.ts';
import { CliError } from '../../errors/cli-error.ts';
import { count } from '../../input/count.ts';
import { formatCount, formatText, formatTime } from '../../output/format.ts';
import type { Output } from '../../output/output.ts';
import { properties } from '../../output/table.ts';
import { followTask, reportEnd } from './follow-task.ts';
import { filterText, movementText, progressText } from './task-text.ts';

const TASK_ID_MAX = 0xffff_ffff;
export const TASK = argument('<task>', 'number of the task', count(1, TASK_ID_MAX));

export const show = command({
  name: 'show',
  about: 'show what a task does and how far it is',
  inputs: {
    task: TASK,
    follow: flag('--follow', 'wait until it ends; the exit code says how it did'),
  },
  examples: [
    { line: 'broker-cli tasks show 7', about: 'now' },
    { line: 'broker-cli tasks show 7 --follow', about: 'until it ends' },
  ],
  async run(context, { task: taskId, follow }) {
    const { admin } = await context.client();
    if (follow) {
      await reportEnd(context, await followTask(context, admin, taskId));
      return;
    }
    const [task] = await admin.tasks([taskId], { signal: context.signal });
    if (task === undefined) throw new CliError('notFound', 'UNKNOWN_TASK', `no task ${taskId}`);
    await context.output.answer(task, async () => taskText(context.output, task));
  },
});

function taskText(output: Output, task: Task): Promise<string> {
  const { state, error, endedAtMs, ratePerSecond } = task;
  return properties(output, [
    ['task', String(task.taskId)],
    ['what', task.dryRun ? `${task.kind} (dry run: it only counts)` : task.kind],
    ['state', error === null ? state : `${state}: ${formatText(error)}`],
    ['messages', movementText(task)],
    ['resolved in', `queue ${formatText(task.group)}`],
    ['which', filterText(task)],
    ['rate', ratePerSecond === 0 ? 'unlimited' : `${formatCount(ratePerSecond)} messages/s`],
    ['progress', progressText(task)],
    [task.dryRun ? 'would move' : 'moved', formatCount(task.moved)],
    ['passed over', formatCount(task.skipped)],
    ['failed', formatCount(task.failed)],
    ['started', formatTime(task.startedAtMs)],
    ['ended', endedAtMs === null ? '-' : formatTime(endedAtMs)],
  ]);
}
