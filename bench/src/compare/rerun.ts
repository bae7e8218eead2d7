// The workloads of a results file once more, with the settings recorded there.

import { type ApartOptions, measureLine } from '../apart/apart.ts';
import { parseWorkload } from '../options/parse.ts';
import { flagOf } from '../options/table.ts';
import { UsageError } from '../options/usage-error.ts';
import type { Report } from '../report/report.ts';
import { BadResults } from '../results/read-results.ts';
import type { Results } from '../results/results.ts';

/** As it would stand on a command line. Throws BadResults where a file asks for what this bench does not have. */
export function lineOfReport({ workload, environment }: Report, field: string): string {
  const flags = Object.entries(environment.settings).map(
    ([name, value]) => `--${flagOf(name)}=${value}`,
  );
  const words = [workload, ...flags];
  try {
    if (parseWorkload(words).kind === 'run') return words.join(' ');
    throw new BadResults(`${field} is no workload`);
  } catch (error) {
    if (error instanceof UsageError) throw new BadResults(`${field}: ${error.message}`);
    throw error;
  }
}

/** Rejects with the first workload that fails. */
export async function rerun(before: Results, file: string, how: ApartOptions): Promise<Results> {
  const lines = before.workloads.map((report, at) =>
    lineOfReport(report, `${file}: workloads[${at}]`),
  );
  const workloads: Report[] = [];
  for (const line of lines) {
    const { report } = await measureLine({ kind: 'line', line, lengths: {} }, how);
    workloads.push(report);
  }
  const environment = workloads[0]?.environment ?? before.environment;
  return { ...before, environment, workloads };
}
