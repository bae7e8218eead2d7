// One run of the command line, from arguments to exit code. The only place where errors end.

import { CommanderError } from 'commander';
import { type Context, exitOf, openContext } from './context.ts';
import { CliError, usage } from './errors/cli-error.ts';
import { EXIT, type ExitCode } from './errors/exit-codes.ts';
import { formatText } from './output/format.ts';
import { OutputClosed } from './output/output.ts';
import { buildProgram, type Execute, type GlobalValues, globalValues } from './program.ts';
import { loadTree } from './registry.ts';
import { settingsFrom } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** Runs the command line and resolves with its exit code; never rejects. */
export async function runCli(given: readonly string[], terminal: Terminal): Promise<ExitCode> {
  // `help queue ack` is another way to say `queue ack --help`.
  const argv = given[0] === 'help' && given.length > 1 ? [...given.slice(1), '--help'] : given;
  let exit: ExitCode = EXIT.ok;
  let errorText = '';
  const execute: Execute = async (command, values, globals) => {
    exit = await runCommand(globals, terminal, async (context) => command.run(context, values));
  };
  const program = await buildProgram(
    argv,
    {
      // Help that nobody reads to its end is no error.
      writeOut: (text) => terminal.stdout.once('error', passOverClosed).write(text),
      writeErr: (text) => {
        errorText += text;
      },
      columns: terminal.stdout.columns,
    },
    execute,
  );
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const globals = { ...globalValues(program), json: argv.includes('--json') };
    return reportError(await parseErrorOf(error, errorText, argv), globals, terminal);
  }
}

function passOverClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** Runs one command with its context, and closes that whatever happens. */
async function runCommand(
  globals: GlobalValues,
  terminal: Terminal,
  run: (context: Context) => Promise<ExitCode | undefined>,
): Promise<ExitCode> {
  const settings = settingsFrom(globals, terminal);
  const context = openContext(settings, terminal);
  let exit: ExitCode;
  try {
    exit = (await run(context)) ?? EXIT.ok;
  } catch (error) {
    exit = await exitOfFailure(error, context, globals);
  }
  try {
    await context.close();
    await context.output.flush();
  } catch (error) {
    if (exit === EXIT.ok) exit = await exitOfFailure(error, context, globals);
  }
  return exit;
}

/** A reader that went away is no error; a signal says so by the exit code alone. */
async function exitOfFailure(
  error: unknown,
  context: Context,
  globals: GlobalValues,
): Promise<ExitCode> {
  if (error instanceof OutputClosed) return EXIT.ok;
  if (context.stopped !== undefined && isAbort(error)) {
    return context.stopped === 'output' ? EXIT.ok : exitOf(context.stopped);
  }
  return reportError(error, globals, context.terminal, context.settings.broker);
}

function isAbort(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'ABORTED' || code === 'INTERRUPTED' || code === 'ABORT_ERR';
}

async function parseErrorOf(
  error: unknown,
  text: string,
  argv: readonly string[],
): Promise<unknown> {
  if (!(error instanceof CommanderError)) return error;
  if (error.code === 'commander.help') {
    return usage(text.trim() === '' ? 'which command?' : text.trimEnd());
  }
  const [message = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const hints = more.map((line) => line.trim()).filter((line) => line !== '');
  return usage(message, ...hints, `\`${await helpLine(argv)}\` shows what there is.`);
}

/** The command line that helps: of the command, or the group, that these arguments name. */
async function helpLine(argv: readonly string[]): Promise<string> {
  const paths = (await loadTree()).flatMap(({ name, commands }) => [
    ...commands.map(({ path }) => path),
    [name],
  ]);
  const named = paths.find((path) => path.every((word) => argv.includes(word))) ?? [];
  return ['broker-cli', ...named, '--help'].join(' ');
}

async function reportError(
  error: unknown,
  { json }: Pick<GlobalValues, 'json'>,
  terminal: Terminal,
  broker = '',
): Promise<ExitCode> {
  const known =
    error instanceof CliError
      ? error
      : (await import('./errors/explain-error.ts')).explainError(error, broker);
  const code = EXIT[known.exit];
  terminal.stderr.write(`${json ? jsonOf(known, code) : textOf(known)}\n`);
  return code;
}

function jsonOf({ code, message, hints, detail }: CliError, exitCode: ExitCode): string {
  return JSON.stringify({
    error: { code, message, exitCode, ...detail, ...(hints.length > 0 ? { hints } : {}) },
  });
}

function textOf({ message, hints }: CliError): string {
  const isHelp = message.startsWith('Usage: ');
  const lines = [isHelp ? message : `broker-cli: ${message}`, ...hints.map((hint) => `  ${hint}`)];
  // What is quoted may be anything: line ends of our own stay, all else that a terminal would obey is shown.
  return lines.flatMap((text) => text.split('\n').map((line) => formatText(line))).join('\n');
}
