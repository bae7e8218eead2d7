// `tasks list`.

import { choice, command } from '../../command.ts';
import { formatCount, formatText, formatTime } from '../../output/format.ts';
import { table } from '../../output/table.ts';
import { movementText, progressText } from './task-text.ts';

export const list = command({
  name: 'list',
  about: 'list tasks of the broker that run, and those that ended lately',
  inputs: {
    state: choice('--state <state>', 'only tasks in this state', [
      'running',
      'completed',
      'cancelled',
      'failed',
    ]),
  },
  examples: [{ line: 'broker-cli tasks list --state running', about: 'what is under way' }],
  async run(context, { state }) {
    const { admin } = await context.client();
    const all = await admin.tasks(undefined, { signal: context.signal });
    const tasks = all.filter((task) => state === undefined || task.state === state);
    await context.output.answer({ tasks }, async () =>
      table(
        context.output,
        [
          { head: 'TASK', align: 'right', cell: ({ taskId }) => String(taskId) },
          { head: 'WHAT', cell: ({ kind, dryRun }) => (dryRun ? `${kind} (dry run)` : kind) },
          { head: 'STATE', cell: (task) => task.state },
          { head: 'MESSAGES', cell: movementText },
          { head: 'PROGRESS', align: 'right', cell: progressText },
          { head: 'MOVED', align: 'right', cell: ({ moved }) => formatCount(moved) },
          { head: 'FAILED', align: 'right', cell: ({ failed }) => formatCount(failed) },
          { head: 'STARTED', cell: ({ startedAtMs }) => formatTime(startedAtMs) },
          { head: 'ERROR', cell: ({ error }) => formatText(error ?? '-', 60) },
        ],
        tasks,
        'No tasks.',
      ),
    );
  },
});
