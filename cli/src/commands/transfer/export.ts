// `export`: the records of a topic as lines, up to the ends that it has now, whatever is in them.

import { argument, command, flag, option, optionWith, repeated } from '../../command.ts';
import { type Context, exitOf } from '../../context.ts';
import { EXIT, type ExitCode } from '../../errors/exit-codes.ts';
import { count } from '../../input/count.ts';
import { type Position, parsePosition } from '../../input/position.ts';
import { openBar } from '../../output/bar.ts';
import {
  formatCount,
  formatCountOf,
  formatRate,
  formatSize,
  formatText,
} from '../../output/format.ts';
import { readTopic } from '../consume/read-topic.ts';
import { RecordWriter } from '../consume/record-writer.ts';
import { findEnds, type TopicEnds } from '../consume/topic-ends.ts';
import { type ExportFile, openExport } from './export-file.ts';
import { transferLine } from './transfer-line.ts';

const BAR_INTERVAL_MS = 200;

interface Exported {
  records: number;
  /** Before compression. */
  bytes: number;
  readonly startedAt: number;
  readonly partitions: Map<number, { records: number; firstOffset: number; nextOffset: number }>;
}

export const exportTopic = command({
  name: 'export',
  about: 'write the records of a topic to a file, as one JSON object a line',
  details:
    'A line has partition, offset, timestampMs, key, value and headers, each byte for byte: text where it is UTF-8,\n' +
    'else {"base64": "..."}; null is none. It ends where the topic ended when it began. A name that ends in .gz, .br\n' +
    'or .zst (Node.js 22.15 or newer) is compressed. `import` reads it.',
  inputs: {
    topic: argument('<topic>', 'name of the topic'),
    file: argument('<file>', 'file to write, or - for stdout'),
    from: optionWith<Position>(
      '--from <position>',
      'earliest, an offset, a time, or -15m',
      parsePosition,
      'earliest',
    ),
    until: option(
      '--until <position>',
      'stop before this offset or time, if the topic has it now',
      parsePosition,
    ),
    partitions: repeated('--partition <number>', 'only this partition (repeatable)', count(0)),
    force: flag('--force', 'write over a file that exists'),
  },
  examples: [
    { line: 'broker-cli export flights flights.ndjson.gz', about: 'all of it, compressed' },
    {
      line: 'broker-cli export flights - --from -1h | jq -r \'select(.key == "BER") | .value\'',
      about: 'into a pipe',
    },
  ],
  async run(context, values): Promise<ExitCode> {
    const { topic, file: path, from, until = 'latest', partitions, force } = values;
    const client = await context.client();
    const reading = { topic, group: undefined, partitions, from, until, isBounded: true };
    const ends = await findEnds(client.admin, reading, context.signal);
    const file = await openExport(path, force, context.output);
    const { codecs } = await import('@millrace/client');
    const consumer = client.consumer({
      topics: topic,
      codec: codecs.bytes,
      from,
      commit: 'none',
      ...(partitions.length === 0 ? {} : { partitions }),
    });
    const done: Exported = {
      records: 0,
      bytes: 0,
      startedAt: performance.now(),
      partitions: new Map(),
    };
    const stopBar = await showProgress(context, done, ends);
    const writer = new RecordWriter(counting(file, done), {
      render: (record) => {
        tallyRecord(done, record);
        return transferLine(record);
      },
    });
    try {
      await readTopic({ consumer, writer, ends, context, topic, group: undefined });
    } finally {
      stopBar();
      await file.end();
    }
    return tell(context, topic, path, done, ends.isReached());
  },
});

function counting(file: ExportFile, done: Exported): Pick<ExportFile, 'write'> {
  return {
    async write(text) {
      await file.write(text);
      done.bytes += Buffer.byteLength(text);
    },
  };
}

function tallyRecord(
  done: Exported,
  { partition, offset }: { readonly partition: number; readonly offset: number },
): void {
  done.records += 1;
  const tally = done.partitions.get(partition);
  if (tally === undefined) {
    done.partitions.set(partition, { records: 1, firstOffset: offset, nextOffset: offset + 1 });
  } else {
    tally.records += 1;
    tally.nextOffset = offset + 1;
  }
}

async function showProgress(
  context: Context,
  done: Exported,
  ends: TopicEnds,
): Promise<() => void> {
  if (!context.output.isWatched) return () => {};
  const bar = await openBar(context.terminal, ' {bar} {percentage}%  {text}');
  const total = ends.left;
  const text = () => {
    const rate = formatRate(done.records, performance.now() - done.startedAt, 'records');
    return `${formatCount(done.records)} records, ${formatSize(done.bytes)}, ${rate}`;
  };
  bar.start(total, 0, { text: text() });
  const look = () => bar.update(total - ends.left, { text: text() });
  const timer = setInterval(look, BAR_INTERVAL_MS);
  return () => {
    clearInterval(timer);
    if (bar.isActive) bar.stop();
  };
}

/** Where it was stopped, how far it came: a further export may go on from there. */
async function tell(
  context: Context,
  topic: string,
  path: string,
  done: Exported,
  isComplete: boolean,
): Promise<ExitCode> {
  const { records, bytes } = done;
  const partitions = [...done.partitions]
    .toSorted(([one], [other]) => one - other)
    .map(([partition, tally]) => ({ partition, ...tally }));
  const durationMs = Math.round(performance.now() - done.startedAt);
  const document = {
    topic,
    file: path,
    complete: isComplete,
    records,
    bytes,
    durationMs,
    partitions,
  };
  const what = `${formatCountOf(records, 'record')} of topic ${formatText(topic)}`;
  const sentence = `Exported ${what}, ${formatSize(bytes)}, to ${formatText(path)}.`;
  if (path === '-') context.output.note(sentence);
  else if (isComplete) await context.output.done(document, sentence);
  if (isComplete) return EXIT.ok;
  const reached = partitions.map((each) => `${each.partition} to ${each.nextOffset}`).join(', ');
  const { stopped } = context;
  // A reader that has enough is no trouble.
  if (stopped === 'output') return EXIT.ok;
  const far = reached === '' ? 'nothing' : `partitions ${reached}`;
  context.output.warn(`stopped before the end: wrote ${what} (${far})`);
  return stopped === 'SIGINT' || stopped === 'SIGTERM' ? exitOf(stopped) : EXIT.ok;
}
