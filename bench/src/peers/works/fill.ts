// A backlog of numbered messages, sent the way that suits the peer best, for as long as a run or until it is large enough.

import { runLanes } from '../../lanes.ts';
import type { Channel } from '../peer.ts';
import { numbered } from './numbered.ts';
import { NotProven, RECORD_BYTES, type WorkContext } from './work.ts';

/** A reading of the fastest takes a third of a second then. */
const BACKLOG_MAX = 1_000_000;

/** Resolves with the count of messages, numbered from 0, once all are acknowledged. */
export async function fill(
  channel: Channel,
  { settings, step }: WorkContext,
  limits: { readonly records?: number; readonly durationMs?: number } = {},
): Promise<number> {
  const { records = BACKLOG_MAX, durationMs = 1.5 * settings.durationMs } = limits;
  step('fill', durationMs);
  const sender = await channel.sender();
  const endsAt = performance.now() + durationMs;
  let next = 0;
  let acknowledged = 0;
  await runLanes(sender.inFlight, async () => {
    if (next >= records) return false;
    const count = Math.min(sender.batch, records - next);
    const first = next;
    next += count;
    await sender.send(Array.from({ length: count }, (_, at) => numbered(first + at, RECORD_BYTES)));
    acknowledged += count;
    return performance.now() < endsAt;
  });
  await sender.close();
  await mustCount(channel, acknowledged);
  return acknowledged;
}

/** The server counts what was acknowledged, where it tells. */
export async function mustCount(channel: Channel, acknowledged: number): Promise<void> {
  const found = await channel.count?.();
  if (found === undefined || found === acknowledged) return;
  throw new NotProven(`the server has ${found} messages, ${acknowledged} were acknowledged`);
}
