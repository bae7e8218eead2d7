// The command line without a broker: help, suggestions, refusals, exit codes, and what goes to which stream.
import { Writable } from 'node:stream';
import { ERRORS, type ErrorName, MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { EXIT, EXIT_ABOUT } from '../src/errors/exit-codes.ts';
import { exitOfError, explainError } from '../src/errors/explain-error.ts';
import { loadTree } from '../src/registry.ts';
import { runCli } from '../src/run-cli.ts';
import { type FakeOptions, fakeTerminal } from './support/fake-terminal.ts';

interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

async function run(line: string, options: FakeOptions = {}): Promise<Ran> {
  const terminal = fakeTerminal(options);
  const argv = line.split(' ').filter((word) => word !== '');
  const exit = await runCli(argv, terminal);
  return { exit, out: terminal.out(), err: terminal.err() };
}

const COMMANDS = (await loadTree()).flatMap(({ commands }) => commands);

describe('help', () => {
  it('names every command', async () => {
    const { exit, out, err } = await run('--help');
    expect(exit).toBe(0);
    expect(err).toBe('');
    for (const { name, about } of await loadTree()) {
      expect(out).toContain(name);
      expect(out).toContain(about.slice(0, 30));
    }
  });

  it.each(COMMANDS)('of $path.0 $command.name', async ({ path, command }) => {
    const { exit, out, err } = await run(`${path.join(' ')} --help`);
    expect(exit).toBe(0);
    expect(err).toBe('');
    expect(out).toContain(command.about);
    expect(command.examples.length).toBeGreaterThan(0);
    for (const { line } of command.examples) expect(out).toContain(line);
    expect((await run(`help ${path.join(' ')}`)).out).toBe(out);
  });

  it('may be read in part', async () => {
    const closed = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(closed) });
    const isClosed = new Promise((resolve) => stdout.on('close', resolve));
    expect(await runCli(['groups', '--help'], { ...fakeTerminal(), stdout })).toBe(EXIT.ok);
    // An error that nobody listened for would end the process before.
    await isClosed;
  });

  it('of a group without a verb is a refusal', async () => {
    const { exit, out, err } = await run('queue');
    expect(exit).toBe(EXIT.usage);
    expect(out).toBe('');
    expect(err).toContain('receive');
  });

  it('prints the version', async () => {
    expect((await run('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('refusals', () => {
  it.each([
    ['tpoics list', 'Did you mean topics?'],
    ['queue recieve x', 'Did you mean receive?'],
    ['topics create --partitons 3 x', 'Did you mean --partitions?'],
    ['topics create', "missing required argument 'topic'"],
    ['topics create x --partitions zero', "'zero' is not a whole number"],
    ['topics create x --retention 30', 'write 30s'],
    ['topics list extra', 'too many arguments'],
    ['topics list --timeout 0', 'too short'],
    ['topics list --broker a:b', 'is not an address'],
    ['topics alter x', 'nothing to change'],
    ['queue alter x', 'nothing to change'],
    ['queue create x --backoff linear', 'Allowed choices are none, fixed, exponential'],
    ['produce x --key a --key-path b', 'exclude each other'],
    ['produce x --key-path b --format text', '--format json'],
    ['produce x --dedup-id a --dedup-path b', 'exclude each other'],
    ['produce x --dedup-path b --format text', '--format json'],
    ['topics create x --dead-letters-from all --dead-letter-source y', 'listed'],
    ['topics alter x --retention-acked yes', 'Allowed choices are on, off'],
    ['queue stats --watch --interval 1ms', 'at least 100ms'],
    ['queue messages q --state odd', 'Allowed choices are leased'],
    ['queue retry q', 'no messages'],
    ['queue cancel q nonsense', 'is not a message id'],
    ['tasks show x', "'x' is not a whole number"],
    ['consume x --group g --partition 0', 'exclude each other'],
    ['consume x --from yesterday', 'is not a position'],
    ['groups reset g', '--to'],
    ['groups delete g', '--yes'],
    ['schedules create s --every 5m', '--topic'],
    ['schedules create s --topic t', 'say when'],
    ['schedules create s --topic t --every 5', 'write 5s'],
    ['schedules create s --topic t --every 5m --cron x', 'exclude each other'],
    ['schedules create s --topic t --every 5m --time-zone UTC', '--time-zone needs --cron'],
    ['schedules create s --topic t --every 5m --missed some', 'Allowed choices are one, all, none'],
    ['completion tcsh', 'Allowed choices are bash, zsh, fish'],
    ['queue ack q -', 'no receipts on stdin'],
  ])('%s', async (line, reason) => {
    const { exit, out, err } = await run(line);
    expect(exit).toBe(EXIT.usage);
    expect(out).toBe('');
    expect(err).toContain(reason);
    expect(err).not.toMatch(/\n {4}at /);
  });

  it('names the help that helps', async () => {
    expect((await run('topics create x --bogus')).err).toContain('broker-cli topics create --help');
  });

  it.each(['topics create', 'queue', 'produce x --key a --key-path b', 'nothing'])(
    'are JSON on stderr for programs: %s',
    async (line) => {
      const { exit, out, err } = await run(`--json ${line}`);
      expect(out).toBe('');
      const { error } = JSON.parse(err) as { error: { code: string; exitCode: number } };
      expect(error).toMatchObject({ code: 'USAGE', exitCode: EXIT.usage });
      expect(exit).toBe(EXIT.usage);
    },
  );

  it('show what a terminal would obey, and do not obey it', async () => {
    const { err } = await run('topics offsets t --at \u001B[31m\u009B2J');
    expect(err).toContain("'\\u{1b}[31m\\u{9b}2J' is not a time");
    expect(err).not.toContain('\u001B');
    expect(err).not.toContain('\u009B');
  });

  it('an address from the environment is checked as well', async () => {
    const { exit, err } = await run('topics list', { env: { MILLRACE_BROKER: 'a:b' } });
    expect(exit).toBe(EXIT.usage);
    expect(err).toContain('MILLRACE_BROKER');
  });
});

describe('options', () => {
  it('have names that do not clash with the global ones', () => {
    for (const { command } of COMMANDS) {
      const flags = Object.values(command.inputs).flatMap((input) =>
        input.kind === 'option' ? (input.flags.match(/(?<!\w)--?[a-z-]+/g) ?? []) : [],
      );
      expect([command.name, ...new Set(flags)]).toEqual([command.name, ...flags]);
      for (const taken of [
        '-b',
        '-q',
        '-h',
        '--json',
        '--broker',
        '--timeout',
        '--quiet',
        '--help',
      ]) {
        expect([command.name, ...flags]).not.toContain(taken);
      }
    }
  });
});

describe('errors', () => {
  it('each have an exit code of the table', () => {
    for (const name of Object.keys(ERRORS) as ErrorName[]) {
      expect(Object.keys(EXIT)).toContain(exitOfError(name));
    }
    expect(Object.keys(EXIT_ABOUT)).toEqual(Object.keys(EXIT));
  });

  it.each([
    ['UNKNOWN_TOPIC', 4],
    ['UNKNOWN_GROUP', 4],
    ['TOPIC_EXISTS', 5],
    ['GROUP_NOT_EMPTY', 5],
    ['STALE_LEASE', 5],
    ['MESSAGE_LEASED', 5],
    ['PURGE_PENDING', 5],
    ['NOTHING_TO_UNDO', 4],
    ['UNKNOWN_TASK', 4],
    ['OFFSET_OUT_OF_RANGE', 4],
    ['TOO_MANY_IN_FLIGHT', 7],
    ['DLQ_NOT_ALLOWED', 2],
    ['CONNECTION_LOST', 3],
    ['DEADLINE_EXCEEDED', 6],
    ['STORAGE_FULL', 7],
    ['OVERLOADED', 7],
    ['INVALID_NAME', 2],
    ['INTERNAL', 1],
  ] as const)('%s is %d', (name, code) => {
    expect(EXIT[exitOfError(name)]).toBe(code);
  });

  it('a broker that is not there: how to start it', () => {
    const { message, hints } = explainError(new MillraceError('CONNECTION_LOST'), '127.0.0.1:1');
    expect(message).toContain('127.0.0.1:1');
    expect(hints.join('\n')).toContain('npm start');
    expect(hints.join('\n')).toContain('millrace-broker');
  });

  it('keep field and limit', () => {
    const detail = { field: 'batches[0]', limit: '5 bytes' };
    expect(explainError(new MillraceError('BATCH_TOO_LARGE', 'no', detail), '').detail).toEqual(
      detail,
    );
  });

  it('that nobody foresaw show where they come from', () => {
    expect(explainError(new TypeError('oops'), '').message).toContain('run-cli.test.ts');
  });
});
