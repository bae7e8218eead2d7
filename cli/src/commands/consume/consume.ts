// `consume`: records of a topic as lines. As a member of a group it commits what it has written, and nothing else.

import type { ConsumerOptions } from '@millrace/client';
import { argument, command, flag, option, optionWith, repeated } from '../../command.ts';
import { exitOf } from '../../context.ts';
import { usage } from '../../errors/cli-error.ts';
import { EXIT, type ExitCode } from '../../errors/exit-codes.ts';
import { count } from '../../input/count.ts';
import { type Position, parsePosition } from '../../input/position.ts';
import { VALUE_FORMAT } from '../../output/record-json.ts';
import { readTopic } from './read-topic.ts';
import { RecordWriter } from './record-writer.ts';
import { findEnds } from './topic-ends.ts';

export const consume = command({
  name: 'consume',
  about: 'read records of a topic, as one JSON object a line',
  details:
    'Reads all partitions, each in order, and waits for more until Ctrl-C, unless --no-follow or --max ends it.\n' +
    'With --group it is a member: it goes on where the group is, and commits what was written to stdout.',
  inputs: {
    topic: argument('<topic>', 'name of the topic'),
    from: optionWith<Position>(
      '--from <position>',
      'earliest, latest, an offset, a time, or -15m; with --group only where nothing is committed',
      parsePosition,
      'earliest',
    ),
    group: option('-g, --group <name>', 'read as a member of this consumer group'),
    partitions: repeated('--partition <number>', 'only this partition (repeatable)', count(0)),
    max: option('-n, --max <count>', 'stop after this many records', count(1)),
    follow: flag(
      '--no-follow',
      'stop at the end that the topic has now (default --follow: wait for more)',
    ),
    valueFormat: VALUE_FORMAT,
    raw: flag('--raw', 'print values only, as they are, with a line end after each'),
  },
  examples: [
    { line: 'broker-cli consume flights --max 3', about: 'the first three' },
    { line: 'broker-cli consume flights --from -15m --no-follow', about: 'the last 15 minutes' },
    { line: 'broker-cli consume flights --group reports', about: 'as a group, until Ctrl-C' },
  ],
  async run(context, values): Promise<ExitCode> {
    const { topic, group, partitions, from, max, follow } = values;
    if (group !== undefined && partitions.length > 0) {
      throw usage('--partition and --group exclude each other: a group shares all partitions out');
    }
    const client = await context.client();
    const ends = await findEnds(client.admin, { topic, group, partitions, from }, context.signal);
    const { codecs } = await import('@millrace/client');
    const options: ConsumerOptions<Uint8Array> = {
      topics: topic,
      codec: codecs.bytes,
      from,
      commit: group === undefined ? 'none' : 'manual',
      ...(group === undefined ? {} : { group }),
      ...(partitions.length === 0 ? {} : { partitions }),
    };
    const writer = new RecordWriter(context.output, values, max);
    if (follow && max === undefined) context.output.note('Waiting for records; Ctrl-C ends.');
    const consumer = client.consumer(options);
    await readTopic({ consumer, writer, ends: follow ? undefined : ends, context, topic, group });
    const { stopped } = context;
    const isCutShort = !follow || max !== undefined;
    return isCutShort && (stopped === 'SIGINT' || stopped === 'SIGTERM')
      ? exitOf(stopped)
      : EXIT.ok;
  },
});
