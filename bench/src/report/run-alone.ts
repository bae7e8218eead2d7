// One workload by itself: a table or one JSON object on stdout, and the exit code of its verdict.

import { EXIT } from '../exit.ts';
import { runWorkload } from '../measure/run-workload.ts';
import type { Chosen } from '../options/parse.ts';
import { peopleText } from './people.ts';
import { Progress } from './progress.ts';
import { failureReport, reportOf } from './report.ts';

/** Returns the exit code. */
export async function runAlone({ workload, settings }: Chosen, asJson: boolean): Promise<number> {
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

function jsonText(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
