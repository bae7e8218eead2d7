// `produce`: appends the lines of stdin or a file as records.

import { argument, choice, choiceWith, command, option, repeated } from '../../command.ts';
import { exitOf } from '../../context.ts';
import { usage } from '../../errors/cli-error.ts';
import { EXIT, type ExitCode } from '../../errors/exit-codes.ts';
import { count } from '../../input/count.ts';
import { parseHeader } from '../../input/header.ts';
import { parseJsonPath } from '../../input/json-path.ts';
import { INPUT_FORMATS } from '../../input/record-line.ts';
import { openInput } from './input-source.ts';
import { openProgress } from './progress.ts';
import { pump } from './pump.ts';
import { summaryDocument, summaryText, Tally } from './tally.ts';

export const produce = command({
  name: 'produce',
  about: 'append records from stdin or a file to a topic, one a line',
  details:
    'Formats: text - the line is the value. json - the line is a JSON value, stored as it is written.\n' +
    'record - the line is an object with value, and if need be key, headers and timestampMs, as `consume` prints it.\n' +
    'Records with one key go to one partition, in order. Every record counted at the end is on the disk.',
  inputs: {
    topic: argument('<topic>', 'name of the topic'),
    file: option('-f, --file <file>', 'read this file instead of stdin'),
    format: choice(
      '--format <format>',
      'what a line is (default: text; json with --key-path)',
      INPUT_FORMATS,
    ),
    keyPath: option(
      '--key-path <path>',
      'take the key from the JSON value: user.id, items.0.sku',
      parseJsonPath,
    ),
    key: option('-k, --key <text>', 'the key of every record'),
    headers: repeated(
      '-H, --header <name=value>',
      'a header of every record (repeatable)',
      parseHeader,
    ),
    partition: option('--partition <number>', 'the partition of every record', count(0)),
    compression: choiceWith(
      '--compression <codec>',
      'how batches are compressed',
      ['none', 'gzip', 'brotli', 'zstd'],
      'none',
    ),
  },
  examples: [
    { line: 'echo hello | broker-cli produce greetings', about: 'one record' },
    {
      line: 'broker-cli produce flights --file flights.ndjson --key-path origin',
      about: 'a file of JSON lines, keyed',
    },
    {
      line: 'broker-cli consume a --no-follow | broker-cli produce b --format record',
      about: 'copy a topic',
    },
  ],
  async run(context, values): Promise<ExitCode> {
    const { topic, keyPath, key } = values;
    if (keyPath !== undefined && key !== undefined)
      throw usage('--key and --key-path exclude each other');
    if (keyPath !== undefined && values.format === 'text')
      throw usage('--key-path needs JSON: --format json');
    const format = values.format ?? (keyPath === undefined ? 'text' : 'json');
    const client = await context.client();
    // An unknown topic is said before the first line is read.
    await client.admin.describeTopic(topic, { signal: context.signal });
    const { codecs } = await import('@millrace/client');
    const input = await openInput(context, values.file);
    const tally = new Tally();
    const progress = await openProgress(context, input, tally);
    const producer = client.producer({ codec: codecs.bytes, compression: values.compression });
    const { partition, headers } = values;
    const shape = { topic, format, keyPath, key, headers, partition };
    try {
      await pump(producer, input.stream, shape, tally, context.signal);
    } catch (error) {
      progress.stop();
      if (tally.stored > 0) context.output.warn(tally.storedText(topic));
      throw error;
    } finally {
      progress.stop();
      input.stream.destroy();
    }
    await context.output.done(summaryDocument(topic, tally), summaryText(topic, tally));
    const { stopped } = context;
    return stopped === 'SIGINT' || stopped === 'SIGTERM' ? exitOf(stopped) : EXIT.ok;
  },
});
