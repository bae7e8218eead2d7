// `produce`: appends the lines of stdin or a file as records.

import { argument, choice, command, flag, option, repeated, type ValuesOf } from '../../command.ts';
import { exitOf } from '../../context.ts';
import { usage } from '../../errors/cli-error.ts';
import { EXIT, type ExitCode } from '../../errors/exit-codes.ts';
import { COMPRESSION } from '../../input/compression.ts';
import { count } from '../../input/count.ts';
import { parseDuration } from '../../input/duration.ts';
import { parseHeader } from '../../input/header.ts';
import { type JsonPath, parseJsonPath } from '../../input/json-path.ts';
import { INPUT_FORMATS } from '../../input/record-line.ts';
import { type RecordRules, type RuleLimits, ruleFault } from '../../input/record-rules.ts';
import { parseSeparator } from '../../output/record-template.ts';
import { openInput } from './input-source.ts';
import { openProgress } from './progress.ts';
import { pump } from './pump.ts';
import { summaryDocument, summaryText, Tally } from './tally.ts';

const RULES = {
  delay: option(
    '--delay <duration>',
    'queues give the records so long after they were appended; readers of the log see them at once',
    parseDuration,
  ),
  ttl: option(
    '--ttl <duration>',
    'queues give the records up as expired after so long (default: as the topic says)',
    parseDuration,
  ),
  dedupId: option(
    '--dedup-id <text>',
    'the dedup id of every record: the topic takes one record of an id within its window',
  ),
  dedupPath: option(
    '--dedup-path <path>',
    'take the dedup id from the JSON value: order.id',
    parseJsonPath,
  ),
  tenant: option('--tenant <name>', 'whose the records are, for queues that are fair to tenants'),
  maxDeliveries: option(
    '--max-deliveries <count>',
    'deliveries before a record is exhausted, whatever the queue says',
    count(1),
  ),
};

const PRODUCER_INPUTS = {
  idempotent: flag(
    '--no-idempotent',
    'a batch may be stored twice where a reply was lost (default --idempotent: never)',
  ),
  producerName: option(
    '--producer-name <name>',
    'from its first record on, an earlier producer of this name can store no more',
  ),
};

export const produce = command({
  name: 'produce',
  about: 'append records from stdin or a file to a topic, one a line',
  details:
    'Formats: text - the line is the value. json - the line is a JSON value, stored as it is written.\n' +
    'record - the line is an object with value, and if need be key, headers and timestampMs, as `consume` prints it;\n' +
    'also dedupId, delayMs, ttlMs, tenant and maxDeliveries, for which the options speak first.\n' +
    'key-value - the line is a key, the separator and a value, as `consume --output key-value` prints it.\n' +
    'Records with one key go to one partition, in order. Every record counted at the end is on the disk.',
  inputs: {
    topic: argument('<topic>', 'name of the topic'),
    file: option('-f, --file <file>', 'read this file instead of stdin'),
    format: choice(
      '--format <format>',
      'what a line is (default: text; json with --key-path or --dedup-path)',
      INPUT_FORMATS,
    ),
    keyPath: option(
      '--key-path <path>',
      'take the key from the JSON value: user.id, items.0.sku',
      parseJsonPath,
    ),
    key: option('-k, --key <text>', 'the key of every record'),
    keySeparator: option(
      '--key-separator <text>',
      'what stands between key and value (default \\t; means --format key-value)',
      parseSeparator,
    ),
    tombstones: flag(
      '--tombstones',
      'with --format key-value: an empty value is none, which deletes its key in a compacted topic',
    ),
    headers: repeated(
      '-H, --header <name=value>',
      'a header of every record (repeatable)',
      parseHeader,
    ),
    partition: option('--partition <number>', 'the partition of every record', count(0)),
    ...RULES,
    ...PRODUCER_INPUTS,
    compression: COMPRESSION,
  },
  examples: [
    { line: 'echo hello | broker-cli produce greetings', about: 'one record' },
    {
      line: 'broker-cli produce flights --file flights.ndjson --key-path origin',
      about: 'a file of JSON lines, keyed',
    },
    {
      line: 'broker-cli produce payments --file payments.ndjson --format json --dedup-path id',
      about: 'the same file again stores nothing twice, within the window of the topic',
    },
    {
      line: 'broker-cli consume a --no-follow | broker-cli produce b --format record',
      about: 'copy a topic',
    },
  ],
  async run(context, values): Promise<ExitCode> {
    const { topic, keyPath, key, dedupPath } = values;
    checkPaths(values);
    const isJson = keyPath !== undefined || dedupPath !== undefined;
    const format =
      values.format ?? (isJson ? 'json' : values.keySeparator === undefined ? 'text' : 'key-value');
    const keyValue = { separator: values.keySeparator ?? '\t', tombstones: values.tombstones };
    const client = await context.client();
    // An unknown topic is said before the first line is read.
    await client.admin.describeTopic(topic, { signal: context.signal });
    const { codecs, LIMITS } = await import('@millrace/client');
    const rules = rulesFrom(values, LIMITS);
    const input = await openInput(context, values.file);
    const tally = new Tally();
    const progress = await openProgress(context, input, tally);
    const { compression, idempotent, producerName: name } = values;
    const producer = client.producer({ codec: codecs.bytes, compression, idempotent, name });
    const { partition, headers } = values;
    const where = { topic, key, headers, partition };
    const shape = { ...where, format, keyPath, keyValue, dedupPath, rules, limits: LIMITS };
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

type Given = ValuesOf<typeof RULES>;

function checkPaths(
  values: Given & {
    readonly key: string | undefined;
    readonly keyPath: JsonPath | undefined;
    readonly format: string | undefined;
    readonly keySeparator: string | undefined;
    readonly tombstones: boolean;
  },
): void {
  const { key, keyPath, dedupId, dedupPath, format, keySeparator } = values;
  const isKeyValue = (format ?? (keySeparator === undefined ? '' : 'key-value')) === 'key-value';
  if (keySeparator === '') throw usage('--key-separator is empty');
  if (keySeparator !== undefined && !isKeyValue) {
    throw usage('--key-separator is for --format key-value');
  }
  if (values.tombstones && !isKeyValue) throw usage('--tombstones is for --format key-value');
  if (isKeyValue && (key ?? keyPath ?? dedupPath) !== undefined) {
    throw usage('--format key-value takes keys from the lines: no --key, --key-path, --dedup-path');
  }
  if (keyPath !== undefined && key !== undefined) {
    throw usage('--key and --key-path exclude each other');
  }
  if (dedupPath !== undefined && dedupId !== undefined) {
    throw usage('--dedup-id and --dedup-path exclude each other');
  }
  if (format !== 'text') return;
  if (keyPath !== undefined) throw usage('--key-path needs JSON: --format json');
  if (dedupPath !== undefined) throw usage('--dedup-path needs JSON: --format json');
}

/** What the options say of every record, and nothing else: a line speaks where they do not. */
function rulesFrom(values: Given, limits: RuleLimits): RecordRules {
  const rules: RecordRules = {
    delayMs: values.delay,
    ttlMs: values.ttl,
    dedupId: values.dedupId,
    tenant: values.tenant,
    maxDeliveries: values.maxDeliveries,
  };
  const fault = ruleFault(rules, limits);
  if (fault !== undefined) throw usage(fault);
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined));
}
