// Percentiles of what was recorded, and the curve for plots.
import { describe, expect, it } from 'vitest';
import { LatencyRecorder } from '../src/measure/latency-recorder.ts';

function recorded(values: Iterable<number>) {
  const recorder = new LatencyRecorder();
  for (const ms of values) recorder.record(ms);
  return recorder.read();
}

/** 1, 2, … `count` ms, in an order of no meaning. */
const upTo = (count: number) => Array.from({ length: count }, (_, n) => ((n * 7_919) % count) + 1);

describe('LatencyRecorder', () => {
  it('says null of nothing', () => {
    expect(recorded([])).toBeNull();
  });

  it('has the percentiles of 1 to 100,000 ms, to a thousandth', () => {
    const latencies = recorded(upTo(100_000));
    const expected = {
      p50: 50_000,
      p90: 90_000,
      p95: 95_000,
      p99: 99_000,
      p999: 99_900,
      p9999: 99_990,
    };
    for (const [name, ms] of Object.entries(expected)) {
      const found = latencies?.[name as keyof typeof expected] ?? Number.NaN;
      expect(Math.abs(found / ms - 1)).toBeLessThan(0.001);
    }
    expect(latencies).toMatchObject({ max: 100_000, count: 100_000 });
  });

  it('takes in what others recorded, whatever their range', () => {
    const all = new LatencyRecorder();
    for (const run of [[1, 2, 3], [100_000], [4]]) {
      const one = new LatencyRecorder();
      for (const ms of run) one.record(ms);
      all.add(one);
    }
    expect(all.read()).toMatchObject({ max: 100_000, count: 5 });
    expect(all.read()?.p50).toBeCloseTo(3, 2);
  });

  it('never says more than the largest value', () => {
    expect(recorded([218.049])).toMatchObject({ p50: 218.049, p9999: 218.049, max: 218.049 });
  });

  it('draws a curve that rises from the least to the most', () => {
    const curve = recorded(upTo(100_000))?.curve ?? [];
    expect(curve).toHaveLength(31);
    expect(curve[0]).toEqual([0, 1]);
    expect(curve.at(-1)).toEqual([100, 100_000]);
    for (const [at, [percentile, ms]] of curve.entries()) {
      const [before, msBefore] = curve[at - 1] ?? [-1, 0];
      expect(percentile).toBeGreaterThan(before);
      expect(ms).toBeGreaterThanOrEqual(msBefore);
    }
  });

  it('draws no percentile that too few values were recorded for', () => {
    const percentiles = recorded(upTo(100))?.curve.map(([percentile]) => percentile) ?? [];
    expect(percentiles.slice(-2)).toEqual([99, 100]);
    expect(recorded([3])?.curve).toEqual([
      [0, 3],
      [100, 3],
    ]);
  });
});
