// The bench as a command: arguments in; a table or one JSON object on stdout, complaints on stderr, an exit code.

import { runWorkload } from './measure/run-workload.ts';
import { type Parsed, parseCommand, UsageError } from './options/parse.ts';
import { peopleText } from './report/people.ts';
import { Progress } from './report/progress.ts';
import { failureReport, reportOf } from './report/report.ts';

export const EXIT = { passed: 0, failed: 1, usage: 2, interrupted: 130, terminated: 143 } as const;

/** Returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let parsed: Parsed;
  try {
    parsed = parseCommand(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`bench: ${error.message}; --help says more\n`);
    return EXIT.usage;
  }
  if (parsed.kind === 'help') {
    process.stdout.write(parsed.text);
    return EXIT.passed;
  }
  endOnSignals();
  return run(parsed);
}

async function run({ workload, settings, asJson }: Parsed & { kind: 'run' }): Promise<number> {
  const progress = new Progress(process.stderr.isTTY && !asJson);
  try {
    const outcome = await runWorkload(workload, settings, progress);
    const report = reportOf(outcome);
    process.stdout.write(asJson ? jsonText(report) : peopleText(report, outcome.verdict));
    return outcome.verdict?.isPassed === false ? EXIT.failed : EXIT.passed;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (asJson) process.stdout.write(jsonText(failureReport(workload.name, error)));
    process.stderr.write(`bench: ${workload.name} failed: ${error.message}\n`);
    return EXIT.failed;
  }
}

/** What is open (broker, directories) goes away when the process exits, not when a signal ends it. */
function endOnSignals(): void {
  process.once('SIGINT', () => process.exit(EXIT.interrupted));
  process.once('SIGTERM', () => process.exit(EXIT.terminated));
}

function jsonText(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
