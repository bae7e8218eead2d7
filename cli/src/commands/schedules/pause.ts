// `schedules pause` and `schedules resume`.

import { argument, command } from '../../command.ts';
import { formatText } from '../../output/format.ts';
import { nextText } from './schedule-text.ts';

const inputs = { schedule: argument('<schedule>', 'name of the schedule') };

export const pause = command({
  name: 'pause',
  about: 'stop the ticks of a schedule until it is resumed',
  details: 'Ticks that pass in the meantime are not made up for.',
  inputs,
  examples: [{ line: 'broker-cli schedules pause cleanup', about: 'no more ticks' }],
  async run(context, { schedule }) {
    const { admin } = await context.client();
    await admin.pauseSchedule(schedule, { signal: context.signal });
    const sentence = `Paused schedule ${formatText(schedule)}.`;
    await context.output.done({ name: schedule, paused: true }, sentence);
  },
});

export const resume = command({
  name: 'resume',
  about: 'let a paused schedule go on',
  inputs,
  examples: [{ line: 'broker-cli schedules resume cleanup', about: 'from the next tick on' }],
  async run(context, { schedule }) {
    const { admin } = await context.client();
    const options = { signal: context.signal };
    await admin.resumeSchedule(schedule, options);
    const [resumed] = await admin.listSchedules({ names: [schedule], ...options });
    const next = resumed === undefined ? '' : `; it ticks next at ${nextText(resumed)}`;
    await context.output.done(
      { name: schedule, paused: false, nextAtMs: resumed?.nextAtMs ?? null },
      `Resumed schedule ${formatText(schedule)}${next}.`,
    );
  },
});
