// What a curve does as its one number grows, in a sentence.

import { formatBytes, formatCount, formatShort } from '../../format.ts';
import type { Series } from '../../results/results.ts';

/** A step down by this much or more is called a knee. */
const KNEE = 0.2;

/** `produce: 1.09M/s at 100 B, 21k/s at 10 KiB`: larger records are fewer by nature, so no step is a knee. */
export function sizeSentence({ workload, points }: Series): string {
  const sorted = points.toSorted((a, b) => a.at - b.at);
  const ends = [...new Set([sorted[0], sorted.at(-1)])].filter((point) => point !== undefined);
  const rates = ends.map(({ at, recordsPerSecond }) => {
    return `${formatShort(recordsPerSecond.median)}/s at ${formatBytes(at)}`;
  });
  const best = points.toSorted((a, b) => b.megabytesPerSecond - a.megabytesPerSecond)[0];
  if (best === undefined) return `${workload}: not measured.`;
  const most = `${formatShort(best.megabytesPerSecond)} MB/s at ${formatBytes(best.at)}`;
  return `${workload}: ${rates.join(', ')}; most bytes: ${most}.`;
}

/** `produce: 1.05M/s at 1, 980k/s at 1,000 (-7 %); no knee.` */
export function scalingSentence({ workload, points }: Series): string {
  const sorted = points.toSorted((a, b) => a.at - b.at);
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return `${workload}: not measured.`;
  const rateOf = (point: typeof first) => point.recordsPerSecond.median;
  const spoken = (point: typeof first) =>
    `${formatShort(rateOf(point))}/s at ${formatCount(point.at)}`;
  if (first === last) return `${workload}: ${spoken(first)}.`;
  const steps = sorted.slice(1).map((to, at) => {
    const from = sorted[at] ?? to;
    return { from, to, change: rateOf(to) / rateOf(from) - 1 };
  });
  const worst = steps.reduce((a, b) => (b.change < a.change ? b : a));
  const change = rateOf(last) / rateOf(first) - 1;
  const knee =
    worst.change <= -KNEE
      ? `falls most from ${formatCount(worst.from.at)} to ${formatCount(worst.to.at)} (${percent(worst.change)})`
      : 'no step falls by a fifth';
  return `${workload}: ${spoken(first)}, ${spoken(last)} (${percent(change)}); ${knee}.`;
}

function percent(change: number): string {
  const rounded = Math.round(change * 100);
  return `${rounded > 0 ? '+' : ''}${rounded} %`.replace('-', '−');
}
