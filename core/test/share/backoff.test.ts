// The pause after a failed delivery, over all settings that the wire allows. [L-21]
import { LIMITS } from '@millrace/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SHARE_DEFAULTS } from '../../src/index.ts';
import { backoffMs } from '../../src/share/backoff.ts';

const config = fc.record({
  backoff: fc.constantFrom('none' as const, 'fixed' as const, 'exponential' as const),
  backoffBaseMs: fc.oneof(fc.constant(0), fc.nat({ max: LIMITS.backoffMsMax })),
  backoffFactor: fc.double({ min: 1, max: 100, noNaN: true }),
  backoffMaxMs: fc.nat({ max: LIMITS.backoffMsMax }),
  jitter: fc.constantFrom('none' as const, 'equal' as const, 'full' as const),
});
const deliveries = fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 2 ** 31 }));
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('backoff', () => {
  it('is a whole number of ms, never above the cap [L-21]', () => {
    fc.assert(
      fc.property(config, deliveries, random, (settings, count, chance) => {
        const pauseMs = backoffMs(settings, count, () => chance);
        expect(Number.isSafeInteger(pauseMs)).toBe(true);
        expect(pauseMs).toBeGreaterThanOrEqual(0);
        expect(pauseMs).toBeLessThanOrEqual(settings.backoffMaxMs);
      }),
    );
  });

  it('asks for chance only where there is jitter, and keeps at least half of an equal pause [L-21]', () => {
    fc.assert(
      fc.property(config, deliveries, random, (settings, count, chance) => {
        const still = () => {
          throw new Error('no chance was asked for');
        };
        const fullMs = backoffMs({ ...settings, jitter: 'none' }, count, still);
        const pauseMs = backoffMs(settings, count, () => chance);
        expect(pauseMs).toBeLessThanOrEqual(fullMs);
        const least = { none: fullMs, equal: Math.floor(fullMs / 2), full: 0 }[settings.jitter];
        expect(pauseMs).toBeGreaterThanOrEqual(least);
      }),
    );
  });

  it('doubles from a second to a quarter of an hour by default [L-21]', () => {
    const settings = { ...SHARE_DEFAULTS, jitter: 'none' as const };
    const pauses = [1, 2, 3, 10, 11, 1_000].map((count) => backoffMs(settings, count, Math.random));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 512_000, 900_000, 900_000]);
  });
});
