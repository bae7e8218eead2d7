// What watching costs: which windows are watched, what pairs of them say together, and how sure that is. Measured it is by the command.
import { Random } from '@millrace/harness';
import { describe, expect, it } from 'vitest';
import { figuresOf } from '../src/sight/measure-sight.ts';
import { estimateOf, isWatched, pairsOf } from '../src/sight/paired.ts';
import type { Window } from '../src/sight/windows.ts';

const window = (records: number, cpuSeconds: number | null): Window => ({
  elapsedMs: 2_000,
  records,
  cpuSeconds,
});

describe('windows by twos', () => {
  it('have one of each kind, in turn the first', () => {
    const kinds = Array.from({ length: 8 }, (_, at) => isWatched(at));
    expect(kinds).toEqual([false, true, true, false, false, true, true, false]);
    expect(pairsOf(['a1', 'w1', 'w2', 'a2', 'a3'])).toEqual([
      { alone: 'a1', watched: 'w1' },
      { alone: 'a2', watched: 'w2' },
    ]);
  });

  it('say what is lost of the rate, and what share of the peak watching takes', () => {
    const loaded = [window(1_000, 2), window(900, 2), window(800, 2), window(1_000, 3)];
    const idle = [window(0, 0.02), window(0, 0.08), window(0, 0.06), window(0, 0.02)];
    const { alone, watched, lost, peakCores, watchingCores, share } = figuresOf(loaded, idle);
    expect([alone.median, watched.median]).toEqual([500, 425]);
    expect(lost.median).toBeCloseTo(0.15);
    expect([lost.spread.min, lost.spread.max]).toEqual([expect.closeTo(0.1), expect.closeTo(0.2)]);
    expect(peakCores).toBe(1.25);
    expect(watchingCores?.median).toBeCloseTo(0.025);
    expect(share).toBeCloseTo(0.02);
  });

  it('say nothing of CPU time where the system does not', () => {
    const windows = [window(10, null), window(10, null)];
    const { peakCores, watchingCores, share } = figuresOf(windows, windows);
    expect([peakCores, watchingCores, share]).toEqual([null, null, null]);
  });
});

describe('the estimate', () => {
  it('holds the truth between its bounds about 95 times of 100', () => {
    const random = new Random(7);
    let inside = 0;
    for (let round = 0; round < 40; round += 1) {
      // Wide and lopsided, as windows on a busy machine are; its median is 0.
      const pairs = Array.from({ length: 25 }, () => {
        const off = random.next() - 0.5;
        return off < 0 ? off : off * 4;
      });
      const { low, high } = estimateOf(pairs);
      if (low <= 0 && 0 <= high) inside += 1;
    }
    expect(inside).toBeGreaterThanOrEqual(33);
    expect(inside).toBeLessThan(41);
  });

  it('is narrower with more pairs, and the same each time', () => {
    const random = new Random(3);
    const many = Array.from({ length: 100 }, () => random.next());
    const [few, all] = [estimateOf(many.slice(0, 10)), estimateOf(many)];
    expect(all.high - all.low).toBeLessThan(few.high - few.low);
    expect(estimateOf(many)).toEqual(all);
    expect(all.quartiles[0]).toBeLessThan(all.median);
  });
});
