// `import`: appends the records of an export to a topic, with their keys, headers and times, each to its partition.

import { argument, command, flag, option } from '../../command.ts';
import { exitOf } from '../../context.ts';
import { CliError } from '../../errors/cli-error.ts';
import { EXIT, type ExitCode } from '../../errors/exit-codes.ts';
import { COMPRESSION } from '../../input/compression.ts';
import { count } from '../../input/count.ts';
import { lineError } from '../../input/record-line.ts';
import { formatText } from '../../output/format.ts';
import { openInput } from '../produce/input-source.ts';
import { openProgress } from '../produce/progress.ts';
import { pump } from '../produce/pump.ts';
import { summaryDocument, summaryText, Tally } from '../produce/tally.ts';
import { unpacked } from './import-source.ts';
import { parseTransferLine, type TransferRecord } from './transfer-line.ts';

export const importTopic = command({
  name: 'import',
  about: 'append the records of an export to a topic',
  details:
    'Each record goes to the partition that its line names, or by its key with --by-key; records of a partition keep\n' +
    'their order. Keys, values, headers and timestamps are those of the export; offsets are new where the topic is not\n' +
    'empty. Where it is stopped it says from which line to go on: records behind that line may be there already.',
  inputs: {
    file: argument('<file>', 'file to read (.gz, .br and .zst are unpacked), or - for stdin'),
    topic: argument('<topic>', 'name of the topic; it exists'),
    byKey: flag('--by-key', 'choose partitions by key, whatever the lines name'),
    fromLine: option('--from-line <number>', 'begin at this line, the first is 1', count(1)),
    compression: COMPRESSION,
  },
  examples: [
    { line: 'broker-cli import flights.ndjson.gz flights-copy', about: 'what `export` wrote' },
    {
      line: 'broker-cli export flights - | broker-cli import - flights2 --by-key',
      about: 'into a topic with another number of partitions',
    },
  ],
  async run(context, { file, topic, byKey, fromLine = 1, compression }): Promise<ExitCode> {
    const client = await context.client();
    const { partitions } = await client.admin.describeTopic(topic, { signal: context.signal });
    const input = await unpacked(await openInput(context, file), file);
    const tally = new Tally();
    tally.storedToLine = fromLine - 1;
    const progress = await openProgress(context, input, tally);
    const { codecs } = await import('@millrace/client');
    const producer = client.producer({ codec: codecs.bytes, compression });
    const parse = (line: Buffer, number: number) => {
      if (number < fromLine || line.length === 0) return undefined;
      const record = parseTransferLine(line, number);
      return byKey
        ? { ...record, partition: undefined }
        : checked(record, number, topic, partitions.length);
    };
    const shape = { topic, parse, key: undefined, headers: [], partition: undefined };
    try {
      await pump(producer, input.stream, shape, tally, context.signal);
    } catch (error) {
      progress.stop();
      throw await stopped(error, tally, context.settings.broker);
    } finally {
      progress.stop();
      input.stream.destroy();
    }
    const document = { ...summaryDocument(topic, tally), lines: tally.storedToLine };
    await context.output.done(document, summaryText(topic, tally));
    const by = context.stopped;
    if (by !== 'SIGINT' && by !== 'SIGTERM') return EXIT.ok;
    context.output.warn(goOn(tally));
    return exitOf(by);
  },
});

function checked(
  record: TransferRecord,
  line: number,
  topic: string,
  partitions: number,
): TransferRecord {
  if (record.partition < partitions) return record;
  const has = `topic ${formatText(topic)} has ${partitions}`;
  const more = 'add partitions (topics grow), or choose them by key (--by-key)';
  throw lineError(line, `the record is of partition ${record.partition}, ${has}: ${more}`);
}

/** The same error, with where to go on. */
async function stopped(error: unknown, tally: Tally, broker: string): Promise<unknown> {
  const detail = { storedToLine: tally.storedToLine };
  const hints = [goOn(tally)];
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'string' && /^(?:Z_|ERR_ZSTD|ERR__|ERR_BROTLI)/.test(code)) {
    const message = `the file cannot be unpacked: ${(error as Error).message}`;
    return new CliError('usage', 'BAD_INPUT', message, { hints, detail, cause: error });
  }
  const { explainError } = await import('../../errors/explain-error.ts');
  const known = explainError(error, broker);
  if (known.code === 'INTERNAL') return error;
  const all = { hints: [...known.hints, ...hints], detail: { ...known.detail, ...detail } };
  return new CliError(known.exit, known.code, known.message, { ...all, cause: error });
}

function goOn({ storedToLine }: Tally): string {
  return `All up to line ${storedToLine} is stored: --from-line ${storedToLine + 1} goes on.`;
}
