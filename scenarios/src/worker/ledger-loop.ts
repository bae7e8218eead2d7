// The worker over the broker's ledger of effects: the client's own worker, whose handlers have `once`. Leases, retries and
// acknowledgements are that worker's.

import { setTimeout as sleep } from 'node:timers/promises';
import { codecs, type HandlerContext, type LeasedMessage, RetryAfter } from '@millrace/client';
import { connectNative } from '../transport/native-transport.ts';
import { ledgerBookkeeping } from './bookkeeping.ts';
import { readPayload } from './payload.ts';
import type { Stopping } from './stopping.ts';
import type { Task } from './task.ts';
import { type WorkParts, workOn } from './work.ts';

const MS = 1_000;
const LOOK_EVERY_MS = 50;
/** For what is in hand, once it was told to stop. */
const CLOSE_MS = 60_000;

/** Until it is told to stop. Calls `started` once the broker has answered. */
export async function runOverLedger(
  parts: Omit<WorkParts, 'send'>,
  stopping: Stopping,
  started: () => void,
): Promise<void> {
  const { knobs, emit } = parts;
  const client = await connectNative(knobs);
  const producer = client.producer({ codec: codecs.text });
  const work: WorkParts = {
    ...parts,
    send: async (topic, body) => void (await producer.send({ topic, value: body })),
  };
  const worker = client.worker<string>({
    group: knobs.queue,
    topics: knobs.queue,
    codec: codecs.text,
    concurrency: Math.min(knobs.maxMessages, stopping.room),
    prefetch: 0,
    maxWaitMs: knobs.waitTimeSeconds * MS,
    memberId: knobs.name,
    handler: (message, context) => {
      stopping.take(1);
      // At once: it gives back what has come with the last one.
      if (stopping.isOver) void end();
      return handle(work, stopping, message, context);
    },
    onOutcome: (message, outcome) => {
      if (outcome === 'lost') emit('refused', taskOf(message), 'delete: the lease was lost');
    },
  });
  const end = () => worker.close({ timeoutMs: CLOSE_MS });
  stopping.signal.addEventListener('abort', () => void end());
  started();
  const failed = worker.finished.then(() => undefined);
  try {
    while (!stopping.isOver) await Promise.race([sleep(LOOK_EVERY_MS), failed]);
    await end();
  } finally {
    await client.close();
  }
}

async function handle(
  work: WorkParts,
  stopping: Stopping,
  message: LeasedMessage<string>,
  { once }: HandlerContext,
): Promise<void> {
  const task = taskOf(message);
  work.emit('received', task);
  const ending = await workOn(work, task, ledgerBookkeeping(once, work.knobs.claimSeconds)).catch(
    (error: unknown) => {
      if (error instanceof RetryAfter) work.emit('failed', task, error.message);
      throw error;
    },
  );
  stopping.alive();
  if (ending.kind === 'done') return;
  const { retryDelaySeconds } = work.knobs;
  throw retryDelaySeconds < 0
    ? new Error(ending.reason)
    : new RetryAfter(retryDelaySeconds * MS, ending.reason);
}

function taskOf(message: LeasedMessage<string>): Task {
  const body = message.value ?? '';
  return {
    messageId: message.id,
    body,
    attempts: message.deliveries,
    sentAtMs: message.timestampMs,
    group: message.key ?? undefined,
    batch: 1,
    payload: readPayload(body),
  };
}
