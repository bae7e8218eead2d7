// Latencies in a histogram of fixed relative precision (0.1 %), so that the tail is as exact as the middle.

import { build } from 'hdr-histogram-js';

/** Milliseconds. */
export interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly count: number;
}

const MICROSECONDS = 1_000;

export class LatencyRecorder {
  readonly #histogram = build({ numberOfSignificantValueDigits: 3 });

  record(ms: number): void {
    this.#histogram.recordValue(Math.max(1, Math.round(ms * MICROSECONDS)));
  }

  /** Null where nothing was recorded. */
  read(): Latencies | null {
    const histogram = this.#histogram;
    if (histogram.totalCount === 0) return null;
    const max = histogram.maxValue / MICROSECONDS;
    // The histogram says the upper end of a bucket, which may lie above all that was recorded.
    const at = (percentile: number) =>
      Math.min(max, histogram.getValueAtPercentile(percentile) / MICROSECONDS);
    return { p50: at(50), p99: at(99), p999: at(99.9), max, count: histogram.totalCount };
  }
}
