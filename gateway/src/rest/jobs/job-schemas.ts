// Jobs in JSON: a message of a queue with an id now and a result later.

import { LIMITS, MESSAGE_STATES } from '@millrace/protocol';
import type { Static } from 'typebox';
import { payloadOf } from '../json/raw-json.ts';
import { messageShape, NEW_MESSAGE } from '../schemas/message.ts';
import { closed, GroupName, orNull, word } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import type { FoundJob } from './job-places.ts';

const { payload, payloadText, payloadBase64, key, headers, delayMs, ttlMs, dedupId, tenant } =
  NEW_MESSAGE;

export const NewJob = closed(
  {
    queue: GroupName,
    payload,
    payloadText,
    payloadBase64,
    key,
    headers,
    delayMs,
    ttlMs,
    dedupId,
    tenant,
    maxAttempts: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: LIMITS.maxDeliveriesMax,
        description: 'Attempts before it is given up; default: as the queue says.',
      }),
    ),
  },
  {
    examples: [
      { queue: 'mails', payload: { to: 'bob' } },
      { queue: 'mails', payload: { to: 'eve' }, delayMs: 60_000, dedupId: 'eve-1', maxAttempts: 3 },
    ],
  },
);

export const EnqueuedJob = closed({
  id: Type.String({ description: 'Names the job, at every gateway.' }),
  queue: GroupName,
  duplicate: Type.Boolean({
    description: 'The queue had a job of this dedup id: this is its id, and no other job was made.',
  }),
});

export const JobParams = closed({
  id: Type.String({ description: 'Id of the job.', maxLength: 64 }),
});
/** Where several queues share a topic. */
export const JobQuery = closed({
  queue: Type.Optional(
    Type.String({
      maxLength: LIMITS.groupNameBytesMax,
      description: 'Its queue; only needed where several queues take messages from one topic.',
    }),
  ),
});

const time = (description: string) =>
  orNull(Type.Integer({ description: `${description}, ms since 1970.` }));

export const JobSchema = closed({
  id: Type.String({ description: 'Names the job, at every gateway.' }),
  queue: GroupName,
  state: word(MESSAGE_STATES, {
    description:
      'fresh, ready: waits for a worker. scheduled: waits for a time. parked: waits for its key or tenant. blocked: stopped until somebody decides. leased: a worker has it. acknowledged: done. dead: given up, see deadReason.',
  }),
  attempts: orNull(
    Type.Integer({
      description: 'How often it was begun; null once it is done: that is not kept.',
    }),
  ),
  key: orNull(Type.String({ description: 'Its key, where it has one that is text.' })),
  payload: Type.Optional(Type.Unknown({ description: 'What it is about, where that is JSON.' })),
  payloadText: Type.Optional(Type.String({ description: 'The same, where it is other text.' })),
  payloadBase64: Type.Optional(Type.String({ description: 'The same, otherwise.' })),
  result: Type.Optional(
    Type.Unknown({ description: 'What came of it, where that was said and is JSON.' }),
  ),
  resultText: Type.Optional(Type.String({ description: 'The same, where it is other text.' })),
  resultBase64: Type.Optional(Type.String({ description: 'The same, otherwise.' })),
  error: orNull(Type.String({ description: 'Why its last attempt failed.' })),
  deadReason: orNull(Type.String({ description: 'dead: why it was given up.' })),
  workerId: orNull(Type.String({ description: 'leased: who has it.' })),
  enqueuedAtMs: time('When it was enqueued; null where the log holds it no longer'),
  startedAtMs: time('When it was begun first'),
  finishedAtMs: time('When it was done; null also where no result is kept'),
  untilMs: time('leased: when the lease ends; scheduled: when it becomes ready'),
});
export type JobShape = Static<typeof JobSchema>;

export function jobShape(job: FoundJob): JobShape {
  const { id, queue, state, deliveries, message, result, lastError, deadReason } = job;
  const { memberId, appendTimeMs, firstDeliveredAtMs, untilMs } = job;
  const content = message === null ? undefined : messageShape(message);
  return {
    id,
    queue,
    state,
    attempts: state === 'acknowledged' ? null : deliveries,
    key: content?.key ?? null,
    ...(message?.valueBytes ? payloadOf(message.valueBytes) : {}),
    ...(result === null ? {} : resultOf(result.bytes)),
    error: lastError,
    deadReason,
    workerId: memberId,
    enqueuedAtMs: appendTimeMs,
    startedAtMs: firstDeliveredAtMs,
    finishedAtMs: result?.atMs ?? null,
    untilMs,
  };
}

type ResultShape = Pick<JobShape, 'result' | 'resultText' | 'resultBase64'>;

function resultOf(bytes: Uint8Array): ResultShape {
  const told = payloadOf(bytes);
  if ('payload' in told) return { result: told.payload };
  if ('payloadText' in told) return { resultText: told.payloadText };
  return { resultBase64: told.payloadBase64 };
}
