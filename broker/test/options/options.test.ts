// The options: precedence, units, ranges, messages, and the pages made from the table.

import { readFileSync } from 'node:fs';
import {
  type Environment,
  EXITS,
  flagOf,
  formatValue,
  namesOf,
  type OptionSpec,
  parseOptions,
  parseValue,
  renderConfig,
  StartError,
  variableOf,
} from '@millrace/options';
import { describe, expect, test } from 'vitest';
import { OPTIONS } from '../../src/options/table.ts';
import { BROKER_PROGRAM } from '../../src/run-broker.ts';

const OPTION_NAMES = namesOf(OPTIONS);
const PROGRAM = { ...BROKER_PROGRAM, version: '1.2.3' };
const specOf = (name: keyof typeof OPTIONS): OptionSpec => OPTIONS[name];

function parse(args: readonly string[], env: Environment = {}) {
  const parsed = parseOptions(PROGRAM, args, env);
  if (parsed.kind === 'text') throw new Error(parsed.text);
  return parsed;
}

function faultOf(args: readonly string[], env: Environment = {}): string {
  try {
    parse(args, env);
  } catch (error) {
    if (error instanceof StartError) return `${error.exitCode}: ${error.message}`;
    throw error;
  }
  return 'no fault';
}

test('without anything, every option has its default', () => {
  const { options, sources } = parse([]);
  for (const name of OPTION_NAMES) {
    expect(options[name]).toBe(specOf(name).fallback);
    expect(sources[name]).toBe('default');
  }
  expect(options).toMatchObject({
    host: '127.0.0.1',
    port: 7650,
    adminPort: 7652,
    dataDir: './data',
    sync: 'always',
  });
});

test('a flag beats the environment, which beats the default', () => {
  const env = { MILLRACE_PORT: '1', MILLRACE_ADMIN_PORT: '2', MILLRACE_LOG_LEVEL: '' };
  const { options, sources } = parse(['--port', '3'], env);
  expect([options.port, options.adminPort, options.logLevel]).toEqual([3, 2, 'info']);
  expect([sources.port, sources.adminPort, sources.logLevel]).toEqual([
    'flag',
    'environment',
    'default',
  ]);
});

test('every option has one flag and one variable, and takes its own default from both', () => {
  for (const name of OPTION_NAMES) {
    const text = formatValue(specOf(name), specOf(name).fallback);
    if (text === '') continue;
    expect(parse([`${flagOf(name)}=${text}`]).options[name]).toBe(specOf(name).fallback);
    expect(parse([], { [variableOf(name)]: text }).sources[name]).toBe('environment');
  }
  expect(new Set(OPTION_NAMES.map(variableOf)).size).toBe(OPTION_NAMES.length);
});

test('-1 says never where that is a choice', () => {
  expect(parse(['--offsets-retention', '-1']).options.offsetsRetention).toBe(-1);
  expect(parse(['--offsets-retention', '12h']).options.offsetsRetention).toBe(43_200_000);
});

test('units of bytes and durations, in any case', () => {
  const args = [
    '--commit-queue-bytes',
    '64mib',
    '--shutdown-deadline',
    '1500ms',
    '--storage-reserve=1GiB',
  ];
  expect(parse(args).options).toMatchObject({
    commitQueueBytes: 64 * 1024 * 1024,
    shutdownDeadline: 1_500,
    storageReserve: 1024 ** 3,
  });
});

test('a switch as a bare flag is true, and can be false', () => {
  expect(parse(['--auto-create-topics']).options.autoCreateTopics).toBe(true);
  expect(parse(['--auto-create-topics=false']).options.autoCreateTopics).toBe(false);
  expect(parse(['--auto-create-topics', '--port', '9']).options).toMatchObject({
    autoCreateTopics: true,
    port: 9,
  });
  expect(parse([], { MILLRACE_AUTO_CREATE_TOPICS: 'false' }).options.autoCreateTopics).toBe(false);
});

describe('a wrong value is refused by the name of its option, with what would be right', () => {
  const cases: readonly [args: string[], env: Environment, message: string][] = [
    [['--port', '70000'], {}, '--port is 70000; it has to be from 0 to 65535.'],
    [['--port', 'http'], {}, '--port is "http"; it has to be a whole number.'],
    [['--port', '-1'], {}, '--port is "-1"; it has to be a whole number.'],
    [[], { MILLRACE_PORT: '0x10' }, 'MILLRACE_PORT is "0x10"; it has to be a whole number.'],
    [['--sync', 'never'], {}, '--sync is "never"; it has to be one of always, os.'],
    [
      ['--hello-timeout', '10'],
      {},
      '--hello-timeout is "10"; it has to be a whole number, such as 10s.',
    ],
    [['--hello-timeout', '1d'], {}, '--hello-timeout is 1d; it has to be from 100ms to 10m.'],
    [
      ['--commit-queue-bytes', '5s'],
      {},
      '--commit-queue-bytes is "5s"; it has to be a whole number, such as 16MiB.',
    ],
    [
      ['--auto-create-topics=yes'],
      {},
      '--auto-create-topics is "yes"; it has to be true or false.',
    ],
    [['--data-dir='], {}, '--data-dir is empty.'],
    [['--port', '7652'], {}, '--port and --admin-port are both 7652.'],
    [['--prot', '1'], {}, "unknown option '--prot'. See --help."],
    [['--port'], {}, "option '--port <count>' argument missing. See --help."],
    [['serve'], {}, 'too many arguments. Expected 0 arguments but got 1. See --help.'],
  ];
  test.each(cases)('%j %j', (args, env, message) => {
    expect(faultOf(args, env)).toBe(`64: ${message}`);
  });
});

test('--help names every flag with its default; --version is the version', () => {
  const help = parseOptions(PROGRAM, ['--help'], {});
  if (help.kind !== 'text') throw new Error('no help');
  for (const name of OPTION_NAMES) expect(help.text).toContain(`${flagOf(name)} `);
  expect(help.text).toContain('MILLRACE_');
  expect(parseOptions(PROGRAM, ['--version'], {})).toEqual({ kind: 'text', text: '1.2.3\n' });
});

test('--print-config shows values and where they come from', () => {
  const { options, sources, printConfig } = parse(['--print-config'], { MILLRACE_PORT: '1' });
  expect(printConfig).toBe(true);
  const shown = JSON.parse(renderConfig(OPTIONS, options, sources)) as Record<string, unknown>;
  expect(Object.keys(shown)).toEqual(OPTION_NAMES);
  expect(shown['port']).toEqual({ value: '1', source: 'environment' });
  expect(shown['shutdownDeadline']).toEqual({ value: '10s', source: 'default' });
});

test('every default is within its own range', () => {
  const parsed = OPTION_NAMES.map((name) => {
    const spec = specOf(name);
    return [name, parseValue(spec, formatValue(spec, spec.fallback))];
  });
  expect(parsed).toEqual(OPTION_NAMES.map((name) => [name, { value: specOf(name).fallback }]));
});

test('the operations page tells the exit codes of the table', () => {
  const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  for (const { code, about } of Object.values(EXITS))
    expect(page).toContain(`| ${code} | ${about} |`);
});
