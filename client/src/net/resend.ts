// Whether a request that failed is sent again, and after which pause. By the error table; it sends nothing.

import type { MillraceError } from '@millrace/protocol';
import { backoffMs, type RetryOptions } from './backoff.ts';

/** Undefined: the error is the outcome. */
export function pauseBeforeResend(
  error: MillraceError,
  attempt: number,
  repeatable: boolean,
  retry: RetryOptions,
): number | undefined {
  if (error.code === 'OUTCOME_UNKNOWN') return repeatable ? 0 : undefined;
  if (error.code === 'CONNECTION_LOST' || error.code === 'DEADLINE_EXCEEDED') return undefined;
  // The request has waited for its turn at the broker already, as long as its caller wanted. [L-51]
  if (error.code === 'TOO_MANY_IN_FLIGHT') return undefined;
  // It may take a whole session: who joins waits by itself, and says so.
  if (error.code === 'INSTANCE_IN_USE') return undefined;
  if (error.action !== 'retry') return undefined;
  return backoffMs(retry, attempt, error.detail.retryAfterMs);
}
