// The same topic as a queue: one handler a message, which fails for some, while the broker is killed in the middle.

import { type Client, codecs, type LeasedMessage } from '@millrace/client';
import { DEAD_LETTER_HEADERS } from '@millrace/protocol';
import type { Flight } from './flights.ts';
import { TOPIC } from './log-phase.ts';
import { Step, type StepResult } from './progress.ts';

export const QUEUE = 'rebooking';
export const DEAD_LETTER_TOPIC = `${TOPIC}.dlq`;
/** Nobody can rebook these by machine: every attempt fails. */
const HOPELESS_DELAY_MINUTES = 300;
/** One in so many fails the first time and succeeds later. */
const FLAKY_EVERY = 50;
const MAX_DELIVERIES = 5;
/** The broker is killed when this part of the messages is done. */
const KILL_AT = 0.4;
const STUCK_MS_MAX = 60_000;

export function isHopeless(flight: Flight): boolean {
  return flight.delay > HOPELESS_DELAY_MINUTES;
}

export interface QueueWork extends StepResult {
  /** Messages (`partition/offset`) whose handler finished. */
  readonly handled: ReadonlySet<string>;
  /** Calls of the handler beyond the first of a message. */
  readonly redeliveries: number;
  /** Calls of the handler that threw. */
  readonly failures: number;
  readonly outageSeconds: number;
}

export async function createQueue(client: Client): Promise<void> {
  const config = {
    maxDeliveries: MAX_DELIVERIES,
    visibilityTimeoutMs: 10_000,
    backoff: 'fixed',
    backoffBaseMs: 100,
    jitter: 'full',
  } as const;
  await client.admin.createShareGroup({ group: QUEUE, topics: [TOPIC], config });
}

/**
 * Works until no message is unresolved. `killAndRestart` is called once, with work in full flight.
 * Throws where the work gets stuck.
 */
export async function workQueue(
  client: Client,
  total: number,
  killAndRestart: () => Promise<void>,
  quiet: boolean,
): Promise<QueueWork> {
  const step = new Step('work off as a queue, with a kill -9', total, quiet);
  const calls = new Map<string, number>();
  const handled = new Set<string>();
  let failures = 0;

  function handle(message: LeasedMessage<Flight>): void {
    const place = `${message.partition}/${message.offset}`;
    calls.set(place, (calls.get(place) ?? 0) + 1);
    const { value, deliveries } = message;
    const isFlaky = message.offset % FLAKY_EVERY === 0 && deliveries === 1;
    if (isHopeless(value) || isFlaky) {
      failures += 1;
      throw new Error(isHopeless(value) ? `delayed by ${value.delay} minutes` : 'no seat found');
    }
    handled.add(place);
  }

  const worker = client.worker<Flight>({
    group: QUEUE,
    topics: TOPIC,
    concurrency: 500,
    prefetch: 2_000,
    codec: codecs.json<Flight>(),
    handler: handle,
  });
  const failure = worker.finished.then(() => undefined);
  failure.catch(() => undefined);
  const untilKill = waitUntil(
    () => {
      step.advance(handled.size);
      return handled.size >= total * KILL_AT;
    },
    () => handled.size,
  );
  await Promise.race([untilKill, failure]);
  const killedMs = performance.now();
  await killAndRestart();
  const outageSeconds = (performance.now() - killedMs) / 1_000;

  let unresolved = Number.POSITIVE_INFINITY;
  const untilDone = waitUntil(
    async () => {
      const { totals } = await client.admin.counters(QUEUE);
      unresolved = totals.fresh + totals.ready + totals.scheduled + totals.leased;
      step.advance(total - unresolved);
      return unresolved === 0;
    },
    () => unresolved,
  );
  await Promise.race([untilDone, failure]);
  const result = step.done(total - unresolved);
  await worker.close();
  const redeliveries = [...calls.values()].reduce((sum, count) => sum + count - 1, 0);
  return { ...result, handled, redeliveries, failures, outageSeconds };
}

/** Looks again and again; throws when `measure` shows no change for too long. */
async function waitUntil(
  holds: () => boolean | Promise<boolean>,
  measure: () => number,
): Promise<void> {
  let last = measure();
  let changedMs = performance.now();
  while (!(await holds())) {
    const now = measure();
    if (now !== last) changedMs = performance.now();
    last = now;
    if (performance.now() - changedMs > STUCK_MS_MAX)
      throw new Error('the queue makes no progress');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The messages (`partition/offset`) that have a copy in the dead-letter topic, and how many copies there are. */
export async function readDeadLetters(
  client: Client,
): Promise<{ sources: Set<string>; copies: number }> {
  const description = await client.admin.describeTopic(DEAD_LETTER_TOPIC);
  const copies = description.partitions.reduce(
    (sum, { startOffset, endOffset }) => sum + endOffset - startOffset,
    0,
  );
  const sources = new Set<string>();
  if (copies === 0) return { sources, copies };
  const reader = client.consumer({ topics: DEAD_LETTER_TOPIC, codec: codecs.bytes });
  let read = 0;
  for await (const message of reader) {
    sources.add(
      `${message.header(DEAD_LETTER_HEADERS.partition)}/${message.header(DEAD_LETTER_HEADERS.offset)}`,
    );
    read += 1;
    if (read === copies) break;
  }
  await reader.close();
  return { sources, copies };
}
