// Waiting for something to turn up: try, and try again each time the waiters are woken, until the time is over.
// A cancelled wait ends without another try, so a closed connection leases nothing.

import { MillraceError } from '@millrace/protocol';
import type { CancelSignal } from './handler.ts';

export interface LongPoll<T> {
  /** Looks, and may take; synchronous. */
  readonly tryNow: () => T;
  readonly enough: (found: T) => boolean;
  /** A look had no time to get to everything: another one follows, after what else there is to do. Absent: never. */
  readonly more?: ((found: T) => boolean) | undefined;
  readonly waitMs: number;
  /** Stand in the queues; gives the way out. The attempt says true once it is satisfied. */
  readonly join: (attempt: () => boolean) => () => void;
  /** Who stands behind was not woken while this one had more to look at: it has ended, and they have to be. */
  readonly passOn?: (() => void) | undefined;
  readonly signal: CancelSignal;
}

/**
 * The first find that is enough, or the last one when the time is over.
 * @throws MillraceError CANCELLED or SHUTTING_DOWN; what `tryNow` throws.
 */
export function longPoll<T>(poll: LongPoll<T>): T | Promise<T> {
  if (poll.signal.cancelled) throw poll.signal.reason ?? new MillraceError('CANCELLED');
  const found = poll.tryNow();
  const hasMore = (of: T) => poll.more?.(of) === true;
  if (poll.enough(found) || (poll.waitMs === 0 && !hasMore(found))) return found;
  return new Promise<T>((resolve, reject) => {
    let latest = found;
    let again: NodeJS.Immediate | undefined;
    const attempt = () => {
      try {
        latest = poll.tryNow();
      } catch (error) {
        const failure = error instanceof Error ? error : new Error(String(error));
        end(() => reject(failure));
        return true;
      }
      if (!poll.enough(latest)) {
        if (hasMore(latest)) lookAgain();
        else if (poll.waitMs === 0) end(() => resolve(latest));
        return poll.waitMs === 0 && !hasMore(latest);
      }
      end(() => resolve(latest));
      return true;
    };
    const lookAgain = () => {
      again ??= setImmediate(() => {
        again = undefined;
        if (attempt()) poll.passOn?.();
      });
    };
    const leaveQueues = poll.join(attempt);
    const timer =
      poll.waitMs === 0 ? undefined : setTimeout(() => giveUp(() => resolve(latest)), poll.waitMs);
    const stopListening = poll.signal.onCancel((reason) => giveUp(() => reject(reason)));
    if (hasMore(found)) lookAgain();

    function giveUp(settle: () => void): void {
      const hadMore = again !== undefined;
      end(settle);
      if (hadMore) poll.passOn?.();
    }

    function end(settle: () => void): void {
      clearTimeout(timer);
      clearImmediate(again);
      leaveQueues();
      stopListening();
      settle();
    }
  });
}
