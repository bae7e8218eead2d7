// How long to wait before trying again: exponential with full jitter, so that many clients do not come back at once.

export interface RetryOptions {
  /** The first pause is a random part of this, ms. */
  readonly firstDelayMs: number;
  /** No pause is longer, ms. */
  readonly maxDelayMs: number;
}

/** The pause before attempt number `attempt` (from 0), ms. `least` is what the other side asked for. */
export function backoffMs(
  options: RetryOptions,
  attempt: number,
  least = 0,
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(options.maxDelayMs, options.firstDelayMs * 2 ** Math.min(attempt, 30));
  return Math.max(least, Math.ceil(random() * ceiling));
}
