// The bench as a program: the arguments to a command or a workload; complaints on stderr, an exit code.

import type { Command } from './commands/command.ts';
import { parseCommandLine } from './commands/parse-command-line.ts';
import { COMMANDS } from './commands/table.ts';
import { EXIT } from './exit.ts';
import { commandHelpText, helpText } from './options/help.ts';
import { parseWorkload } from './options/parse.ts';
import { UsageError } from './options/usage-error.ts';
import { runAlone } from './report/run-alone.ts';
import { WORKLOADS } from './workloads/table.ts';

/** Returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  const command = COMMANDS.find(({ name }) => name === first);
  if (command?.endsItself !== true) endOnSignals();
  try {
    return command === undefined ? await runWorkloadOf(args) : await runCommand(command, rest);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`bench: ${error.message}; --help says more\n`);
    return EXIT.usage;
  }
}

async function runWorkloadOf(args: readonly string[]): Promise<number> {
  const parsed = parseWorkload(args);
  if (parsed.kind === 'run') return runAlone(parsed, parsed.asJson);
  process.stdout.write(helpText(WORKLOADS, COMMANDS));
  return EXIT.passed;
}

async function runCommand(command: Command, args: readonly string[]): Promise<number> {
  const line = parseCommandLine(command, args);
  if (line === 'help') {
    process.stdout.write(commandHelpText(command));
    return EXIT.passed;
  }
  try {
    return await command.run(line);
  } catch (error) {
    if (!(error instanceof Error) || error instanceof UsageError) throw error;
    process.stderr.write(`bench: ${command.name} failed: ${error.message}\n`);
    return EXIT.failed;
  }
}

/** What is open (broker, directories) goes away when the process exits, not when a signal ends it. */
function endOnSignals(): void {
  process.on('SIGINT', () => process.exit(EXIT.interrupted));
  for (const name of ['SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => process.exit(EXIT.terminated));
  }
}
