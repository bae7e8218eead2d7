// Latencies in a histogram of fixed relative precision (0.1 %), so that the tail is as exact as the middle.

import { build } from 'hdr-histogram-js';

/** Milliseconds. */
export interface Latencies {
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly p9999: number;
  readonly max: number;
  readonly count: number;
  /** For a plot: rising percentiles, from 0 to 100, each with its latency; none that fewer than one value lies above. */
  readonly curve: readonly CurvePoint[];
}

export type CurvePoint = readonly [percentile: number, ms: number];

const MICROSECONDS = 1_000;

/** Closer to each other towards the end, where a plot of tails is wide. */
const CURVE_PERCENTILES = [
  0, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 96, 97, 98, 98.5, 99, 99.25, 99.5, 99.7,
  99.8, 99.9, 99.95, 99.97, 99.99, 99.995, 99.997, 99.999,
];

export class LatencyRecorder {
  readonly #histogram = build({ numberOfSignificantValueDigits: 3 });

  record(ms: number): void {
    this.#histogram.recordValue(Math.max(1, Math.round(ms * MICROSECONDS)));
  }

  /** Takes in all that another recorded. */
  add(other: LatencyRecorder): void {
    this.#histogram.add(other.#histogram);
  }

  /** Null where nothing was recorded. */
  read(): Latencies | null {
    const histogram = this.#histogram;
    const count = histogram.totalCount;
    if (count === 0) return null;
    const max = histogram.maxValue / MICROSECONDS;
    // The histogram says the upper end of a bucket, which may lie above all that was recorded.
    const at = (percentile: number) =>
      Math.min(max, histogram.getValueAtPercentile(percentile) / MICROSECONDS);
    const told = CURVE_PERCENTILES.filter((percentile) => count * (100 - percentile) >= 100);
    return {
      p50: at(50),
      p90: at(90),
      p95: at(95),
      p99: at(99),
      p999: at(99.9),
      p9999: at(99.99),
      max,
      count,
      curve: [...told.map((percentile) => [percentile, at(percentile)] as const), [100, max]],
    };
  }
}
