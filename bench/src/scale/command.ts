// scale: the rate as one number grows. The command line and the output; what is measured is in measureCurves.

import { tmpdir } from 'node:os';
import { command } from '../commands/command.ts';
import { EXIT } from '../exit.ts';
import { formatCount } from '../format.ts';
import { readEnvironment } from '../measure/environment.ts';
import { parseNumber } from '../options/parse-value.ts';
import { OPTIONS } from '../options/table.ts';
import { UsageError } from '../options/usage-error.ts';
import { type Point, RESULTS_FORMAT, type Results } from '../results/results.ts';
import { CURVE_ROWS, type CurveRow } from './curves.ts';
import { type Measured, measureCurves } from './measure-curves.ts';
import { curvesText } from './people.ts';

const ALL = 'all';

export const scale = command({
  name: 'scale',
  about: `The rate as one number grows, each point on a fresh broker: ${namesOf(CURVE_ROWS)}, or ${ALL}.`,
  operands: '<curve>',
  options: {
    points: {
      kind: 'text',
      noun: 'n,n,…',
      about: 'Of one curve: these points instead of its own.',
    },
    full: {
      kind: 'switch',
      about: 'The costly points, too: 10 and 50 million records waiting, with 8 GB of disk.',
    },
    duration: { ...OPTIONS.duration, fallback: 1 },
    warmup: { ...OPTIONS.warmup, fallback: 1 },
    runs: { ...OPTIONS.runs, fallback: 3 },
    sync: OPTIONS.sync,
    json: { kind: 'switch', about: 'One JSON object on stdout instead of tables.' },
  },
  async run({ values, operands }) {
    const { duration, warmup, runs, sync, full, json } = values;
    const rows = rowsOf(operands);
    const measured = await measureCurves(rows, {
      runs: { duration, warmup, runs, sync },
      isProgressShown: process.stderr.isTTY && !json,
      points: pointsOf(values.points, rows),
      isFull: full,
      onPoint: tell,
    });
    process.stdout.write(json ? resultsText(measured) : curvesText(measured));
    return isWhole(measured) ? EXIT.passed : EXIT.failed;
  },
});

/** As a file of results, so that a report can take it in. */
function resultsText(measured: Measured): string {
  const environment = readEnvironment(tmpdir());
  const results: Results = {
    format: RESULTS_FORMAT,
    environment,
    workloads: [],
    peers: null,
    ...measured,
  };
  return `${JSON.stringify(results, null, 2)}\n`;
}

function isWhole({ failures }: Measured): boolean {
  return failures.length === 0;
}

function tell(title: string, outcome: Point | string): void {
  const text =
    typeof outcome === 'string' ? outcome : `${formatCount(outcome.recordsPerSecond.median)}/s`;
  process.stderr.write(`${title}: ${text}\n`);
}

function namesOf(rows: readonly CurveRow[]): string {
  return rows.map(({ curve }) => curve).join(', ');
}

/** Throws UsageError. */
export function rowsOf([name = ALL, ...rest]: readonly string[]): readonly CurveRow[] {
  if (rest.length > 0) throw new UsageError(`one curve at a time, not also '${rest.join(' ')}'`);
  if (name === ALL) return CURVE_ROWS;
  const rows = CURVE_ROWS.filter(({ curve }) => curve === name);
  if (rows.length > 0) return rows;
  throw new UsageError(`no curve '${name}': there are ${namesOf(CURVE_ROWS)}, and ${ALL}`);
}

/** Rising, each once. Throws UsageError. */
export function pointsOf(
  text: string | undefined,
  rows: readonly CurveRow[],
): readonly number[] | undefined {
  if (text === undefined) return undefined;
  const [row, ...others] = rows;
  if (row === undefined || others.length > 0) throw new UsageError('--points is for one curve');
  const spec = { kind: 'count', about: '', ...row.range } as const;
  const points = text.split(',').map((each) => parseNumber(spec, 'points', each.trim()));
  return [...new Set(points)].toSorted((a, b) => a - b);
}
