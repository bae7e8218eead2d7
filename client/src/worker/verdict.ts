// What a handler may throw to say more than that it failed.

import type { Ack } from '../queue/ack.ts';
import { nearestDelayMs } from '../queue/ack-check.ts';
import { errorText, messageText } from '../queue/error-text.ts';

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

export type Verdict = Pick<Ack, 'kind' | 'delayMs' | 'errorText'>;

export const ACCEPTED: Verdict = { kind: 'accept' };

/** Total: whatever is thrown, it becomes something the broker takes. */
export function verdictOf(thrown: unknown): Verdict {
  if (thrown instanceof Reject) return { kind: 'reject', errorText: messageText(thrown) };
  if (thrown instanceof RetryAfter) {
    const delayMs = nearestDelayMs(thrown.delayMs);
    return { kind: 'release', delayMs, errorText: messageText(thrown) };
  }
  return { kind: 'release', errorText: errorText(thrown) };
}
