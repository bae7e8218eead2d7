// A comparison for people: a row for each measure, with a mark where it moved.

import { formatFigure } from '../format.ts';
import type { Spread } from '../measure/spread.ts';
import { tableText } from '../report/table-text.ts';
import type { Comparison } from './compare.ts';
import type { Compared, Judgement } from './judge.ts';

const MARKS: Readonly<Record<Judgement, string>> = {
  regression: '✗ regression',
  improvement: '✓ improvement',
  'within the spread': '~ within the spread',
  same: '',
};

export function comparisonText(comparison: Comparison): string {
  const { threshold, workloads, unmatched, differences, regressions } = comparison;
  const tables = workloads.map(({ workload, measures }) => {
    const rows = measures.map(rowOf);
    return `${workload}\n${tableText(['', 'before', 'runs', 'after', 'runs', 'change', ''], rows, [0, 6])}`;
  });
  const share = `${(threshold * 100).toFixed(0)} %`;
  const verdict =
    regressions === 0
      ? `No regression: nothing is worse by more than ${share} in every run.`
      : `Regressions: ${regressions}, worse by more than ${share} in every run.`;
  const notes = [
    ...unmatched.map((key) => `On one side only: ${key}`),
    ...differences.map((text) => `Not the same machine or version: ${text}`),
  ];
  return `${[...tables, ...notes, verdict].join('\n\n')}\n`;
}

function rowOf({ measure, before, after, change, judgement }: Compared): string[] {
  return [
    measure,
    formatFigure(before.median),
    rangeText(before),
    formatFigure(after.median),
    rangeText(after),
    changeText(change),
    MARKS[judgement],
  ];
}

function rangeText({ min, max }: Spread): string {
  return min === max ? '' : `${formatFigure(min)} to ${formatFigure(max)}`;
}

function changeText(change: number): string {
  if (!Number.isFinite(change)) return 'from 0';
  return `${change > 0 ? '+' : ''}${(change * 100).toFixed(1)} %`;
}
