// Lines that nobody would type, and input that is no record: broker-cli ends with one of its exit codes, says why in one
// message without a stack, and ends when it is told to; the options of the servers are taken or refused by name.

import { PassThrough, Readable } from 'node:stream';
import { BrokerProcess, type Random, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, vi } from 'vitest';
import { OPTIONS as BROKER_OPTIONS } from '../../broker/src/options/table.ts';
import { EXIT } from '../../cli/src/errors/exit-codes.ts';
import { loadTree } from '../../cli/src/registry.ts';
import { runCli } from '../../cli/src/run-cli.ts';
import { flagOf } from '../../options/src/option-table.ts';
import { parseOptions } from '../../options/src/parse-options.ts';
import { StartError } from '../../options/src/process/exit-codes.ts';
import { nastyText, nastyValue } from '../sqs/fuzz/values.ts';
import { fuzzTests, type Target } from './support/fuzz.ts';
import { NAMES } from './support/wire-values.ts';

vi.setConfig({ hookTimeout: 90_000 });

const STOP_AFTER_MS = 400;
const END_MS_MAX = 30_000;
const EXITS = new Set<number>(Object.values(EXIT));
const STACK = /^\s+at .*:\d+:\d+\)?$/m;
const VALUES = [
  '0',
  '1',
  '-1',
  '3',
  '10ms',
  '1h',
  '5x',
  'true',
  '1e9',
  '@',
  'a=b',
  '2026-01-01T00:00:00Z',
  '-',
  'json',
];

interface Line {
  readonly argv: readonly string[];
  readonly stdin: string;
}

let directory: TemporaryDirectory;
let broker: BrokerProcess;
let commands: { readonly path: readonly string[]; readonly flags: readonly string[] }[];

beforeAll(async () => {
  directory = new TemporaryDirectory('millrace-fuzz-');
  broker = await BrokerProcess.start({ dataDir: directory.path });
  const groups = await loadTree();
  commands = groups.flatMap((group) =>
    group.commands.map(({ path, command: { inputs } }) => ({
      path,
      flags: Object.values(inputs).map(({ flags }) => flags),
    })),
  );
});

afterAll(async () => {
  await broker.end('SIGTERM');
  directory.remove();
});

const cli: Target = {
  name: 'cli',
  make(random) {
    const { path, flags } = random.pick(commands);
    const words = flags.filter(() => random.chance(0.35)).flatMap((each) => wordsOf(random, each));
    const name = random.chance(0.9) ? random.pick(NAMES) : nastyText(random);
    const odd = random.chance(0.1) ? [nastyText(random)] : [];
    const argv = [...path, ...(random.chance(0.8) ? [name] : []), ...words, ...odd];
    return Buffer.from(JSON.stringify({ argv, stdin: stdinOf(random) } satisfies Line));
  },
  async faultOf(input) {
    const line = lineOf(input);
    if (line === undefined) return undefined;
    return optionsFault(line.argv) ?? (await cliFault(line));
  },
};

/** Undefined where parts were left out and it is no line any more. */
function lineOf(input: Uint8Array): Line | undefined {
  try {
    const { argv, stdin } = JSON.parse(Buffer.from(input).toString()) as Partial<Line>;
    if (!Array.isArray(argv) || typeof stdin !== 'string') return undefined;
    return { argv: argv.map(String), stdin };
  } catch {
    return undefined;
  }
}

function wordsOf(random: Random, flags: string): string[] {
  const value = random.chance(0.7) ? random.pick([...VALUES, ...NAMES]) : nastyText(random);
  const option = /--[\w-]+/.exec(flags)?.[0];
  if (option === undefined) return [value];
  return flags.includes('<') && random.chance(0.95) ? [option, value] : [option];
}

function stdinOf(random: Random): string {
  const lines = Array.from({ length: random.between(0, 5) }, () =>
    random.chance(0.7) ? JSON.stringify(nastyValue(random)) : nastyText(random),
  );
  return lines.join('\n');
}

async function cliFault({ argv, stdin }: Line): Promise<string | undefined> {
  const stderr = new PassThrough();
  const stdout = new PassThrough();
  let said = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  stdout.resume();
  let stop: (signal: 'SIGINT') => void = () => {};
  const running = runCli(argv, {
    stdin: Readable.from([stdin]),
    stdout,
    stderr,
    env: { MILLRACE_BROKER: broker.address, NO_COLOR: '1' },
    onSignal(listener) {
      stop = listener;
      return () => {};
    },
    exitNow: () => {},
  });
  const stopping = setTimeout(() => stop('SIGINT'), STOP_AFTER_MS);
  let giveUp: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    giveUp = setTimeout(() => resolve('late'), END_MS_MAX);
  });
  try {
    const exit = await Promise.race([running, late]);
    if (exit === 'late') return 'it does not end when it is told to';
    if (!EXITS.has(exit)) return `exit code ${exit} is none of its own`;
    if (exit !== EXIT.ok && said.trim() === '' && exit < EXIT.interrupted)
      return `exit code ${exit}, and not a word why`;
    return STACK.test(said) ? `a stack: ${said.slice(0, 300)}` : undefined;
  } catch (error) {
    return `threw ${String(error)}`;
  } finally {
    clearTimeout(stopping);
    clearTimeout(giveUp);
  }
}

const OPTION_NAMES = Object.keys(BROKER_OPTIONS);

/** The same words as flags of a server, and as values of its options. */
function optionsFault(argv: readonly string[]): string | undefined {
  const table = { name: 'fuzz', description: '', version: '0', table: BROKER_OPTIONS };
  const values = argv.flatMap((word, at) => {
    const name = OPTION_NAMES[(word.length * 7 + at) % OPTION_NAMES.length] ?? '';
    return [flagOf(name), word];
  });
  for (const words of [argv, values]) {
    try {
      parseOptions(table, words, {});
    } catch (error) {
      if (!(error instanceof StartError)) return `options threw ${String(error)}`;
    }
  }
  return undefined;
}

fuzzTests(cli, 40);
