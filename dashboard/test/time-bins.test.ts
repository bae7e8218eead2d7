// The histogram of what waits for a time.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BINS_MAX, binTimes } from '../src/views/queues/time-bins.ts';

const NOW = 1_767_225_600_000;

describe('the histogram of what waits', () => {
  it('takes stretches of a round length that hold all', () => {
    const dues = [
      { untilMs: NOW + 500, messages: 2 },
      { untilMs: NOW + 59_000, messages: 3 },
      { untilMs: NOW - 10, messages: 7 },
    ];
    const { binMs, bins, overdue } = binTimes(dues, NOW);
    expect([binMs, overdue, bins.length]).toEqual([2_000, 7, 30]);
    expect(bins[0]).toEqual({ fromMs: NOW, toMs: NOW + 2_000, messages: 2 });
    expect(bins[29]?.messages).toBe(3);
  });

  it('has none where nothing waits, and one message a year ahead', () => {
    expect(binTimes([], NOW)).toMatchObject({ bins: [], overdue: 0 });
    const year = binTimes([{ untilMs: NOW + 365 * 86_400_000, messages: 1 }], NOW);
    expect([year.binMs, year.bins.at(-1)?.messages]).toEqual([14 * 86_400_000, 1]);
  });

  it('counts every message once, in at most so many stretches', () => {
    const due = fc.record({
      untilMs: fc.integer({ min: NOW - 1_000, max: NOW + 400 * 86_400_000 * 10 }),
      messages: fc.nat({ max: 1_000 }),
    });
    fc.assert(
      fc.property(fc.array(due), (dues) => {
        const { bins, overdue } = binTimes(dues, NOW);
        const all = dues.reduce((sum, { messages }) => sum + messages, 0);
        expect(bins.reduce((sum, { messages }) => sum + messages, overdue)).toBe(all);
        expect(bins.length).toBeLessThanOrEqual(BINS_MAX);
        for (const { untilMs, messages } of dues) {
          if (untilMs <= NOW || messages === 0) continue;
          const bin = bins.find(({ fromMs, toMs }) => fromMs <= untilMs && untilMs < toMs);
          expect(bin?.messages).toBeGreaterThanOrEqual(messages);
        }
      }),
    );
  });
});
