// The way to stdout and stderr: what goes where, slow readers, readers that go away, signals, questions.
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirm } from '../src/confirm.ts';
import { type Context, openContext } from '../src/context.ts';
import { CliError } from '../src/errors/cli-error.ts';
import { Output, OutputClosed } from '../src/output/output.ts';
import { type Column, properties, table } from '../src/output/table.ts';
import type { Settings } from '../src/settings.ts';
import type { Terminal } from '../src/terminal.ts';
import { type FakeTerminal, fakeTerminal } from './support/fake-terminal.ts';

const SETTINGS: Settings = {
  broker: '127.0.0.1:1',
  json: false,
  timeoutMs: 1_000,
  color: false,
  quiet: false,
  access: { tls: undefined, by: { kind: 'nothing' } },
};

function outputOn(terminal: Terminal, settings: Partial<Settings> = {}): Output {
  return new Output({ ...SETTINGS, ...settings }, terminal, () => {});
}

describe('output', () => {
  it('is one document for programs, text for people', async () => {
    const [people, programs] = [fakeTerminal(), fakeTerminal()];
    await outputOn(people).answer({ a: 1 }, () => 'A is 1');
    await outputOn(programs, { json: true }).answer({ a: 1 }, () => 'A is 1');
    expect(people.out()).toBe('A is 1\n');
    expect(JSON.parse(programs.out())).toEqual({ a: 1 });
  });

  it('quiet keeps answers and leaves sentences out', async () => {
    const terminal = fakeTerminal({ isTTY: true });
    const output = outputOn(terminal, { quiet: true });
    await output.done({}, 'Done.');
    output.note('by the way');
    output.warn('careful');
    await output.answer({}, () => 'answer');
    expect(terminal.out()).toBe('answer\n');
    expect(terminal.err()).toBe('');
  });

  it('notes are for those who watch; warnings for all', () => {
    const [pipe, watched, program] = [
      fakeTerminal(),
      fakeTerminal({ isTTY: true }),
      fakeTerminal({ isTTY: true }),
    ];
    for (const [terminal, json] of [
      [pipe, false],
      [watched, false],
      [program, true],
    ] as const) {
      const output = outputOn(terminal, { json });
      output.note('note');
      output.warn('warning');
    }
    expect(pipe.err()).toBe('broker-cli: warning\n');
    expect(watched.err()).toBe('note\nbroker-cli: warning\n');
    expect(JSON.parse(program.err())).toEqual({ warning: { message: 'warning' } });
  });

  it('waits for a slow reader', async () => {
    const stdout = new PassThrough({ highWaterMark: 10 });
    const output = outputOn({ ...fakeTerminal(), stdout });
    const later = new Promise((resolve) => setImmediate(() => resolve('later')));
    const writing = output.write('more than ten bytes');
    expect(await Promise.race([writing, later])).toBe('later');
    stdout.resume();
    expect(await writing).toBeUndefined();
  });

  it('a reader that goes away closes it; any other failure is said', async () => {
    for (const [code, kind] of [
      ['EPIPE', OutputClosed],
      ['EIO', Error],
    ] as const) {
      let closings = 0;
      const stdout = new Writable({
        write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })),
      });
      const output = new Output(SETTINGS, { ...fakeTerminal(), stdout }, () => {
        closings += 1;
      });
      await output.write('x').catch(() => {});
      await new Promise((resolve) => setImmediate(resolve));
      await expect(output.write('y')).rejects.toBeInstanceOf(kind);
      await output.flush();
      expect(closings).toBe(1);
      expect(output.isClosed).toBe(true);
    }
  });
});

describe('tables', () => {
  const rows = [
    { name: 'a', count: 5 },
    { name: 'longer', count: 1_000 },
  ];
  const columns: Column<(typeof rows)[number]>[] = [
    { head: 'NAME', cell: ({ name }) => name },
    { head: 'COUNT', align: 'right', cell: (row) => String(row.count) },
  ];

  it('have aligned columns, no lines and no trailing spaces', async () => {
    const text = await table(outputOn(fakeTerminal()), columns, rows, 'none');
    expect(text).toBe('NAME    COUNT\na           5\nlonger   1000');
    expect(await table(outputOn(fakeTerminal()), columns, [], 'none')).toBe('none');
  });

  it('are bold at the head where there are colours', async () => {
    const output = outputOn(fakeTerminal(), { color: true });
    expect(await table(output, columns, rows, '')).toContain('\u001b[1mNAME\u001b[22m');
    expect(await properties(output, [['a', 'b']])).toBe('\u001b[1ma: \u001b[22mb');
  });
});

describe('signals', () => {
  function open(terminal: FakeTerminal): Context {
    return openContext(SETTINGS, terminal);
  }

  it('the first one asks to stop, the second one ends', async () => {
    const terminal = fakeTerminal();
    const context = open(terminal);
    expect(context.stopped).toBeUndefined();
    terminal.send('SIGINT');
    expect(context.stopped).toBe('SIGINT');
    expect(context.signal.aborted).toBe(true);
    expect(terminal.exits).toEqual([]);
    terminal.send('SIGINT');
    expect(terminal.exits).toEqual([130]);
    await context.close();
    terminal.send('SIGTERM');
    expect(terminal.exits).toEqual([130]);
  });
});

describe('questions', () => {
  const ask = async (
    answer: string | undefined,
    yes = false,
    isTTY = true,
  ): Promise<FakeTerminal> => {
    const input = new PassThrough();
    if (answer !== undefined) input.end(answer);
    const terminal = fakeTerminal({ input, isTTY });
    await confirm(openContext(SETTINGS, terminal), yes, 'delete everything');
    return terminal;
  };

  it('need a yes', async () => {
    for (const answer of ['y\n', 'Yes\n', ' y \n']) {
      expect((await ask(answer)).err()).toContain('Delete everything? [y/N]');
    }
  });

  it.each(['\n', 'n\n', 'yeah\n', ''])('not %j', async (answer) => {
    await expect(ask(answer)).rejects.toMatchObject({ code: 'NOT_CONFIRMED', exit: 'interrupted' });
  });

  it('are not put where nobody can answer', async () => {
    await expect(ask(undefined, false, false)).rejects.toBeInstanceOf(CliError);
    await expect(ask(undefined, false, false)).rejects.toThrow('this would delete everything');
    expect((await ask(undefined, true, false)).err()).toBe('');
  });
});
