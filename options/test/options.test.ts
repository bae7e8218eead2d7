// The machinery of option tables, over a table of its own: precedence, units, ranges, messages, and pages made from it.

import { describe, expect, test } from 'vitest';
import {
  type CommandLine,
  defaultsOf,
  type Environment,
  flagOf,
  namesOf,
  type OptionTable,
  parseOptions,
  renderConfig,
  renderOptionRows,
  StartError,
  variableOf,
} from '../src/index.ts';

const TABLE = {
  serverPort: { kind: 'count', min: 0, max: 65_535, fallback: 7, about: 'A port.' },
  nodePath: { kind: 'text', noun: 'path', fallback: '', about: 'A path.' },
  cacheBytes: {
    kind: 'bytes',
    min: 1_024,
    max: 1024 ** 3,
    fallback: 16 * 1024 ** 2,
    about: 'Bytes.',
  },
  idleTime: {
    kind: 'duration',
    min: 100,
    max: 86_400_000,
    orNever: true,
    fallback: 10_000,
    about: 'A time.',
  },
  isBrave: { kind: 'switch', fallback: false, about: 'A switch.' },
  colour: { kind: 'choice', values: ['red', 'blue'], fallback: 'red', about: 'A choice.' },
} as const satisfies OptionTable;

const LINE: CommandLine<typeof TABLE> = {
  name: 'tester',
  description: 'Tests.',
  version: '1.2.3',
  table: TABLE,
  check: ({ serverPort }) => {
    if (serverPort === 13) throw new StartError('badOption', '--server-port is unlucky.');
  },
};

function parse(args: readonly string[], env: Environment = {}) {
  const parsed = parseOptions(LINE, args, env);
  if (parsed.kind === 'text') throw new Error(parsed.text);
  return parsed;
}

test('flags and variables are named by their option', () => {
  expect(namesOf(TABLE).map(flagOf).slice(0, 2)).toEqual(['--server-port', '--node-path']);
  expect(variableOf('serverPort')).toBe('MILLRACE_SERVER_PORT');
});

test('a flag beats the environment, which beats the default; an empty variable is none', () => {
  expect(parse([]).options).toEqual(defaultsOf(TABLE));
  const env = { MILLRACE_SERVER_PORT: '1', MILLRACE_COLOUR: 'blue', MILLRACE_CACHE_BYTES: '' };
  const { options, sources } = parse(['--server-port', '3'], env);
  expect(options).toEqual({ ...defaultsOf(TABLE), serverPort: 3, colour: 'blue' });
  expect(sources).toMatchObject({
    serverPort: 'flag',
    colour: 'environment',
    cacheBytes: 'default',
  });
});

test('units in any case, -1 for never, switches bare or with a value', () => {
  expect(parse(['--cache-bytes', '64kib', '--idle-time=-1', '--is-brave']).options).toMatchObject({
    cacheBytes: 65_536,
    idleTime: -1,
    isBrave: true,
  });
  expect(parse(['--is-brave=false', '--idle-time', '1500ms']).options).toMatchObject({
    isBrave: false,
    idleTime: 1_500,
  });
});

describe('what is wrong is refused by the name of its option', () => {
  const cases: readonly [args: string[], env: Environment, message: string][] = [
    [['--server-port', '70000'], {}, '--server-port is 70000; it has to be from 0 to 65535.'],
    [
      [],
      { MILLRACE_SERVER_PORT: '0x1' },
      'MILLRACE_SERVER_PORT is "0x1"; it has to be a whole number.',
    ],
    [
      ['--cache-bytes', '1s'],
      {},
      '--cache-bytes is "1s"; it has to be a whole number, such as 16MiB.',
    ],
    [['--idle-time', '5'], {}, '--idle-time is "5"; it has to be a whole number, such as 10s.'],
    [['--idle-time', '1ms'], {}, '--idle-time is 1ms; it has to be from 100ms to 1d, or -1.'],
    [['--is-brave=maybe'], {}, '--is-brave is "maybe"; it has to be true or false.'],
    [['--colour', 'green'], {}, '--colour is "green"; it has to be one of red, blue.'],
    [['--server-port', '13'], {}, '--server-port is unlucky.'],
    [['--unknown'], {}, "unknown option '--unknown'. See --help."],
    [['extra'], {}, 'too many arguments. Expected 0 arguments but got 1. See --help.'],
  ];
  test.each(cases)('%j %j', (args, env, message) => {
    expect(() => parse(args, env)).toThrow(expect.objectContaining({ exitCode: 64, message }));
  });
});

test('help, version, the reference and the options in force come from the table', () => {
  const help = parseOptions(LINE, ['--help'], {});
  expect(help.kind === 'text' && help.text).toContain('--colour <choice>');
  expect(help.kind === 'text' && help.text).toContain('--server-port is MILLRACE_SERVER_PORT');
  expect(parseOptions(LINE, ['--version'], {})).toEqual({ kind: 'text', text: '1.2.3\n' });
  expect(renderOptionRows(TABLE)).toContain(
    '| `--cache-bytes` | `MILLRACE_CACHE_BYTES` | bytes | 1KiB to 1GiB | `16MiB` | Bytes. |',
  );
  const { options, sources, printConfig } = parse(['--print-config', '--is-brave']);
  expect(printConfig).toBe(true);
  expect(JSON.parse(renderConfig(TABLE, options, sources))).toMatchObject({
    isBrave: { value: 'true', source: 'flag' },
    idleTime: { value: '10s', source: 'default' },
  });
});
