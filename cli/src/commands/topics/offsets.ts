// `topics offsets`: where the partitions of a topic begin and end, and which offset a time has.

import type { OffsetAnswer } from '@millrace/client';
import { argument, command, option, repeated } from '../../command.ts';
import { count } from '../../input/count.ts';
import { parseInstant } from '../../input/position.ts';
import { formatCount, formatTime } from '../../output/format.ts';
import { table } from '../../output/table.ts';
import { partitionsWanted } from './partitions-wanted.ts';

export const offsets = command({
  name: 'offsets',
  about: 'show the earliest and latest offset of each partition, and the offset of a time',
  details:
    'The offset of a time is that of the first record appended at or after it; the end of the partition where none is.',
  inputs: {
    topic: argument('<topic>', 'name of the topic'),
    at: option(
      '--at <time>',
      'also the offset of a time, such as 2026-01-31 or -15m',
      parseInstant,
    ),
    partitions: repeated('--partition <number>', 'only this partition (repeatable)', count(0)),
  },
  examples: [
    { line: 'broker-cli topics offsets flights', about: 'start and end' },
    { line: 'broker-cli topics offsets flights --at -1h', about: 'what came within the hour' },
  ],
  async run(context, { topic, at, partitions: wanted }) {
    const { admin } = await context.client();
    const options = { signal: context.signal };
    const places = partitionsWanted(await admin.describeTopic(topic, options), wanted);
    const ask = async (position: 'earliest' | 'latest' | { readonly timestampMs: number }) =>
      admin.listOffsets(
        places.map(({ partition }) => ({ topic, partition, at: position })),
        options,
      );
    const earliest = await ask('earliest');
    const latest = await ask('latest');
    const atTime = at === undefined ? undefined : await ask({ timestampMs: at });
    const partitions = places.map(({ partition }, index) => ({
      partition,
      earliest: offsetOf(earliest[index]),
      latest: offsetOf(latest[index]),
      ...(atTime === undefined
        ? {}
        : { at: offsetOf(atTime[index]), atTimestampMs: atTime[index]?.timestampMs ?? null }),
    }));
    await context.output.answer({ topic, atMs: at ?? null, partitions }, async () =>
      table(
        context.output,
        [
          { head: 'PARTITION', align: 'right', cell: (each) => String(each.partition) },
          { head: 'EARLIEST', align: 'right', cell: (each) => formatCount(each.earliest) },
          { head: 'LATEST', align: 'right', cell: (each) => formatCount(each.latest) },
          ...(at === undefined ? [] : TIME_COLUMNS),
        ],
        partitions,
        'No partitions.',
      ),
    );
  },
});

interface AtTime {
  readonly at?: number;
  readonly atTimestampMs?: number | null;
}

const TIME_COLUMNS = [
  {
    head: 'AT',
    align: 'right' as const,
    cell: ({ at }: AtTime) => (at === undefined ? '' : formatCount(at)),
  },
  {
    head: 'APPENDED',
    cell: ({ atTimestampMs: ms }: AtTime) => (typeof ms === 'number' ? formatTime(ms) : '-'),
  },
];

function offsetOf(answer: OffsetAnswer | undefined): number {
  return answer?.offset ?? 0;
}
