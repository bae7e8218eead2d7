// Settings of a share group that its creator left open.

import type { ShareConfig } from '../rows.ts';

export const SHARE_DEFAULTS: ShareConfig = {
  visibilityTimeoutMs: 30_000,
  maxDeliveries: 5,
  backoff: 'exponential',
  backoffBaseMs: 1_000,
  backoffFactor: 2,
  backoffMaxMs: 15 * 60_000,
  jitter: 'equal',
  onExhausted: 'dlq',
  exhaustedAt: 'end',
  fence: true,
  ordering: 'none',
  fairness: 'none',
  maxInFlight: 0,
  onExpired: 'drop',
  resultTtlMs: 24 * 60 * 60_000,
  lateReceipts: 'accept',
  deadLetterLoops: false,
};

/** A group on a topic that holds dead letters: they stay until somebody decides about them. [L-28] */
export const SHARE_DEFAULTS_ON_DEAD_LETTERS: ShareConfig = {
  ...SHARE_DEFAULTS,
  maxDeliveries: 0,
  onExhausted: 'drop',
};
