// What is common to the three batch actions: what refuses a request as a whole, and how single entries fail.

import { ERRORS, MillraceError } from '@millrace/client';
import { SQS_ERRORS, SqsError, type SqsErrorName } from '../errors.ts';
import type { OutputOf } from '../model/actions.ts';

const BATCH_ENTRIES_MAX = 10;
const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;

interface Entry {
  readonly Id: string;
}

export type Failed = NonNullable<OutputOf<'SendMessageBatch'>['Failed']>[number];

/** Throws what refuses the whole request. `check` looks at an entry between its id's form and its being said once. */
export function checkEntries<E extends Entry>(
  entries: readonly E[],
  kind: string,
  check: (entry: E) => void = () => {},
): void {
  if (entries.length === 0) {
    const text = `There should be at least one ${kind} in the request.`;
    throw new SqsError('EmptyBatchRequest', text);
  }
  if (entries.length > BATCH_ENTRIES_MAX) {
    const text = `Maximum number of entries per request are ${BATCH_ENTRIES_MAX}. You have sent ${entries.length}.`;
    throw new SqsError('TooManyEntriesInBatchRequest', text);
  }
  const ids = new Set<string>();
  for (const entry of entries) {
    if (!ENTRY_ID.test(entry.Id)) throw new SqsError('InvalidBatchEntryId');
    check(entry);
    if (ids.has(entry.Id))
      throw new SqsError('BatchEntryIdsNotDistinct', `Id ${entry.Id} repeated.`);
    ids.add(entry.Id);
  }
}

/** Anything but an error of ours or of the broker is a fault and goes on. */
export function failedEntry(Id: string, error: unknown): Failed {
  const { error: name, message } = asSqsError(error);
  const { code: Code, status } = SQS_ERRORS[name];
  return { Id, SenderFault: status < 500, Code, Message: message };
}

function asSqsError(error: unknown): { readonly error: SqsErrorName; readonly message: string } {
  if (error instanceof SqsError) return error;
  if (!(error instanceof MillraceError)) throw error;
  const name = ERRORS[error.code].sqs;
  const isKnown = Object.hasOwn(SQS_ERRORS, name);
  return { error: isKnown ? (name as SqsErrorName) : 'InternalFailure', message: error.message };
}

/** A reply of a batch: lists without entries are left out. */
export function batchReply<S extends Entry>(
  Successful: readonly S[],
  Failed: readonly Failed[],
): { readonly Successful?: readonly S[]; readonly Failed?: readonly Failed[] } {
  if (Failed.length === 0) return { Successful };
  return Successful.length === 0 ? { Failed } : { Successful, Failed };
}
