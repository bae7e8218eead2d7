// What a handler returned or threw, as verdicts on its messages; what it sends by returning goes into its outbox. It tells
// the broker nothing.

import { MillraceError } from '@millrace/protocol';
import type { OutgoingMessage } from '../producer/outgoing.ts';
import type { HeldMessage } from '../queue/lease.ts';
import { encodeResult } from '../queue/result.ts';
import { type Job, notTransactional } from './job.ts';
import type { WorkerSettings } from './options.ts';
import { errorReply, okReply } from './reply.ts';
import {
  ACCEPTED,
  type FailedMessage,
  PartialFailure,
  Reject,
  type Verdict,
  verdictOf,
} from './verdict.ts';

export type VerdictOf<V> = (message: HeldMessage<V>, at: number) => Verdict;

/** What a transactional handler may return. */
export interface Sends<R> {
  readonly send?: readonly OutgoingMessage<unknown>[] | undefined;
  readonly result?: R | undefined;
}

/** What `eachBatch` may return: without it all messages are done. */
export interface BatchReport<V, R = unknown> {
  /** These are released, or what their error says; all others are accepted. */
  readonly failed?: readonly FailedMessage<V>[] | undefined;
  /** With `results`: by position in the messages. */
  readonly results?: readonly (R | undefined)[] | undefined;
  /** With `transactional`. */
  readonly send?: readonly OutgoingMessage<unknown>[] | undefined;
}

/** Total: what cannot be made of a return is a failure of the attempt. */
export function judgeReturn<V>(
  settings: WorkerSettings<V>,
  job: Job<V>,
  returned: unknown,
): VerdictOf<V> {
  if (!settings.readsReturn) return accepted;
  try {
    if (settings.isBatch) return judgeReport(settings, job, reportOf(settings, returned));
    const { send, result } = sendsOf(settings, returned);
    for (const message of send ?? []) job.outbox.add(message);
    const [message] = job.messages;
    if (settings.replies && message !== undefined) okReply(settings, job, message, result);
    const bytes = settings.keepsResults ? encodeResult(settings.resultCodec, result) : undefined;
    if (bytes === undefined) return accepted;
    const verdict: Verdict = { kind: 'accept', result: bytes };
    return () => verdict;
  } catch (error) {
    return judgeThrown(settings, job, error);
  }
}

/** Nothing is sent, unless some of the messages are done. */
export function judgeThrown<V>(
  settings: WorkerSettings<V>,
  job: Job<V>,
  thrown: unknown,
): VerdictOf<V> {
  if (settings.isBatch && thrown instanceof PartialFailure) {
    try {
      return judgeReport(settings, job, { failed: thrown.failed as readonly FailedMessage<V>[] });
    } catch (error) {
      return judgeThrown(settings, job, error);
    }
  }
  job.dropOutbox();
  const [message] = job.messages;
  if (settings.replies && thrown instanceof Reject && message !== undefined) {
    errorReply(job, message, thrown);
  }
  const verdict = verdictOf(thrown);
  return () => verdict;
}

/** Everything is done, which is nearly always so. */
export function accepted(): Verdict {
  return ACCEPTED;
}

/** What a batch handler returns may be anything: only lists are read. */
function reportOf<V>(settings: WorkerSettings<V>, returned: unknown): BatchReport<V> {
  if (typeof returned !== 'object' || returned === null) return {};
  const { failed, results, send } = returned as { [N in keyof BatchReport<V>]: unknown };
  if (Array.isArray(send) && send.length > 0 && !settings.transactional) throw notTransactional();
  return {
    failed: Array.isArray(failed) ? (failed as FailedMessage<V>[]) : [],
    results: settings.keepsResults && Array.isArray(results) ? (results as unknown[]) : [],
    send: Array.isArray(send) ? (send as OutgoingMessage<unknown>[]) : [],
  };
}

/** Without `transactional` what is returned is the result. */
function sendsOf<V>(settings: WorkerSettings<V>, returned: unknown): Sends<unknown> {
  if (!settings.transactional) return { result: returned };
  if (returned === undefined || returned === null) return {};
  if (typeof returned === 'object') return returned;
  const text = 'A transactional handler returns nothing, or { send, result }.';
  throw new MillraceError('INVALID_REQUEST', text, { field: 'handler' });
}

function judgeReport<V>(
  settings: WorkerSettings<V>,
  job: Job<V>,
  { failed = [], results = [], send = [] }: BatchReport<V>,
): VerdictOf<V> {
  if (failed.length + results.length + send.length === 0) return accepted;
  const mine = new Set<unknown>(job.messages);
  const verdicts = new Map<unknown, Verdict>();
  for (const { message, error } of failed) {
    if (!mine.has(message)) {
      const text = 'The report names a message that is not one of the batch.';
      throw new MillraceError('INVALID_REQUEST', text, { field: 'failed' });
    }
    verdicts.set(message, verdictOf(error ?? new Error('failed')));
  }
  for (const message of send) job.outbox.add(message);
  for (const [at, result] of results.entries()) {
    const message = job.messages[at];
    const bytes = encodeResult(settings.resultCodec, result);
    if (bytes === undefined || message === undefined || verdicts.has(message)) continue;
    verdicts.set(message, { kind: 'accept', result: bytes });
  }
  return (message) => verdicts.get(message) ?? ACCEPTED;
}
