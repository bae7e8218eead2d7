// `consume`: records of a topic as lines. As a member of a group it commits what it has written, and nothing else.

import type { ConsumerOptions } from '@millrace/client';
import { argument, command, flag, option, optionWith, repeated } from '../../command.ts';
import { exitOf } from '../../context.ts';
import { usage } from '../../errors/cli-error.ts';
import { EXIT, type ExitCode } from '../../errors/exit-codes.ts';
import { count } from '../../input/count.ts';
import { type Position, parsePosition } from '../../input/position.ts';
import { FILTER_INPUTS, recordFilter } from '../../input/record-filter.ts';
import { readTopic } from './read-topic.ts';
import { FORMAT_INPUTS, recordFormat } from './record-format.ts';
import { RecordWriter } from './record-writer.ts';
import { findEnds } from './topic-ends.ts';

export const consume = command({
  name: 'consume',
  about: 'read records of a topic, as one JSON object a line',
  details:
    'Reads all partitions, each in order, and waits for more until Ctrl-C, unless --no-follow, --until or --max ends it.\n' +
    'With --group it is a member: it goes on where the group is, and commits what was written to stdout, or\n' +
    'passed over because no filter wanted it. With several filters a record has to pass all of them.',
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
    until: option(
      '--until <position>',
      'stop before this offset or time of each partition; waits for an offset that is to come',
      parsePosition,
    ),
    max: option('-n, --max <count>', 'stop after this many records', count(1)),
    follow: flag(
      '--no-follow',
      'stop at the end that the topic has now (default --follow: wait for more)',
    ),
    exit: flag('-e, --exit', 'the same as --no-follow'),
    ...FILTER_INPUTS,
    ...FORMAT_INPUTS,
  },
  examples: [
    { line: 'broker-cli consume flights --max 3', about: 'the first three' },
    { line: 'broker-cli consume flights --from -15m --no-follow', about: 'the last 15 minutes' },
    {
      line: "broker-cli consume flights --exit --grep 'BER|MUC' -f '%p %o %k %s\\n'",
      about: 'what matches a pattern, in words of your own',
    },
    { line: 'broker-cli consume flights --group reports', about: 'as a group, until Ctrl-C' },
  ],
  async run(context, values): Promise<ExitCode> {
    const { topic, group, partitions, from, max, until } = values;
    const render = recordFormat(values);
    const filter = await recordFilter(values);
    // At the end of now there is nothing to wait for, nor where a time has an offset already.
    const isBounded = until !== undefined;
    const follow = values.follow && !values.exit && !isBounded;
    if (group !== undefined && partitions.length > 0) {
      throw usage('--partition and --group exclude each other: a group shares all partitions out');
    }
    const client = await context.client();
    const reading = { topic, group, partitions, from, until };
    const ends = await findEnds(client.admin, reading, context.signal);
    const { codecs } = await import('@millrace/client');
    const options: ConsumerOptions<Uint8Array> = {
      topics: topic,
      codec: codecs.bytes,
      from,
      commit: group === undefined ? 'none' : 'manual',
      ...(group === undefined ? {} : { group }),
      ...(partitions.length === 0 ? {} : { partitions }),
    };
    const writer = new RecordWriter(context.output, { render, filter, max });
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
