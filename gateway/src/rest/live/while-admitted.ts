// A live feed as long as whoever asked for it may ask: when a token is revoked or a user deleted, what follows under it
// ends, as a new request would.

import type { IncomingMessage } from 'node:http';
import type { Visitors } from '../../services.ts';
import { follow } from './abort.ts';
import type { LiveEvent } from './live-event.ts';

export type Events = (signal: AbortSignal) => AsyncIterable<readonly LiveEvent[]>;

/** Ends by throwing why. Where nobody is asked, `events` as they are. */
export function whileAdmitted(
  visitors: Visitors | undefined,
  request: IncomingMessage,
  events: Events,
): Events {
  return visitors === undefined ? events : (signal) => watched(visitors, request, events, signal);
}

async function* watched(
  visitors: Visitors,
  request: IncomingMessage,
  events: Events,
  signal: AbortSignal,
): AsyncGenerator<readonly LiveEvent[], void> {
  const life = follow(signal);
  let end: Error | undefined;
  const stop = visitors.watch(request, (why) => {
    end = why;
    life.abort();
  });
  try {
    for await (const portion of events(life.signal)) {
      if (end !== undefined) break;
      yield portion;
    }
  } catch (error) {
    throw end ?? error;
  } finally {
    stop();
    life.release();
  }
  if (end !== undefined) throw end;
}
