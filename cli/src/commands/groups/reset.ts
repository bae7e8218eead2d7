// `groups reset`: moves the committed offsets of a consumer group that has no members.

import type { Admin } from '@millrace/client';
import { argument, command, flag, option, repeated } from '../../command.ts';
import { confirm, YES } from '../../confirm.ts';
import type { Context } from '../../context.ts';
import { CliError, usage } from '../../errors/cli-error.ts';
import { errorCodeOf } from '../../errors/error-code.ts';
import { count } from '../../input/count.ts';
import { type Position, parsePosition } from '../../input/position.ts';
import { formatCount, formatCountOf, formatText } from '../../output/format.ts';
import { table } from '../../output/table.ts';

interface Move {
  readonly topic: string;
  readonly partition: number;
  /** Null where nothing was committed. */
  readonly from: number | null;
  readonly to: number;
}

export const reset = command({
  name: 'reset',
  about: 'move the offsets of a consumer group that has no members',
  inputs: {
    group: argument('<group>', 'name of the group; it is made where it does not exist'),
    topics: repeated(
      '-t, --topic <topic>',
      'this topic (repeatable; default: all the group has offsets of)',
    ),
    partitions: repeated('--partition <number>', 'only this partition (repeatable)', count(0)),
    to: option('--to <position>', 'earliest, latest, an offset, a time, or -15m', parsePosition),
    dryRun: flag('--dry-run', 'show what would change and change nothing'),
    yes: YES,
  },
  examples: [
    { line: 'broker-cli groups reset reports --to earliest --dry-run', about: 'what would change' },
    { line: 'broker-cli groups reset reports --topic flights --to -1h', about: 'back by an hour' },
  ],
  async run(context, { group, topics, partitions, to, dryRun, yes }) {
    if (to === undefined)
      throw usage('say where to: --to earliest, latest, an offset, a time, or -15m');
    const { admin } = await context.client();
    const moves = await movesOf(context, admin, group, { topics, partitions, to });
    if (!dryRun) {
      const what = formatCountOf(moves.length, 'partition');
      await confirm(context, yes, `move the offsets of group ${formatText(group)} in ${what}`);
      await admin.commitGroupOffsets(
        group,
        moves.map(({ topic, partition, to: offset }) => ({ topic, partition, offset })),
        { signal: context.signal },
      );
    }
    await context.output.answer({ group, changed: !dryRun, offsets: moves }, async () => {
      const rows = await table(
        context.output,
        [
          { head: 'TOPIC', cell: ({ topic }) => formatText(topic) },
          { head: 'PARTITION', align: 'right', cell: ({ partition }) => String(partition) },
          {
            head: 'FROM',
            align: 'right',
            cell: ({ from }) => (from === null ? '-' : formatCount(from)),
          },
          { head: 'TO', align: 'right', cell: (move) => formatCount(move.to) },
        ],
        moves,
        'No partitions.',
      );
      return `${rows}\n\n${dryRun ? 'Nothing was changed (--dry-run).' : 'The group goes on from there.'}`;
    });
  },
});

interface Wanted {
  readonly topics: readonly string[];
  readonly partitions: readonly number[];
  readonly to: Position;
}

async function movesOf(
  context: Context,
  admin: Admin,
  group: string,
  { topics, partitions, to }: Wanted,
): Promise<readonly Move[]> {
  const options = { signal: context.signal };
  const committed = await committedOf(context, admin, group);
  const names =
    topics.length > 0 ? [...new Set(topics)] : [...new Set(committed.map(({ topic }) => topic))];
  if (names.length === 0) {
    throw new CliError(
      'notFound',
      'NO_OFFSETS',
      `group ${formatText(group)} has no offsets: name topics with --topic`,
    );
  }
  const described = await admin.describeTopics(names, options);
  const places = described.flatMap(({ name: topic, partitions: all }) =>
    all
      .filter(({ partition }) => partitions.length === 0 || partitions.includes(partition))
      .map((each) => ({ topic, ...each })),
  );
  if (places.length === 0) throw new CliError('notFound', 'UNKNOWN_PARTITION', 'no such partition');
  const targets =
    typeof to === 'object' && 'offset' in to
      ? places.map(({ startOffset, endOffset }) =>
          Math.min(Math.max(to.offset, startOffset), endOffset),
        )
      : (
          await admin.listOffsets(
            places.map(({ topic, partition }) => ({ topic, partition, at: to })),
            options,
          )
        ).map(({ offset }) => offset);
  return places.map(({ topic, partition }, at) => ({
    topic,
    partition,
    from:
      committed.find((each) => each.topic === topic && each.partition === partition)?.offset ??
      null,
    to: targets[at] ?? 0,
  }));
}

async function committedOf(context: Context, admin: Admin, group: string) {
  try {
    return await admin.groupOffsets(group, { signal: context.signal });
  } catch (error) {
    if (errorCodeOf(error) === 'UNKNOWN_GROUP') return [];
    throw error;
  }
}
