// `schedules delete`.

import { command, flag, variadic } from '../../command.ts';
import { confirm, YES } from '../../confirm.ts';
import { errorCodeOf } from '../../errors/error-code.ts';
import { formatText } from '../../output/format.ts';

export const remove = command({
  name: 'delete',
  about: 'delete schedules; what they appended stays',
  inputs: {
    schedules: variadic('<schedules...>', 'names of schedules'),
    yes: YES,
    ifExists: flag('--if-exists', 'succeed where a schedule does not exist'),
  },
  examples: [
    { line: 'broker-cli schedules delete cleanup', about: 'asks first' },
    { line: 'broker-cli schedules delete cleanup --yes --if-exists', about: 'in a script' },
  ],
  async run(context, { schedules, yes, ifExists }) {
    const { admin } = await context.client();
    const options = { signal: context.signal };
    const found: string[] = [];
    for (const name of new Set(schedules)) {
      try {
        await admin.listSchedules({ names: [name], ...options });
        found.push(name);
      } catch (error) {
        if (!ifExists || errorCodeOf(error) !== 'UNKNOWN_SCHEDULE') throw error;
      }
    }
    if (found.length > 0) {
      const names = found.map((name) => formatText(name)).join(', ');
      await confirm(context, yes, `delete schedule${found.length > 1 ? 's' : ''} ${names}`);
    }
    for (const name of found) await admin.deleteSchedule(name, options);
    const sentence =
      found.length === 0
        ? 'Nothing to delete.'
        : found.map((name) => `Deleted schedule ${formatText(name)}.`).join('\n');
    await context.output.done({ deleted: found }, sentence);
  },
});
