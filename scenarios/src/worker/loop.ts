// Receive, work, say what became of it, again. The one loop of both transports: what it knows of a queue is the Transport.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery, Transport } from '../transport/transport.ts';
import type { Bookkeeping } from './bookkeeping.ts';
import { Hand } from './hand.ts';
import { readPayload } from './payload.ts';
import type { Stopping } from './stopping.ts';
import type { Task } from './task.ts';
import { type Ending, type WorkParts, workOn } from './work.ts';

const TRY_AGAIN_MS = 250;

export interface LoopParts {
  readonly work: WorkParts;
  readonly transport: Transport;
  readonly bookkeeping: Bookkeeping;
  readonly stopping: Stopping;
}

/** Until it is told to stop. Throws what asking again would not mend, as an unknown queue. */
export async function runLoop(parts: LoopParts): Promise<void> {
  const { stopping } = parts;
  while (!stopping.isOver) {
    const deliveries = await receive(parts);
    if (deliveries.length === 0) continue;
    stopping.take(deliveries.length);
    await workOff(parts, deliveries);
    stopping.alive();
  }
}

async function receive({ work, transport, stopping }: LoopParts): Promise<Delivery[]> {
  const { maxMessages, waitTimeSeconds } = work.knobs;
  try {
    return await transport.receive({
      maxMessages: Math.min(maxMessages, stopping.room),
      waitTimeSeconds: Math.min(waitTimeSeconds, Math.ceil(stopping.idleSecondsLeft)),
      signal: stopping.signal,
    });
  } catch (error) {
    if (!transport.mayPass(error)) throw error;
    work.emit('unreachable', undefined, String(error));
    await sleep(TRY_AGAIN_MS);
    return [];
  }
}

async function workOff(parts: LoopParts, deliveries: readonly Delivery[]): Promise<void> {
  const { work, bookkeeping, stopping } = parts;
  const tasks = new Map(deliveries.map((one) => [one, taskOf(one, deliveries.length)]));
  for (const task of tasks.values()) work.emit('received', task);
  const hand = new Hand(work, tasks);
  try {
    for (const [delivery, task] of tasks) {
      if (stopping.isTold) break;
      if (!hand.has(delivery)) continue;
      if (work.knobs.deleteWhen === 'received') await hand.end(delivery, DELETED);
      const ending = await workOn(work, task, bookkeeping);
      if (hand.has(delivery)) await hand.ended(delivery, ending);
    }
    await hand.close();
  } finally {
    hand.stopExtending();
  }
}

const DELETED: Ending = { kind: 'done' };

function taskOf(delivery: Delivery, batch: number): Task {
  const { messageId, body, attempts, sentAtMs, group } = delivery;
  return { messageId, body, attempts, sentAtMs, group, batch, payload: readPayload(body) };
}
