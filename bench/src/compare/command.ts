// compare: the workloads of a results file once more, or another file, held against it.

import { command } from '../commands/command.ts';
import { EXIT } from '../exit.ts';
import { UsageError } from '../options/usage-error.ts';
import { BadResults, readResults } from '../results/read-results.ts';
import type { Results } from '../results/results.ts';
import { WORKLOADS } from '../workloads/table.ts';
import { compareResults } from './compare.ts';
import { comparisonText } from './people.ts';
import { rerun } from './rerun.ts';

export const compare = command({
  name: 'compare',
  about:
    'Runs the workloads of a results file again, with the settings recorded there, and fails where one has become worse.',
  options: {
    against: {
      kind: 'text',
      noun: 'file',
      about: 'What was: a file of `report`, or the --json of one workload.',
    },
    with: { kind: 'text', noun: 'file', about: 'What is: instead of running anything.' },
    threshold: {
      kind: 'text',
      noun: 'share',
      fallback: '10%',
      about:
        'Worse by more than this is a regression, if also every run is worse than each run before.',
    },
    only: {
      kind: 'some',
      values: WORKLOADS.map(({ name }) => name),
      about: 'These workloads.',
    },
    json: { kind: 'switch', about: 'One JSON object on stdout instead of tables.' },
  },
  async run({ values }) {
    const { against, with: other, only, json } = values;
    if (against === undefined) throw new UsageError('name the file to compare with: --against');
    const threshold = parseShare(values.threshold);
    const before = narrowed(against, readResults(against), only);
    const after =
      other === undefined
        ? await rerun(before, against, { isProgressShown: process.stderr.isTTY && !json })
        : narrowed(other, readResults(other), only);
    const comparison = compareResults(before, after, threshold);
    if (comparison.workloads.length === 0) {
      throw new BadResults('no workload has the same settings on both sides');
    }
    const text = json ? `${JSON.stringify(comparison, null, 2)}\n` : comparisonText(comparison);
    process.stdout.write(text);
    return comparison.regressions === 0 ? EXIT.passed : EXIT.failed;
  },
});

/** `10%` or `0.1`. Throws UsageError. */
export function parseShare(text: string): number {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  const share = Number(digits) / (percent === '%' ? 100 : 1);
  if (share >= 0 && share < 10) return share;
  throw new UsageError(`--threshold is a share such as 10% or 0.1, not '${text}'`);
}

function narrowed(file: string, results: Results, only: readonly string[]): Results {
  const workloads = results.workloads.filter(({ workload }) => only.includes(workload));
  if (workloads.length > 0) return { ...results, workloads };
  throw new BadResults(`${file}: workloads has none of those to compare`);
}
