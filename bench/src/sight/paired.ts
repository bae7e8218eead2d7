// What pairs of windows say: the difference of each pair, the median of all, and how sure it is. Pure.

import { Random } from '@millrace/harness';
import { medianOf, type Spread, spreadOf } from '../measure/spread.ts';

/** So many draws that the bounds move less than they say. */
const DRAWS = 2_000;
const SEED = 1;
/** Of the draws, cut off at each end: 95 % lie between. */
const TAIL = 0.025;

export interface Estimate {
  readonly median: number;
  /** Of the median, at 95 %: by drawing as many pairs from the pairs, again and again. */
  readonly low: number;
  readonly high: number;
  /** Where the middle half of the pairs lies. */
  readonly quartiles: readonly [number, number];
  readonly spread: Spread;
  readonly pairs: number;
}

/** Of two neighbours one is watched; of four the middle two: what grows or cools down falls on both sides alike. */
export function isWatched(window: number): boolean {
  return window % 4 === 1 || window % 4 === 2;
}

/** Values of windows, in their order, as pairs. */
export function pairsOf<T>(windows: readonly T[]): { alone: T; watched: T }[] {
  const pairs: { alone: T; watched: T }[] = [];
  for (let at = 0; at + 1 < windows.length; at += 2) {
    const [first, second] = [windows[at] as T, windows[at + 1] as T];
    pairs.push(
      isWatched(at) ? { alone: second, watched: first } : { alone: first, watched: second },
    );
  }
  return pairs;
}

export function estimateOf(differences: readonly number[]): Estimate {
  const random = new Random(SEED);
  const medians = Array.from({ length: DRAWS }, () =>
    medianOf(differences.map(() => random.pick(differences))),
  ).toSorted((a, b) => a - b);
  const sorted = differences.toSorted((a, b) => a - b);
  return {
    median: medianOf(differences),
    low: quantile(medians, TAIL),
    high: quantile(medians, 1 - TAIL),
    quartiles: [quantile(sorted, 0.25), quantile(sorted, 0.75)],
    spread: spreadOf(differences),
    pairs: differences.length,
  };
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.round((sorted.length - 1) * part)] ?? Number.NaN;
}
