// The statistics of runs.
import { describe, expect, it } from 'vitest';
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
