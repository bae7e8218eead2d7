// How long a message waits after a failed delivery. Pure arithmetic; the random number is given.

import { assert } from '../assert.ts';
import type { ShareConfig } from '../rows.ts';

export type BackoffConfig = Pick<
  ShareConfig,
  'backoff' | 'backoffBaseMs' | 'backoffFactor' | 'backoffMaxMs' | 'jitter'
>;

/**
 * The pause after the given number of deliveries, in whole ms. [L-21]
 * `random` is asked only where the pause has jitter.
 */
export function backoffMs(config: BackoffConfig, deliveries: number, random: () => number): number {
  assert(Number.isInteger(deliveries) && deliveries >= 1);
  const pauseMs = Math.min(fullPauseMs(config, deliveries), config.backoffMaxMs);
  const jitteredMs = withJitter(config.jitter, pauseMs, random);
  assert(jitteredMs >= 0 && jitteredMs <= config.backoffMaxMs);
  return Math.round(jitteredMs);
}

/** Infinite where it is too large for a number: the cap then holds. */
function fullPauseMs(config: BackoffConfig, deliveries: number): number {
  if (config.backoff === 'none' || config.backoffBaseMs === 0) return 0;
  if (config.backoff === 'fixed') return config.backoffBaseMs;
  return config.backoffBaseMs * config.backoffFactor ** (deliveries - 1);
}

function withJitter(jitter: ShareConfig['jitter'], pauseMs: number, random: () => number): number {
  if (jitter === 'none' || pauseMs === 0) return pauseMs;
  return jitter === 'full' ? pauseMs * random() : pauseMs / 2 + (pauseMs / 2) * random();
}
