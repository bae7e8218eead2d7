// `groups reset`: moves the committed offsets of a consumer group that has no members, once it was said from where to where.

import type { Admin } from '@millrace/client';
import { argument, command, flag, option, repeated, type ValuesOf } from '../../command.ts';
import { confirm, YES } from '../../confirm.ts';
import type { Context } from '../../context.ts';
import { CliError, usage } from '../../errors/cli-error.ts';
import { count } from '../../input/count.ts';
import { parseDuration } from '../../input/duration.ts';
import { parsePosition } from '../../input/position.ts';
import { formatCount, formatCountOf, formatText } from '../../output/format.ts';
import { table } from '../../output/table.ts';
import { type PlacedOffset, parsePlacedOffset, readOffsetsFile } from './offsets-file.ts';
import { type Move, movesToOffsets } from './planned-moves.ts';

const PLACES = {
  to: option('--to <position>', 'earliest, latest, an offset, a time, or -15m', parsePosition),
  byDuration: option(
    '--by-duration <duration>',
    "to the first record of the last 2h, say, by the broker's clock",
    parseDuration,
  ),
  shiftBy: option(
    '--shift-by <count>',
    'so many offsets on, or back (-100) from what is committed',
    count(Number.MIN_SAFE_INTEGER),
  ),
  offsets: repeated(
    '--offset <topic/partition=offset>',
    'this partition to this offset (repeatable)',
    parsePlacedOffset,
  ),
  file: option('--from-file <file>', 'to the offsets that `groups offsets --export` wrote'),
};

export const reset = command({
  name: 'reset',
  about: 'move the offsets of a consumer group that has no members',
  details:
    'A partition that does not reach so far, or begins later, gets the nearest offset it has.',
  inputs: {
    group: argument('<group>', 'name of the group; it is made where it does not exist'),
    topics: repeated(
      '-t, --topic <topic>',
      'this topic (repeatable; default: all the group has offsets of)',
    ),
    partitions: repeated('--partition <number>', 'only this partition (repeatable)', count(0)),
    ...PLACES,
    dryRun: flag('--dry-run', 'show what would change and change nothing'),
    yes: YES,
  },
  examples: [
    { line: 'broker-cli groups reset reports --to earliest --dry-run', about: 'what would change' },
    { line: 'broker-cli groups reset reports --topic flights --to -1h', about: 'back by an hour' },
    { line: 'broker-cli groups reset reports --shift-by -100', about: 'the last hundred again' },
    {
      line: 'broker-cli groups reset reports --from-file reports.json --yes',
      about: 'back to what was exported',
    },
  ],
  async run(context, values) {
    const { group, dryRun, yes } = values;
    checkPlaces(values);
    const { admin } = await context.client();
    const moves = await movesOf(context, admin, values);
    if (!dryRun) {
      const what = formatCountOf(moves.length, 'partition');
      await confirm(context, yes, `move the offsets of group ${formatText(group)} in ${what}`);
      // What was told, not what it would be by now.
      await admin.commitGroupOffsets(
        group,
        moves.map(({ topic, partition, to, metadata }) => {
          return { topic, partition, offset: to, metadata: metadata ?? null };
        }),
        { signal: context.signal },
      );
    }
    await context.output.answer({ group, changed: !dryRun, offsets: moves }, async () => {
      const end = dryRun ? 'Nothing was changed (--dry-run).' : 'The group goes on from there.';
      return `${await movesTable(context, moves)}\n\n${end}`;
    });
  },
});

type Given = ValuesOf<typeof PLACES> & {
  readonly group: string;
  readonly topics: readonly string[];
  readonly partitions: readonly number[];
};

function checkPlaces({ to, byDuration, shiftBy, offsets, file, topics, partitions }: Given): void {
  const named = [to, byDuration, shiftBy, file, offsets.length > 0 ? offsets : undefined];
  const places = named.filter((each) => each !== undefined).length;
  if (places === 0) {
    throw usage('say where to: --to, --by-duration, --shift-by, --offset or --from-file');
  }
  if (places > 1) {
    throw usage('--to, --by-duration, --shift-by, --offset and --from-file exclude each other');
  }
  if (offsets.length > 0 && topics.length + partitions.length > 0) {
    throw usage('--offset names topic and partition itself: no --topic, no --partition');
  }
}

async function movesOf(context: Context, admin: Admin, given: Given): Promise<readonly Move[]> {
  const { group, to, byDuration, shiftBy, offsets, file } = given;
  if (offsets.length > 0) return movesToOffsets(context, admin, group, offsets);
  if (file !== undefined) {
    const wanted = (await readOffsetsFile(file)).filter((each) => isMeant(given, each));
    if (wanted.length === 0) throw nothing(`${file} has no offsets of these topics and partitions`);
    return movesToOffsets(context, admin, group, wanted);
  }
  const place = to ?? (shiftBy === undefined ? { durationMs: byDuration ?? 0 } : { shiftBy });
  const partitions = await placesOf(context, admin, given);
  const wanted = { to: place, partitions, dryRun: true };
  const plan = await admin.resetGroupOffsets(group, wanted, { signal: context.signal });
  return plan.map(({ topic, partition, before, offset, lag }) => {
    return { topic, partition, from: before, to: offset, lag };
  });
}

function isMeant({ topics, partitions }: Given, { topic, partition }: PlacedOffset): boolean {
  return (
    (topics.length === 0 || topics.includes(topic)) &&
    (partitions.length === 0 || partitions.includes(partition))
  );
}

/** Of the topics named, or of those the group has offsets of, the partitions named, or all. */
async function placesOf(
  context: Context,
  admin: Admin,
  { group, topics, partitions }: Given,
): Promise<readonly { readonly topic: string; readonly partition: number }[]> {
  const options = { signal: context.signal };
  const known = topics.length > 0 ? [] : await admin.groupOffsets(group, options);
  const names = [...new Set(topics.length > 0 ? topics : known.map(({ topic }) => topic))];
  if (names.length === 0) {
    throw nothing(`group ${formatText(group)} has no offsets: name topics with --topic`);
  }
  const described = await admin.describeTopics(names, options);
  const places = described.flatMap(({ name: topic, partitions: all }) =>
    all
      .filter(({ partition }) => partitions.length === 0 || partitions.includes(partition))
      .map(({ partition }) => ({ topic, partition })),
  );
  if (places.length === 0) throw new CliError('notFound', 'UNKNOWN_PARTITION', 'no such partition');
  return places;
}

function nothing(message: string): CliError {
  return new CliError('notFound', 'NO_OFFSETS', message);
}

async function movesTable({ output }: Context, moves: readonly Move[]): Promise<string> {
  return table(
    output,
    [
      { head: 'TOPIC', cell: ({ topic }) => formatText(topic) },
      { head: 'PARTITION', align: 'right', cell: ({ partition }) => String(partition) },
      {
        head: 'FROM',
        align: 'right',
        cell: ({ from }) => (from === null ? '-' : formatCount(from)),
      },
      { head: 'TO', align: 'right', cell: ({ to }) => formatCount(to) },
      { head: 'LAG', align: 'right', cell: ({ lag }) => formatCount(lag) },
    ],
    moves,
    'No partitions.',
  );
}
