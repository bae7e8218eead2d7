// The statistics of runs, and of latencies.
import { describe, expect, it } from 'vitest';
import { LatencyRecorder } from '../src/measure/latency-recorder.ts';
import { medianOf, spreadOf } from '../src/measure/spread.ts';

describe('spreadOf', () => {
  it('finds the middle of an odd count, whatever the order', () => {
    expect(spreadOf([30, 1, 20])).toEqual({ median: 20, min: 1, max: 30 });
  });

  it('takes the mean of the two in the middle of an even count', () => {
    expect(spreadOf([4, 10, 1, 3])).toEqual({ median: 3.5, min: 1, max: 10 });
  });

  it('sorts as numbers and leaves its input alone', () => {
    const values = [9, 10, 100];
    expect(medianOf(values)).toBe(10);
    expect(values).toEqual([9, 10, 100]);
  });
});

describe('LatencyRecorder', () => {
  it('gives percentiles in milliseconds, exact to 0.1 %', () => {
    const recorder = new LatencyRecorder();
    for (let at = 1; at <= 10_000; at += 1) recorder.record(at / 10);
    const { p50, p99, p999, max, count } = recorder.read() ?? {};
    expect(count).toBe(10_000);
    expect(p50).toBeCloseTo(500, -1);
    expect(Math.abs((p99 ?? 0) - 990)).toBeLessThan(1);
    expect(Math.abs((p999 ?? 0) - 999)).toBeLessThan(1);
    expect(max).toBeGreaterThanOrEqual(p999 ?? Infinity);
  });

  it('never says more than the largest value', () => {
    const recorder = new LatencyRecorder();
    recorder.record(218.049);
    expect(recorder.read()).toEqual({
      p50: 218.049,
      p99: 218.049,
      p999: 218.049,
      max: 218.049,
      count: 1,
    });
  });

  it('has nothing to say of nothing', () => {
    expect(new LatencyRecorder().read()).toBeNull();
  });
});
