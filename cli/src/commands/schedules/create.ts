// `schedules create`.

import { argument, choiceWith, command, flag, option, repeated } from '../../command.ts';
import { usage } from '../../errors/cli-error.ts';
import { errorCodeOf } from '../../errors/error-code.ts';
import { parseDuration } from '../../input/duration.ts';
import { parseHeader } from '../../input/header.ts';
import { formatText, formatTime } from '../../output/format.ts';

export const create = command({
  name: 'create',
  about: 'append a message to a topic again and again, by cron or every so often',
  details:
    'Cron has five fields (minute, hour, day of month, month, day of week), or six with seconds first.\n' +
    'The broker keeps the schedule; each tick has exactly one message, also over restarts.',
  inputs: {
    schedule: argument('<schedule>', 'name of the schedule'),
    topic: option('-t, --topic <topic>', 'the topic that gets the messages (required)'),
    cron: option('--cron <fields>', 'when it ticks, in quotes: "0 3 * * *"'),
    timeZone: option('--time-zone <zone>', 'IANA name of the zone of --cron (default UTC)'),
    every: option('--every <duration>', 'instead of --cron: how often it ticks', parseDuration),
    value: option('--value <text>', 'the value of each message (default none)'),
    key: option('-k, --key <text>', 'the key of each message'),
    headers: repeated(
      '-H, --header <name=value>',
      'a header of each message (repeatable)',
      parseHeader,
    ),
    missed: choiceWith(
      '--missed <policy>',
      'ticks missed while the broker is down: one message for all, one each, or none',
      ['one', 'all', 'none'],
      'one',
    ),
    ifNotExists: flag('--if-not-exists', 'succeed where the schedule exists; it is left as it is'),
  },
  examples: [
    {
      line: 'broker-cli schedules create cleanup --topic jobs --every 5m --value clean',
      about: 'every five minutes',
    },
    {
      line: 'broker-cli schedules create report --topic jobs --cron "0 7 * * MON-FRI" --time-zone Europe/Berlin',
      about: 'at seven on working days',
    },
  ],
  async run(context, values) {
    const { schedule: name, topic, every, cron, timeZone, headers, missed, ifNotExists } = values;
    if (topic === undefined) throw usage('name the topic that gets the messages: --topic');
    if (every !== undefined && cron !== undefined) {
      throw usage('--cron and --every exclude each other');
    }
    if (every !== undefined && timeZone !== undefined) throw usage('--time-zone needs --cron');
    const { codecs } = await import('@millrace/client');
    const message = {
      name,
      topic,
      missed,
      headers,
      key: values.key,
      value: values.value ?? null,
      codec: codecs.text,
    };
    const timed = timedBy(message, cron, timeZone, every);
    const { admin } = await context.client();
    try {
      const { nextAtMs } = await admin.createSchedule<string>(timed, { signal: context.signal });
      await context.output.done(
        { name, created: true, nextAtMs },
        `Created schedule ${formatText(name)}; it ticks first at ${formatTime(nextAtMs)}.`,
      );
    } catch (error) {
      if (!ifNotExists || errorCodeOf(error) !== 'SCHEDULE_EXISTS') throw error;
      const sentence = `Schedule ${formatText(name)} exists.`;
      await context.output.done({ name, created: false }, sentence);
    }
  },
});

function timedBy<M>(
  message: M,
  cron: string | undefined,
  timeZone: string | undefined,
  everyMs: number | undefined,
) {
  if (cron !== undefined) return { ...message, cron, timeZone };
  if (everyMs === undefined) throw usage('say when: --cron "0 3 * * *", or --every 5m');
  return { ...message, everyMs };
}
