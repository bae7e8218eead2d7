// Runs of neighbouring messages that wait, or are leased: read from the gateway with their times by the clock that the page counts by.
import { call } from '../../api/call.ts';
import { brokerNowMs, hearClock } from '../../live/now.ts';
import { messageIdOf, positionOf } from '../messages/message-id.ts';
import type { Paged } from './pages.ts';
import type { Held } from './queue-shapes.ts';

export const PAGE_MAX = 1_000;

type Ask = [queue: string, topic: string, from: string | null, signal: AbortSignal];
type Told = Omit<Paged<Held>, 'items'> & { readonly atMs: number };

const asked = (...[queue, topic, from, signal]: Ask) => {
  return { path: { queue }, query: { topic, from, limit: PAGE_MAX }, signal };
};

export async function leasesOf(...ask: Ask): Promise<Paged<Held>> {
  const { leases, ...told } = await call('GET /queues/{queue}/leases', asked(...ask));
  return pageOf(leases, told);
}

export async function scheduledOf(...ask: Ask): Promise<Paged<Held>> {
  const { scheduled, ...told } = await call('GET /queues/{queue}/scheduled', asked(...ask));
  return pageOf(scheduled, told);
}

function pageOf(held: readonly Held[], { atMs, next, looked }: Told): Paged<Held> {
  hearClock(atMs);
  return { items: byOwnClock(held, atMs, brokerNowMs()), next, looked };
}

/** What the broker's clock says, by a clock that may go wrong. */
export function byOwnClock(held: readonly Held[], brokerMs: number, ownMs: number): Held[] {
  const aheadMs = brokerMs - ownMs;
  return held.map((one) => ({
    ...one,
    untilMs: one.untilMs === null ? null : one.untilMs - aheadMs,
  }));
}

/** Every message of the run, at most so many. */
export function idsOf({ id, firstOffset, lastOffset }: Held, most: number): string[] {
  const position = positionOf(id);
  if (position === undefined) return [];
  const count = Math.min(most, lastOffset - firstOffset + 1);
  return Array.from({ length: count }, (_, at) =>
    messageIdOf({ ...position, offset: firstOffset + at }),
  );
}

/** `17`, or `17 – 20`. */
export function offsetsText({ firstOffset, lastOffset }: Held): string {
  return firstOffset === lastOffset ? `${firstOffset}` : `${firstOffset} – ${lastOffset}`;
}
