// `dlq redrive`: another chance for dead letters, carried out by a task of the broker.

import type { Redrive } from '@millrace/client';
import { argument, command, flag, option } from '../../command.ts';
import { usage } from '../../errors/cli-error.ts';
import { count } from '../../input/count.ts';
import { parseInstant } from '../../input/position.ts';
import { formatText } from '../../output/format.ts';
import { followTask, reportEnd } from '../tasks/follow-task.ts';

const RATE_MAX = 1_000_000;

export const redrive = command({
  name: 'redrive',
  about: 'give dead letters another chance: back to where they died, or to a topic',
  details:
    'A task of the broker moves them, also over restarts; `tasks show` and `tasks cancel` look after it. Letters that are\n' +
    'leased, or that the options leave out, are passed over. Letters go back\n' +
    'to the topic they came from, for the queue they died in alone, unless --to names a topic. A letter that is moved is\n' +
    'resolved in the queue over the dead-letter topic; where there is none, one of the name of the topic is created.\n' +
    'With --follow the exit code says how it ended: 0 all done, 1 failed or some could not be moved, 5 cancelled.',
  inputs: {
    topic: argument('<topic>', 'the dead-letter topic'),
    to: option('--to <topic>', 'move them to this topic (default: back to where they died)'),
    group: option(
      '-g, --group <queue>',
      'the queue over the dead-letter topic in which they are resolved, where there are several',
    ),
    reason: option('--reason <text>', 'only those that died of this: exhausted, rejected, expired'),
    failedGroup: option('--failed-group <queue>', 'only those that died in this queue'),
    sourceTopic: option('--source-topic <topic>', 'only those that came from this topic'),
    partition: option('--partition <number>', 'only this partition of <topic>', count(0)),
    fromOffset: option('--from-offset <offset>', 'only from this offset on', count(0)),
    toOffset: option('--to-offset <offset>', 'only up to this offset, included', count(0)),
    fromTime: option(
      '--from-time <time>',
      'only those that died at or after it: 2026-01-31T12:00:00Z, or -15m',
      parseInstant,
    ),
    toTime: option('--to-time <time>', 'only those that died before it', parseInstant),
    rate: option(
      '--rate <count>',
      'at most this many a second (default: as fast as it goes)',
      count(1, RATE_MAX),
    ),
    dryRun: flag('--dry-run', 'count what would be moved, and move nothing'),
    follow: flag('--follow', 'wait until it ends, with a progress bar on a terminal'),
  },
  examples: [
    { line: 'broker-cli dlq redrive jobs.dlq --dry-run', about: 'how many would be moved' },
    { line: 'broker-cli dlq redrive jobs.dlq --follow', about: 'all, back to where they died' },
    {
      line: 'broker-cli dlq redrive jobs.dlq --reason exhausted --from-time -1h --rate 100',
      about: 'what was exhausted in the last hour, slowly',
    },
  ],
  async run(context, values) {
    const { topic, to, group, rate, dryRun } = values;
    const { fromOffset, toOffset, fromTime, toTime } = values;
    if (fromOffset !== undefined && toOffset !== undefined && fromOffset > toOffset) {
      throw usage('--from-offset is after --to-offset');
    }
    if (fromTime !== undefined && toTime !== undefined && fromTime >= toTime) {
      throw usage('--from-time is not before --to-time');
    }
    const { admin } = await context.client();
    const { taskId } = await admin.startRedrive(
      { topic, target: to, group, filter: filterOf(values), ratePerSecond: rate, dryRun },
      { signal: context.signal },
    );
    // To count is what a dry run is for: it is waited for.
    if (values.follow || dryRun) {
      await reportEnd(context, await followTask(context, admin, taskId));
      return;
    }
    const sentence = `Started task ${taskId} over ${formatText(topic)}; \`broker-cli tasks show ${taskId}\` shows how far it is.`;
    await context.output.done({ taskId }, sentence);
  },
});

interface FilterValues {
  readonly partition: number | undefined;
  readonly fromOffset: number | undefined;
  readonly toOffset: number | undefined;
  readonly fromTime: number | undefined;
  readonly toTime: number | undefined;
  readonly reason: string | undefined;
  readonly failedGroup: string | undefined;
  readonly sourceTopic: string | undefined;
}

/** Undefined where nothing is said: all of them. */
function filterOf(values: FilterValues): Redrive['filter'] {
  const { partition, fromOffset, toOffset, fromTime, toTime } = values;
  const { reason, failedGroup, sourceTopic } = values;
  const place = { partition, fromOffset, toOffset, fromMs: fromTime, toMs: toTime };
  const filter = { ...place, reason, failedGroup, sourceTopic };
  return Object.values(filter).some((value) => value !== undefined) ? filter : undefined;
}
