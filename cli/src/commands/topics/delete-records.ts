// `topics delete-records`: removes the oldest records of a topic, after it was said how many.

import type { Admin } from '@millrace/client';
import { argument, command, flag, option, repeated } from '../../command.ts';
import { confirm, YES } from '../../confirm.ts';
import type { Context } from '../../context.ts';
import { CliError, usage } from '../../errors/cli-error.ts';
import { count } from '../../input/count.ts';
import { type Position, parsePosition } from '../../input/position.ts';
import { formatCount, formatCountOf, formatText } from '../../output/format.ts';
import { table } from '../../output/table.ts';
import { type DescribedPartition, partitionsWanted } from './partitions-wanted.ts';

interface Cut {
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
  /** Where the log is to start. */
  readonly beforeOffset: number;
  /** Offsets that go: as many records, save where a compaction removed some. */
  readonly records: number;
}

export const deleteRecords = command({
  name: 'delete-records',
  about: 'remove all records of a topic before an offset or a time',
  details:
    'Each partition then starts there. Queues count what they had not resolved of it as removed; consumer groups go on\n' +
    'from the new start. It cannot be undone.',
  inputs: {
    topic: argument('<topic>', 'name of the topic'),
    before: option(
      '--before <position>',
      'an offset, a time, -7d, or latest: all there are now',
      parsePosition,
    ),
    partitions: repeated('--partition <number>', 'only this partition (repeatable)', count(0)),
    dryRun: flag('--dry-run', 'show what would go and remove nothing'),
    yes: YES,
  },
  examples: [
    {
      line: 'broker-cli topics delete-records flights --before -7d --dry-run',
      about: 'what is older than a week',
    },
    {
      line: 'broker-cli topics delete-records flights --before 1200 --partition 0',
      about: 'asks first',
    },
  ],
  async run(context, { topic, before, partitions, dryRun, yes }) {
    if (before === undefined) throw usage('say before what: --before 1200, -7d, a time or latest');
    const { admin } = await context.client();
    const described = await admin.describeTopic(topic, { signal: context.signal });
    const places = partitionsWanted(described, partitions);
    const all = await cutsOf(context, admin, topic, places, before);
    const cuts = all.filter(({ records }) => records > 0);
    const records = cuts.reduce((sum, each) => sum + each.records, 0);
    const isCompacted = (described.config?.cleanupPolicy ?? 'delete') !== 'delete';
    const what = `${isCompacted ? 'up to ' : ''}${formatCountOf(records, 'record')}`;
    if (cuts.length > 0 && !dryRun) {
      const where = `topic ${formatText(topic)} (${formatCountOf(cuts.length, 'partition')})`;
      await confirm(context, yes, `delete ${what} of ${where}`);
      const targets = cuts.map(({ partition, beforeOffset }) => ({ partition, beforeOffset }));
      await admin.deleteRecords(topic, targets, { signal: context.signal });
    }
    const isDeleted = cuts.length > 0 && !dryRun;
    await context.output.answer(
      { topic, deleted: isDeleted, records, partitions: all },
      async () => {
        const end = dryRun ? `${what} would go (--dry-run).` : `Deleted ${what}.`;
        if (cuts.length === 0) return 'Nothing to delete: the log starts there, or later.';
        return `${await cutsTable(context, all)}\n\n${end}`;
      },
    );
  },
});

async function cutsOf(
  context: Context,
  admin: Admin,
  topic: string,
  places: readonly DescribedPartition[],
  before: Position,
): Promise<readonly Cut[]> {
  const offsets = await offsetsOf(context, admin, topic, places, before);
  return places.map(({ partition, startOffset, endOffset }, at) => {
    const beforeOffset = offsets[at] ?? startOffset;
    if (beforeOffset > endOffset) {
      const text = `partition ${partition} of topic ${formatText(topic)} ends at ${endOffset}`;
      const hints = ['--partition names the partitions that an offset is meant for.'];
      throw new CliError('usage', 'OFFSET_OUT_OF_RANGE', `${text}: nothing was deleted`, { hints });
    }
    const records = Math.max(0, beforeOffset - startOffset);
    return { partition, startOffset, endOffset, beforeOffset, records };
  });
}

async function offsetsOf(
  context: Context,
  admin: Admin,
  topic: string,
  places: readonly DescribedPartition[],
  before: Position,
): Promise<readonly number[]> {
  if (before === 'earliest') return places.map(({ startOffset }) => startOffset);
  // The end that was told, not the one there is once somebody said yes.
  if (before === 'latest') return places.map(({ endOffset }) => endOffset);
  if ('offset' in before) return places.map(() => before.offset);
  const questions = places.map(({ partition }) => ({ topic, partition, at: before }));
  const answers = await admin.listOffsets(questions, { signal: context.signal });
  return answers.map(({ offset }) => offset);
}

async function cutsTable({ output }: Context, cuts: readonly Cut[]): Promise<string> {
  return table(
    output,
    [
      { head: 'PARTITION', align: 'right', cell: (each) => String(each.partition) },
      { head: 'START', align: 'right', cell: (each) => formatCount(each.startOffset) },
      { head: 'NEW START', align: 'right', cell: (each) => formatCount(newStart(each)) },
      { head: 'END', align: 'right', cell: (each) => formatCount(each.endOffset) },
      { head: 'RECORDS', align: 'right', cell: (each) => formatCount(each.records) },
    ],
    cuts,
    'No partitions.',
  );
}

function newStart({ startOffset, beforeOffset }: Cut): number {
  return Math.max(startOffset, beforeOffset);
}
