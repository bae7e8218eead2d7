// `tasks cancel`.

import { command } from '../../command.ts';
import { formatCountOf } from '../../output/format.ts';
import { TASK } from './show.ts';

export const cancel = command({
  name: 'cancel',
  about: 'stop a task; what it has moved stays moved',
  inputs: { task: TASK },
  examples: [{ line: 'broker-cli tasks cancel 7', about: 'at the next slice' }],
  async run(context, { task: taskId }) {
    const { admin } = await context.client();
    const { moved } = await admin.cancelTask(taskId, { signal: context.signal });
    const sentence = `Cancelled task ${taskId}; it had moved ${formatCountOf(moved, 'message')}.`;
    await context.output.done({ taskId, cancelled: true, moved }, sentence);
  },
});
