// The rule of a regression: worse by more than the threshold, and every run of one side worse than every run of the
// other. Either alone is noise.

import { type Spread, spreadOf } from '../measure/spread.ts';
import type { Report } from '../report/report.ts';
import { MEASURES, type Measure } from './measures.ts';

export const JUDGEMENTS = ['regression', 'improvement', 'within the spread', 'same'] as const;

export type Judgement = (typeof JUDGEMENTS)[number];

export interface Compared {
  readonly measure: string;
  readonly before: Spread;
  readonly after: Spread;
  /** Of the medians: 0.1 is a tenth more. */
  readonly change: number;
  readonly judgement: Judgement;
}

/** Every measure that both sides have; a threshold of 0.1 is a tenth. */
export function compareReports(before: Report, after: Report, threshold: number): Compared[] {
  return MEASURES.flatMap((measure) => {
    const sides = [measure.valuesOf(before), measure.valuesOf(after)] as const;
    if (sides.some((values) => values.length === 0)) return [];
    return [compareMeasure(measure, spreadOf(sides[0]), spreadOf(sides[1]), threshold)];
  });
}

function compareMeasure(
  { name, better, slack = 0 }: Measure,
  before: Spread,
  after: Spread,
  threshold: number,
): Compared {
  const change = changeOf(before.median, after.median);
  const worse = better === 'more' ? -change : change;
  const isSlight = Math.abs(after.median - before.median) <= slack;
  const judgement = isSlight ? 'same' : judge(worse, before, after, threshold);
  return { measure: name, before, after, change, judgement };
}

function judge(worse: number, before: Spread, after: Spread, threshold: number): Judgement {
  if (Math.abs(worse) <= threshold) return 'same';
  const doOverlap = before.min <= after.max && after.min <= before.max;
  if (doOverlap) return 'within the spread';
  return worse > 0 ? 'regression' : 'improvement';
}

/** From nothing to nothing nothing changed; from nothing to something there is no share to give. */
function changeOf(before: number, after: number): number {
  return before === after ? 0 : after / before - 1;
}
