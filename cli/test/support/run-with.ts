// Runs a command line against a client that the test makes: no broker, no network.
import type { Client } from '@millrace/client';
import { CommanderError } from 'commander';
import type { Context } from '../../src/context.ts';
import { openContext } from '../../src/context.ts';
import { CliError, usage } from '../../src/errors/cli-error.ts';
import { EXIT } from '../../src/errors/exit-codes.ts';
import { explainError } from '../../src/errors/explain-error.ts';
import { buildProgram } from '../../src/program.ts';
import { settingsFrom } from '../../src/settings.ts';
import { type FakeOptions, type FakeTerminal, fakeTerminal } from './fake-terminal.ts';

export interface RanWith {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
  readonly error: CliError | undefined;
}

/** `admin` and what else of a client the command uses. */
export interface FakeClient {
  readonly admin?: object;
  readonly queue?: (...args: never[]) => object;
}

export async function runWith(
  fake: FakeClient,
  argv: readonly string[],
  options: FakeOptions & { readonly terminal?: FakeTerminal } = {},
): Promise<RanWith> {
  const terminal = options.terminal ?? fakeTerminal(options);
  let exit: number = EXIT.ok;
  let error: CliError | undefined;
  const output = { writeOut: () => {}, writeErr: () => {}, columns: 100 };
  const program = await buildProgram(argv, output, async (command, values, globals) => {
    const opened = openContext(settingsFrom(globals, terminal), terminal);
    const context = new Proxy(opened, {
      get: (target, name) =>
        name === 'client'
          ? async () => fake as unknown as Client
          : (Reflect.get(target, name, target) as Context[keyof Context]),
    });
    exit = (await command.run(context, values)) ?? EXIT.ok;
    await opened.close();
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (thrown) {
    error = errorOf(thrown);
    exit = EXIT[error.exit];
  }
  return { exit, out: terminal.out(), err: terminal.err(), error };
}

function errorOf(thrown: unknown): CliError {
  if (thrown instanceof CommanderError) return usage(thrown.message);
  return thrown instanceof CliError ? thrown : explainError(thrown, 'b:1');
}

/** As `runWith`, for words without spaces, and the document that --json gives. */
export async function documentOf(fake: FakeClient, line: string) {
  const { out, error, exit } = await runWith(fake, [...line.split(' '), '--json']);
  return { document: out === '' ? undefined : JSON.parse(out), error, exit };
}
