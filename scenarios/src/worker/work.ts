// One message from its receipt to what is to become of it, in the order that matters: the effect first, then the note of it,
// then the end of the message. It says nothing to the queue itself.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Bookkeeping } from './bookkeeping.ts';
import { EffectFailed, type EffectParts, takeEffect } from './effect.ts';
import type { WorkerKnobs } from './knobs.ts';
import type { Task } from './task.ts';

const MS = 1_000;

/** Failed: it is to come again. */
export type Ending =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface WorkParts extends EffectParts {
  /** Into another queue. */
  readonly send: (queue: string, body: string) => Promise<void>;
}

const DONE: Ending = { kind: 'done' };

/** What is thrown is no failure of the message: the ledger of effects is somebody else's, or a store is broken. */
export async function workOn(
  parts: WorkParts,
  task: Task,
  bookkeeping: Bookkeeping,
): Promise<Ending> {
  const { knobs, emit } = parts;
  await parts.crashes.pass('receive', task);
  if (task.payload === undefined) return fail(parts, task, 'the body is no JSON object');
  if (isMarked(knobs, task)) {
    const reason = `its body has '${knobs.rejectPayloadMarker}' in it`;
    emit('rejected', task, reason);
    return { kind: 'failed', reason };
  }
  if (isTooOld(knobs, task)) return putAside(parts, task);
  const key = keyOf(knobs, task);
  try {
    const outcome = await bookkeeping.once(key, task, () => takeEffect(parts, key, task));
    if (outcome === 'completed' && knobs.finishDelaySeconds > 0)
      await sleep(knobs.finishDelaySeconds * MS);
    emit(outcome, task, outcome === 'stale' ? 'a newer version is known' : undefined);
    return DONE;
  } catch (error) {
    if (!(error instanceof EffectFailed)) throw error;
    return fail(parts, task, error.message);
  }
}

function fail({ emit }: WorkParts, task: Task, reason: string): Ending {
  emit('failed', task, reason);
  return { kind: 'failed', reason };
}

function isMarked({ rejectPayloadMarker, rejectAttempts }: WorkerKnobs, task: Task): boolean {
  if (rejectPayloadMarker === '' || !task.body.includes(rejectPayloadMarker)) return false;
  return rejectAttempts === 0 || task.attempts <= rejectAttempts;
}

function isTooOld({ staleAfterSeconds }: WorkerKnobs, { sentAtMs }: Task): boolean {
  return staleAfterSeconds > 0 && Date.now() - sentAtMs > staleAfterSeconds * MS;
}

async function putAside({ knobs, send, emit }: WorkParts, task: Task): Promise<Ending> {
  if (knobs.staleQueue !== '') await send(knobs.staleQueue, task.body);
  emit('stale', task, `it was sent more than ${knobs.staleAfterSeconds} s ago`);
  return DONE;
}

/** Which messages are the same: those of one business key, or of one id of their producer, or none but itself. */
function keyOf({ businessIdempotencyField }: WorkerKnobs, { payload, messageId }: Task): string {
  const business =
    businessIdempotencyField === '' ? undefined : payload?.field(businessIdempotencyField);
  return business ?? payload?.id ?? messageId;
}
