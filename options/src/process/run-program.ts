// The life of a process: options, log, start, ready line, signals, end. Every way out goes through `end`, so that the
// exit code and the last line are always the documented ones. What is served it does not know.

import { writeSync } from 'node:fs';
import type { OptionsOf, OptionTable } from '../option-table.ts';
import { type CommandLine, type Environment, parseOptions } from '../parse-options.ts';
import { renderConfig } from '../print-options.ts';
import { EXITS, type ExitName, StartError } from './exit-codes.ts';
import { type OpenLog, openLog } from './log.ts';
import { logFormatOf, type PROCESS_OPTIONS } from './process-options.ts';
import { Shutdown } from './shutdown.ts';

/** What the program gets to serve with. */
export interface Life {
  readonly opened: OpenLog;
  /** Aborted when the process is told to end: a start that is not over may give up. */
  readonly stopping: AbortSignal;
  /** Nothing more may leave this process, not even a reply. */
  readonly endNow: (name: ExitName, error: unknown, message: string) => never;
  /** The same, for a fault that nobody expected. */
  readonly onFault: (error: unknown) => never;
  /** Calls it at each SIGHUP: files are to be read again. Without anybody who asks, that signal ends the process. */
  readonly onHangup: (listener: () => void) => void;
}

/** What runs, once it answers requests. */
export interface Served {
  /** Where it listens and the like, for programs that wait for the ready line. */
  readonly ready: Readonly<Record<string, string | number>>;
  /** The same for a person. */
  readonly greeting: string;
  /** Ends everything in order. It may take as long as it likes: the deadline is kept here. */
  close(): Promise<void>;
}

export interface Program<T extends OptionTable> extends CommandLine<T & typeof PROCESS_OPTIONS> {
  /** Throws StartError. */
  open(options: OptionsOf<T & typeof PROCESS_OPTIONS>, life: Life): Promise<Served>;
}

export async function runProgram<T extends OptionTable>(
  program: Program<T>,
  args: readonly string[],
  env: Environment,
): Promise<void> {
  // A closed terminal or pipe must not end the process, nor its help.
  process.stdout.on('error', () => undefined);
  let options: OptionsOf<T & typeof PROCESS_OPTIONS>;
  try {
    const parsed = parseOptions(program, args, env);
    if (parsed.kind === 'text') return void process.stdout.write(parsed.text);
    if (parsed.printConfig) {
      const text = renderConfig(program.table, parsed.options, parsed.sources);
      return void process.stdout.write(text);
    }
    options = parsed.options;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    tellPeople(program.name, error.message);
    process.exitCode = error.exitCode;
    return;
  }
  await serve(program, options);
}

async function serve<T extends OptionTable>(
  program: Program<T>,
  options: OptionsOf<T & typeof PROCESS_OPTIONS>,
): Promise<void> {
  const { logLevel, logFormat, shutdownDeadline } = options as OptionsOf<typeof PROCESS_OPTIONS>;
  const format = logFormatOf(logFormat);
  const opened = openLog({ level: logLevel, format });
  const { log } = opened;
  const end = (name: ExitName) => void opened.close().finally(() => process.exit(EXITS[name].code));
  const endNow = (name: ExitName, error: unknown, message: string): never => {
    log.fatal({ err: error, event: 'fatal', exitCode: EXITS[name].code }, message);
    tellPeople(program.name, message);
    opened.flushNow();
    process.exit(EXITS[name].code);
  };
  const onFault = (error: unknown) =>
    endNow(
      'internalFault',
      error,
      'The process met a fault of its own and ends; its log says more.',
    );
  process.on('uncaughtException', onFault);

  let hasStarted: (served: Served) => void = () => undefined;
  const started = new Promise<Served>((resolve) => {
    hasStarted = resolve;
  });
  const stopping = new AbortController();
  const shutdown = new Shutdown({
    close: async () => (await started).close(),
    deadlineMs: shutdownDeadline,
    log,
    exit: end,
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stopping.abort();
      shutdown.signalled(signal);
    });
  }

  try {
    const served = await program.open(options, {
      opened,
      stopping: stopping.signal,
      endNow,
      onFault,
      onHangup: (listener) => void process.on('SIGHUP', listener),
    });
    hasStarted(served);
    announce(served, format, opened);
  } catch (error) {
    if (stopping.signal.aborted) end('clean');
    else failStart(program.name, error, format, opened, end);
  }
}

/** What other programs and people wait for: the form is documented in docs/operations.md. */
function announce({ ready, greeting }: Served, format: 'json' | 'text', opened: OpenLog): void {
  if (format === 'json') {
    opened.announce({ event: 'listening', ...ready, pid: process.pid }, 'listening');
  } else {
    process.stdout.write(`${greeting}\n`);
  }
}

function failStart(
  name: string,
  error: unknown,
  format: 'json' | 'text',
  { log }: OpenLog,
  end: (name: ExitName) => void,
): void {
  const isExpected = error instanceof StartError;
  const exit = isExpected ? error.exit : 'internalFault';
  const message = isExpected ? error.message : `the start met a fault: ${String(error)}`;
  if (format === 'json' || !isExpected) {
    log.fatal(
      { err: error, event: 'start_failed', exitCode: EXITS[exit].code },
      'The start failed.',
    );
  }
  tellPeople(name, message);
  end(exit);
}

/** One line on stderr, at once. */
function tellPeople(name: string, message: string): void {
  try {
    writeSync(2, `${name}: ${message}\n`);
  } catch {
    // Nobody listens.
  }
}
