// What becomes of a message when its handler ends, and what a handler may throw to say more than that it failed.

import { nearestDelayMs } from '../queue/ack-check.ts';
import { errorText, messageText } from '../queue/error-text.ts';
import type { LeasedMessage, Resolution } from '../queue/lease.ts';

/** Thrown by a handler: the message is dead now, whatever its deliveries. */
export class Reject extends Error {
  constructor(reason = 'rejected', options?: ErrorOptions) {
    super(reason, options);
    this.name = 'Reject';
  }
}

/**
 * Thrown by a handler: the attempt failed, try again after this pause (ms) instead of the group's. It is rounded up and
 * kept between 0 and 365 days; what is no finite number leaves the pause to the group.
 */
export class RetryAfter extends Error {
  readonly delayMs: number;

  constructor(delayMs: number, reason = `retry after ${delayMs} ms`, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'RetryAfter';
    this.delayMs = delayMs;
  }
}

/** A message of a batch that failed, and why; `Reject` and `RetryAfter` say more, as for a single one. */
export interface FailedMessage<V> {
  readonly message: LeasedMessage<V>;
  readonly error?: unknown;
}

/** Thrown by `eachBatch`: these have failed, the others are done. Returning `{ failed }` says the same. */
export class PartialFailure<V = unknown> extends Error {
  readonly failed: readonly FailedMessage<V>[];

  constructor(failed: readonly FailedMessage<V>[], options?: ErrorOptions) {
    super(`${failed.length} messages of the batch have failed`, options);
    this.name = 'PartialFailure';
    this.failed = failed;
  }
}

export interface Verdict extends Resolution {
  /** What the handler threw. */
  readonly thrown?: unknown;
}

export const ACCEPTED: Verdict = { kind: 'accept' };
export const RETURNED: Verdict = { kind: 'return' };

/** Total: whatever is thrown, it becomes something the broker takes. */
export function verdictOf(thrown: unknown): Verdict {
  if (thrown instanceof Reject) return { kind: 'reject', errorText: messageText(thrown), thrown };
  if (thrown instanceof RetryAfter) {
    const delayMs = nearestDelayMs(thrown.delayMs);
    return { kind: 'release', delayMs, errorText: messageText(thrown), thrown };
  }
  return { kind: 'release', errorText: errorText(thrown), thrown };
}
