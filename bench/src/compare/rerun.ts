// The workloads of a results file once more, with the settings recorded there.

import { runWorkload } from '../measure/run-workload.ts';
import { type Chosen, parseWorkload } from '../options/parse.ts';
import { flagOf } from '../options/table.ts';
import { UsageError } from '../options/usage-error.ts';
import type { Progress } from '../report/progress.ts';
import { type Report, reportOf } from '../report/report.ts';
import { BadResults } from '../results/read-results.ts';
import type { Results } from '../results/results.ts';

/** Throws BadResults where a file asks for what this bench does not have. */
export function chosenOfReport(report: Report, field: string): Chosen {
  const { workload, environment } = report;
  const flags = Object.entries(environment.settings).map(
    ([name, value]) => `--${flagOf(name)}=${value}`,
  );
  try {
    const parsed = parseWorkload([workload, ...flags]);
    if (parsed.kind === 'run') return parsed;
    throw new BadResults(`${field} is no workload`);
  } catch (error) {
    if (error instanceof UsageError) throw new BadResults(`${field}: ${error.message}`);
    throw error;
  }
}

/** Rejects with the first workload that fails. */
export async function rerun(before: Results, file: string, progress: Progress): Promise<Results> {
  const all = before.workloads.map((report, at) =>
    chosenOfReport(report, `${file}: workloads[${at}]`),
  );
  const workloads: Report[] = [];
  for (const { workload, settings } of all) {
    const outcome = await runWorkload(workload, settings, progress);
    workloads.push(reportOf(outcome));
  }
  const environment = workloads[0]?.environment ?? before.environment;
  return { ...before, environment, workloads };
}
