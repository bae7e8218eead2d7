// `schedules describe`.

import type { Schedule } from '@millrace/client';
import { command, variadic } from '../../command.ts';
import { formatCount, formatText, formatTime } from '../../output/format.ts';
import type { Output } from '../../output/output.ts';
import { previewOf } from '../../output/record-json.ts';
import { properties } from '../../output/table.ts';
import { lastText, nextText, scheduleDocument, timingText } from './schedule-text.ts';

const PREVIEW_WIDTH = 200;

export const describe = command({
  name: 'describe',
  about: 'show timing, message and counts of schedules',
  inputs: { schedules: variadic('<schedules...>', 'names of schedules') },
  examples: [{ line: 'broker-cli schedules describe cleanup', about: 'all about one' }],
  async run(context, { schedules: names }) {
    const { admin } = await context.client();
    const schedules = await admin.listSchedules({ names, signal: context.signal });
    await context.output.answer({ schedules: schedules.map(scheduleDocument) }, async () => {
      const texts = await Promise.all(schedules.map((each) => describeOne(context.output, each)));
      return texts.join('\n\n');
    });
  },
});

function describeOne(output: Output, schedule: Schedule<unknown>): Promise<string> {
  const headers = schedule.headers.map(
    ([name, value]) => [`header ${formatText(name)}`, previewOf(value, PREVIEW_WIDTH)] as const,
  );
  return properties(output, [
    ['schedule', formatText(schedule.name)],
    ['topic', formatText(schedule.topic)],
    ['when', timingText(schedule)],
    ['created', formatTime(schedule.createdAtMs)],
    ['next', nextText(schedule)],
    ['last', lastText(schedule)],
    ['sent', formatCount(schedule.sent)],
    ['missed', `${formatCount(schedule.missedTicks)}; policy ${schedule.missed}`],
    ['error', formatText(schedule.error ?? '-')],
    ['key', previewOf(schedule.keyBytes, PREVIEW_WIDTH)],
    ['value', previewOf(schedule.valueBytes, PREVIEW_WIDTH)],
    ...headers,
  ]);
}
