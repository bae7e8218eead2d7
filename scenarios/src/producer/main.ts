// The producer as a program. Exit code 0: everything it sent was acknowledged; 1: something was not; 2: it was started
// wrongly. SIGTERM and SIGINT: it ends behind the batch that is on its way.

import { setTimeout as sleep } from 'node:timers/promises';
import { KnobError } from '../knobs/knob.ts';
import { parseKnobs } from '../knobs/parse-knobs.ts';
import { endWhenUnread, printEvent } from '../worker/reporter.ts';
import { PRODUCER_PROGRAM, type ProducerKnobs } from './knobs.ts';
import { Pace } from './pace.ts';
import { type NewMessage, newMessages } from './payloads.ts';
import type { Sender } from './sender.ts';

const EXIT = { sent: 0, failed: 1, usage: 2 } as const;

interface Tally {
  sent: number;
  acknowledged: number;
  poison: number;
}

async function openSender(knobs: ProducerKnobs): Promise<Sender> {
  if (knobs.via === 'sqs') return (await import('./sqs-sender.ts')).openSqsSender(knobs);
  return (await import('./native-sender.ts')).openNativeSender(knobs);
}

/** Whether everything that was sent was acknowledged. */
async function produce(knobs: ProducerKnobs): Promise<boolean> {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  const tally: Tally = { sent: 0, acknowledged: 0, poison: 0 };
  const sender = await openSender(knobs);
  const pace = new Pace(knobs);
  try {
    const messages = newMessages(knobs);
    while (tally.sent < knobs.n) {
      await untilDue(pace.waitMs(tally.sent), stop.signal);
      if (stop.signal.aborted) break;
      await sendBatch(sender, take(messages, pace.room(tally.sent)), knobs, tally);
    }
  } finally {
    await sender.close();
  }
  printEvent(knobs, { event: 'summary', ...tally });
  return tally.acknowledged === tally.sent;
}

async function untilDue(waitMs: number, signal: AbortSignal): Promise<void> {
  if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
}

async function sendBatch(
  sender: Sender,
  batch: readonly NewMessage[],
  knobs: ProducerKnobs,
  tally: Tally,
): Promise<void> {
  const begunAtMs = Date.now();
  const outcomes = await sender.send(batch);
  for (const [index, { sequence, id, group, isPoison }] of batch.entries()) {
    const outcome = outcomes[index] ?? { fault: 'nothing was said of it' };
    const facts = { sequence, id, group, batch: batch.length, begunAtMs };
    tally.sent += 1;
    if (isPoison) tally.poison += 1;
    if ('messageId' in outcome) {
      tally.acknowledged += 1;
      printEvent(knobs, { event: 'acknowledged', messageId: outcome.messageId, ...facts });
    } else {
      printEvent(knobs, { event: 'failed', reason: outcome.fault, ...facts });
    }
  }
}

/** The next ones, fewer where there are no more. */
function take<T>(items: Iterator<T>, most: number): T[] {
  const taken: T[] = [];
  while (taken.length < most) {
    const next = items.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

async function main(): Promise<number> {
  endWhenUnread();
  try {
    const parsed = parseKnobs(PRODUCER_PROGRAM, process.argv.slice(2), process.env);
    if (parsed.kind === 'knobs') return (await produce(parsed.knobs)) ? EXIT.sent : EXIT.failed;
    process.stdout.write(parsed.text);
    return EXIT.sent;
  } catch (error) {
    const isUsage = error instanceof KnobError;
    process.stderr.write(`producer: ${isUsage ? error.message : String(error)}\n`);
    return isUsage ? EXIT.usage : EXIT.failed;
  }
}

process.exitCode = await main();
