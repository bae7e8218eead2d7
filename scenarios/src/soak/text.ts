// The result of a soak for people: as text, and as the tables of the page.

import type { Judged } from './measures.ts';
import type { LaneResult, SoakResult } from './result.ts';

const MIB = 2 ** 20;

export function textOf(result: SoakResult): string {
  const { lanes, measures, faults } = result;
  return [
    summaryOf(result),
    ...lanes.map((lane) => laneCells(lane).join(' | ')),
    ...measures.map((measure) => measureCells(measure).join(' | ')),
    faults.length === 0 ? 'NOTHING LOST, NOTHING GROWS' : `FAULTS:\n  ${faults.join('\n  ')}`,
    '',
  ].join('\n');
}

export function summaryOf({ options, kills, restart, lanes, churnRounds }: SoakResult): string {
  const records = lanes.reduce((sum, { done }) => sum + done, 0);
  const starts =
    restart === null
      ? ''
      : `, after which it answered again in ${(restart.medianMs / 1_000).toFixed(1)} s (at most ${(restart.maxMs / 1_000).toFixed(1)} s)`;
  return `${options.minutes} minutes at ${options.part * 100} % of the peak: ${count(records)} records to their end, ${kills} times killed${starts}, ${count(churnRounds)} rounds of what comes and goes.`;
}

export function laneCells({
  name,
  peakPerSecond,
  askedPerSecond,
  donePerSecond,
  done,
}: LaneResult) {
  return [name, ...[peakPerSecond, askedPerSecond, donePerSecond, done].map(count)];
}

export function measureCells(judged: Judged): string[] {
  const { measure, unit, scope, seconds, early, late, rise, riseMax, verdict } = judged;
  if (verdict === 'not judged') return [measure, scope, '', '', '', '', '', verdict];
  const text = (value: number) =>
    unit === 'bytes' ? `${(value / MIB).toFixed(1)} MiB` : value.toFixed(0);
  const span = `${(seconds / 60).toFixed(1)} min`;
  return [measure, scope, span, text(early), text(late), text(rise), text(riseMax), verdict];
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
