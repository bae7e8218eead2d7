// What a handler may throw to say more than that it failed.

import type { Ack } from '../queue/ack.ts';
import { errorText } from '../queue/error-text.ts';

/** Thrown by a handler: the message is dead now, whatever its deliveries. */
export class Reject extends Error {
  constructor(reason = 'rejected', options?: ErrorOptions) {
    super(reason, options);
    this.name = 'Reject';
  }
}

/** Thrown by a handler: the attempt failed, try again after this pause (ms) instead of the group's. */
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

export function verdictOf(thrown: unknown): Verdict {
  if (thrown instanceof Reject) return { kind: 'reject', errorText: errorText(thrown.message) };
  if (thrown instanceof RetryAfter) {
    const delayMs = Math.max(0, Math.ceil(thrown.delayMs));
    return { kind: 'release', delayMs, errorText: errorText(thrown.message) };
  }
  return { kind: 'release', errorText: errorText(thrown) };
}
