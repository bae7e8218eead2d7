// `schedules list`.

import { command } from '../../command.ts';
import { formatCount, formatText } from '../../output/format.ts';
import { table } from '../../output/table.ts';
import { lastText, nextText, scheduleDocument, timingText } from './schedule-text.ts';

export const list = command({
  name: 'list',
  about: 'list all schedules with their next and last tick',
  inputs: {},
  examples: [{ line: 'broker-cli schedules list', about: 'as a table' }],
  async run(context) {
    const { admin } = await context.client();
    const schedules = await admin.listSchedules({ signal: context.signal });
    await context.output.answer({ schedules: schedules.map(scheduleDocument) }, async () =>
      table(
        context.output,
        [
          { head: 'SCHEDULE', cell: ({ name }) => formatText(name) },
          { head: 'TOPIC', cell: ({ topic }) => formatText(topic, 60) },
          { head: 'WHEN', cell: timingText },
          { head: 'NEXT', cell: nextText },
          { head: 'LAST', cell: lastText },
          { head: 'SENT', align: 'right', cell: ({ sent }) => formatCount(sent) },
          { head: 'MISSED', align: 'right', cell: ({ missedTicks }) => formatCount(missedTicks) },
          { head: 'ERROR', cell: ({ error }) => formatText(error ?? '-', 60) },
        ],
        schedules,
        'No schedules. `broker-cli schedules create` creates one.',
      ),
    );
  },
});
