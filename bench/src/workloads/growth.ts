// Whether something still grows: the median of the second half of its samples against that of the first, after a time
// to fill. Medians, because a heap is a saw.

import { medianOf } from '../measure/spread.ts';

export interface Sample {
  /** Retention windows since the start, with a fraction. */
  readonly window: number;
  /** Of the broker; null where the system does not tell. */
  readonly residentBytes: number | null;
  readonly anonymousBytes: number | null;
  /** Of the data directory. */
  readonly fileBytes: number;
}

export type Measure = Exclude<keyof Sample, 'window'>;

export interface Growth {
  readonly measure: Measure;
  readonly earlyBytes: number;
  readonly lateBytes: number;
  readonly isFlat: boolean;
}

/** Windows until retention has removed for the first time and pages are used again. */
export const WINDOWS_TO_FILL = 3;

const FACTOR_MAX = 1.1;
const SLACK_BYTES = 8 * 2 ** 20;

/** Null where there are too few samples to tell. */
export function growthOf(samples: readonly Sample[], measure: Measure): Growth | null {
  const values = samples
    .filter(({ window }) => window > WINDOWS_TO_FILL)
    .map((sample) => sample[measure])
    .filter((bytes) => bytes !== null);
  if (values.length < 2) return null;
  const half = values.length >> 1;
  const earlyBytes = medianOf(values.slice(0, half));
  const lateBytes = medianOf(values.slice(half));
  const isFlat = lateBytes <= earlyBytes * FACTOR_MAX + SLACK_BYTES;
  return { measure, earlyBytes, lateBytes, isFlat };
}
