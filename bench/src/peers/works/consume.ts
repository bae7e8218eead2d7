// consume: a backlog from its start, as a log, again and again. The clock of a reading runs from the first values that
// come to the last: how long a reader takes to be there is not its rate.

import type { ComparedWork } from '../../results/results.ts';
import type { Channel } from '../peer.ts';
import { Arrivals } from './arrivals.ts';
import { fill } from './fill.ts';
import { Seen } from './numbered.ts';
import { figuresOf, NotOffered, RECORD_BYTES, timedRuns, type WorkContext } from './work.ts';

/** Of a small backlog a run reads until it has this much of its time, however often it has to begin anew. */
const PASSES_MAX = 20;

interface Done {
  readonly records: number;
  readonly elapsedMs: number;
}

export async function consume(context: WorkContext): Promise<ComparedWork> {
  const channel = await context.peer.open(`bench-${context.work}`);
  if (channel.read === undefined) throw new NotOffered('it has no log to read again');
  const backlog = await fill(channel, context);
  const runs = await timedRuns(context, async (durationMs) => {
    const sum = { records: 0, elapsedMs: 0 };
    for (let at = 0; at < PASSES_MAX && sum.elapsedMs < durationMs; at += 1) {
      const done = await readOnce(channel, backlog, durationMs - sum.elapsedMs);
      sum.records += done.records;
      sum.elapsedMs += done.elapsedMs;
    }
    return sum;
  });
  await channel.drop?.();
  return figuresOf(context, runs, null);
}

/** To the end of the backlog, or of the time. */
async function readOnce(channel: Channel, backlog: number, durationMs: number): Promise<Done> {
  const seen = new Seen(backlog, RECORD_BYTES);
  const arrivals = new Arrivals();
  const calledAt = performance.now();
  let first: { readonly at: number; readonly count: number } | undefined;
  let lastAt = calledAt;
  const reading = await channel.read?.({
    from: 'start',
    onValues: arrivals.on((values) => {
      seen.take(values);
      lastAt = performance.now();
      first ??= { at: lastAt, count: seen.count };
      const isOver = seen.count === backlog || lastAt - first.at >= durationMs;
      return isOver ? 'enough' : 'more';
    }),
    onError: arrivals.fail,
  });
  try {
    await arrivals.untilEnough(() => `${seen.count} of ${backlog} messages`);
  } finally {
    await reading?.close();
  }
  const { at, count } = first ?? { at: calledAt, count: 0 };
  // All in one piece: then there is no rate but with the wait for it.
  if (count === seen.count) return { records: count, elapsedMs: lastAt - calledAt };
  return { records: seen.count - count, elapsedMs: lastAt - at };
}
