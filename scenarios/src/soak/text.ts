// The result of a soak for people: as text, and as the tables of the page.

import type { Judged } from './measures.ts';
import type { SoakResult } from './result.ts';

const MIB = 2 ** 20;

export function textOf(result: SoakResult): string {
  const { measures, faults } = result;
  return [
    summaryOf(result),
    ...laneRows(result).map((cells) => cells.join(' | ')),
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
  const load =
    options.rate > 0
      ? `a set ${count(options.rate)} records a second of each kind`
      : `${options.part * 100} % of the peak`;
  return `${options.minutes} minutes at ${load}: ${count(records)} records to their end, ${kills} times killed${starts}, ${count(churnRounds)} rounds of what comes and goes.`;
}

/** Where the rate was set nobody looked for the peak. */
export function laneRows({ options, lanes }: SoakResult): string[][] {
  return lanes.map(({ name, peakPerSecond, askedPerSecond, donePerSecond, done }) => {
    const peak = options.rate > 0 ? 'not looked for' : count(peakPerSecond);
    return [name, peak, ...[askedPerSecond, donePerSecond, done].map(count)];
  });
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
