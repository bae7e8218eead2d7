// Quotas: who waits as it is told stays within its rate, and who is within its rate never waits.
import { LIMITS } from '@millrace/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QuotaMeters, type Usage, type UserQuotas } from '../../src/index.ts';

const NONE: UserQuotas = {
  produceBytesPerSecond: null,
  fetchBytesPerSecond: null,
  requestsPerSecond: null,
};
const NOTHING: Usage = { produceBytesPerSecond: 0, fetchBytesPerSecond: 0, requestsPerSecond: 0 };
const produced = (bytes: number): Usage => ({ ...NOTHING, produceBytesPerSecond: bytes });
const limited = (bytes: number): UserQuotas => ({ ...NONE, produceBytesPerSecond: bytes });

describe('quotas', () => {
  it('hold whoever waits as long as it is told to its rate, after the burst of one second [A-90]', () => {
    const steps = fc.array(
      fc.record({ bytes: fc.nat({ max: 5_000 }), idleMs: fc.nat({ max: 400 }) }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 20_000 }), steps, (perSecond, walk) => {
        const meters = new QuotaMeters();
        let nowMs = 1_000;
        let sum = 0;
        for (const { bytes, idleMs } of walk) {
          nowMs += idleMs;
          // What was let in before stays within what the time allows.
          expect(sum).toBeLessThanOrEqual(perSecond * (1 + (nowMs - 1_000) / 1_000) + 1e-6);
          sum += bytes;
          let pauseMs = meters.charge('ada', limited(perSecond), produced(bytes), nowMs);
          while (pauseMs === LIMITS.throttleMsMax) {
            nowMs += pauseMs;
            pauseMs = meters.charge('ada', limited(perSecond), NOTHING, nowMs);
          }
          nowMs += pauseMs;
        }
      }),
      { numRuns: 50 },
    );
  });

  it('never hold up who is within them, and cost nothing where there are none [A-90]', () => {
    const meters = new QuotaMeters();
    for (let at = 0; at < 100; at += 1) {
      expect(meters.charge('ada', limited(1_000), produced(100), at * 100)).toBe(0);
      expect(meters.charge('bob', NONE, produced(1e9), at * 100)).toBe(0);
    }
  });

  it('are of each user alone [A-91]', () => {
    const meters = new QuotaMeters();
    expect(meters.charge('greedy', limited(1_000), produced(100_000), 0)).toBeGreaterThan(1_000);
    expect(meters.charge('modest', limited(1_000), produced(1_000), 0)).toBe(0);
  });

  it('pause by the one that is furthest beyond, and never longer than the limit [A-90]', () => {
    const meters = new QuotaMeters();
    const quotas = {
      produceBytesPerSecond: 1_000,
      fetchBytesPerSecond: 1_000,
      requestsPerSecond: 1,
    };
    const used = { produceBytesPerSecond: 1_500, fetchBytesPerSecond: 3_000, requestsPerSecond: 2 };
    expect(meters.charge('ada', quotas, used, 0)).toBe(2_000);
    expect(meters.charge('ada', quotas, produced(1e9), 0)).toBe(LIMITS.throttleMsMax);
  });

  it('change at once, also those of somebody in debt [A-91]', () => {
    const meters = new QuotaMeters();
    expect(meters.charge('ada', limited(1_000), produced(3_000), 0)).toBe(2_000);
    expect(meters.charge('ada', limited(4_000), NOTHING, 0)).toBe(500);
    expect(meters.charge('ada', NONE, produced(1e9), 0)).toBe(0);
  });

  it('take a clock that goes back for one that stands [A-90]', () => {
    const meters = new QuotaMeters();
    expect(meters.charge('ada', limited(1_000), produced(2_000), 10_000)).toBe(1_000);
    expect(meters.charge('ada', limited(1_000), NOTHING, 5_000)).toBe(1_000);
    expect(meters.charge('ada', limited(1_000), NOTHING, 5_500)).toBe(500);
  });

  it('are forgotten of those who used nothing for a while, and of nobody else', () => {
    const meters = new QuotaMeters();
    meters.charge('in debt', limited(1), produced(1e6), 0);
    for (let at = 0; at < 50_000; at += 1) {
      meters.charge(`passer-by ${at}`, limited(1_000), produced(1), at * 10);
    }
    expect(meters.size).toBeLessThan(5_000);
    expect(meters.charge('in debt', limited(1), NOTHING, 500_000)).toBe(LIMITS.throttleMsMax);
  });
});
