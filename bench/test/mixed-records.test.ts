// The shares of the mixed workload, and the note that a record carries.
import { describe, expect, it } from 'vitest';
import { noteOf, partsOf, stamp } from '../src/workloads/mixed-records.ts';

const SHARES = { batch: 30, queuePercent: 40, delayedPercent: 5, retryPercent: 10 };

function total(shares: typeof SHARES, batches: number) {
  const all = Array.from({ length: batches }, (_, n) => partsOf(shares, n));
  const work = all.flatMap((parts) => parts.work);
  const delayed = work.filter(({ delayMs }) => delayMs > 0);
  return {
    log: all.reduce((sum, { log }) => sum + log, 0),
    work: work.length,
    delayed: delayed.length,
    retried: work.filter(({ isRetried }) => isRetried).length,
    both: delayed.filter(({ isRetried }) => isRetried).length,
  };
}

describe('partsOf', () => {
  it('keeps the shares over a hundred batches, to the record', () => {
    expect(total(SHARES, 100)).toMatchObject({
      log: 1_800,
      work: 1_200,
      delayed: 60,
      retried: 120,
    });
  });

  it('knows all and nothing', () => {
    const none = { ...SHARES, queuePercent: 100, delayedPercent: 0, retryPercent: 0 };
    expect(total(none, 100)).toEqual({ log: 0, work: 3_000, delayed: 0, retried: 0, both: 0 });
    const all = { ...none, delayedPercent: 100, retryPercent: 100 };
    expect(total(all, 100)).toEqual({
      log: 0,
      work: 3_000,
      delayed: 3_000,
      retried: 3_000,
      both: 3_000,
    });
    expect(total({ ...none, queuePercent: 0 }, 100)).toMatchObject({ log: 3_000, work: 0 });
  });

  it('delays by different times up to a second', () => {
    const parts = Array.from({ length: 100 }, (_, n) =>
      partsOf({ ...SHARES, delayedPercent: 100 }, n),
    );
    const delays = parts.flatMap(({ work }) => work.map(({ delayMs }) => delayMs));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...delays)).toBeLessThanOrEqual(1_000);
    expect(new Set(delays).size).toBeGreaterThan(500);
  });
});

describe('the note in a record', () => {
  it.each([
    [0, false],
    [500, false],
    [0, true],
    [500, true],
  ])('says a delay of %d ms and whether it shall fail: %s', (delayMs, isRetried) => {
    const value = Buffer.alloc(8);
    stamp(value, { delayMs, isRetried }, 123_456.789);
    expect(noteOf(value)).toEqual({ dueAt: 123_456.789, isDelayed: delayMs > 0, isRetried });
  });
});
