// DeleteMessage and ChangeMessageVisibility, alone and in batches: what is said of leases by their handles, and what the
// broker's outcomes mean. All of a moment goes in one request, since the queue's one object says it.

import type { MillraceError, ReceiptAck, ReceiptOutcome } from '@millrace/client';
import { LIMITS } from '@millrace/protocol';
import type { InputOf, OutputOf } from '../model/actions.ts';
import type { SqsQueue } from '../queues/queue.ts';
import { batchReply, checkEntries, type Failed, failedEntry } from './batch-entries.ts';
import { invalid, missing } from './check-message.ts';
import type { QueueAccess } from './queue-access.ts';
import { checkHandle, handleFault, receiptHandleIsInvalid } from './receipt-handle.ts';

const VISIBILITY_SECONDS_MAX = LIMITS.visibilityTimeoutMsMax / 1_000;

type BatchOutput = OutputOf<'DeleteMessageBatch'>;
type Change = InputOf<'ChangeMessageVisibilityBatch'>['Entries'][number];

export async function deleteMessage(
  access: QueueAccess,
  { QueueUrl, ReceiptHandle }: InputOf<'DeleteMessage'>,
): Promise<OutputOf<'DeleteMessage'>> {
  const queue = await access.find(QueueUrl);
  await checkHandle(access, queue, ReceiptHandle);
  await settle(access, queue, { receipt: ReceiptHandle, kind: 'accept' });
  return {};
}

export async function deleteMessageBatch(
  access: QueueAccess,
  { QueueUrl, Entries }: InputOf<'DeleteMessageBatch'>,
): Promise<BatchOutput> {
  const queue = await access.find(QueueUrl);
  checkEntries(Entries, 'DeleteMessageBatchRequestEntry');
  return settleEach(access, queue, Entries, ({ ReceiptHandle }) => ({
    receipt: ReceiptHandle,
    kind: 'accept',
  }));
}

export async function changeMessageVisibility(
  access: QueueAccess,
  { QueueUrl, ReceiptHandle, VisibilityTimeout }: InputOf<'ChangeMessageVisibility'>,
): Promise<OutputOf<'ChangeMessageVisibility'>> {
  const queue = await access.find(QueueUrl);
  checkVisibility(VisibilityTimeout);
  await checkHandle(access, queue, ReceiptHandle);
  await settle(access, queue, extension(ReceiptHandle, VisibilityTimeout));
  return {};
}

export async function changeMessageVisibilityBatch(
  access: QueueAccess,
  { QueueUrl, Entries }: InputOf<'ChangeMessageVisibilityBatch'>,
): Promise<BatchOutput> {
  const queue = await access.find(QueueUrl);
  checkEntries(Entries, 'ChangeMessageVisibilityBatchRequestEntry');
  return settleEach(access, queue, Entries, extensionOf);
}

/** Throws InvalidParameterValue. */
export function checkVisibility(seconds: number): void {
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= VISIBILITY_SECONDS_MAX) return;
  const reason = `Must be >= 0 and <= ${VISIBILITY_SECONDS_MAX}, if provided.`;
  throw invalid(`Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: ${reason}`);
}

function extensionOf({ ReceiptHandle, VisibilityTimeout }: Change): ReceiptAck {
  if (VisibilityTimeout === undefined) throw missing('VisibilityTimeout');
  checkVisibility(VisibilityTimeout);
  return extension(ReceiptHandle, VisibilityTimeout);
}

function extension(receipt: string, seconds: number): ReceiptAck {
  return { receipt, kind: 'extend', delayMs: seconds * 1_000 };
}

interface Entry {
  readonly Id: string;
  readonly ReceiptHandle: string;
}

/** What is wrong with one entry is told of it alone. */
async function settleEach<E extends Entry>(
  access: QueueAccess,
  queue: SqsQueue,
  entries: readonly E[],
  ackOf: (entry: E) => ReceiptAck,
): Promise<BatchOutput> {
  const failed: Failed[] = [];
  const good: { readonly Id: string }[] = [];
  const acks: ReceiptAck[] = [];
  for (const entry of entries) {
    const { Id } = entry;
    try {
      const ack = ackOf(entry);
      const checked = checkHandle(access, queue, entry.ReceiptHandle);
      if (checked !== undefined) await checked;
      acks.push(ack);
      good.push({ Id });
    } catch (error) {
      failed.push(failedEntry(Id, error));
    }
  }
  const outcomes = acks.length === 0 ? [] : await say(access, queue, acks);
  const done: { readonly Id: string }[] = [];
  for (const [index, entry] of good.entries()) {
    const error = outcomes[index]?.error ?? undefined;
    const fault = error && faultOf(error, acks[index] as ReceiptAck);
    if (fault === undefined) done.push(entry);
    else failed.push(failedEntry(entry.Id, access.errorOf(fault, queue)));
  }
  return batchReply(done, failed);
}

async function settle(access: QueueAccess, queue: SqsQueue, ack: ReceiptAck): Promise<void> {
  const [outcome] = await say(access, queue, [ack]);
  const error = outcome?.error ?? undefined;
  const fault = error && faultOf(error, ack);
  if (fault !== undefined) throw access.errorOf(fault, queue);
}

/**
 * One outcome a statement. The twelve hours of a lease are counted in whole seconds: to ask for all of them right after the
 * receive is no fault, though some milliseconds have passed.
 */
async function say(
  access: QueueAccess,
  queue: SqsQueue,
  acks: readonly ReceiptAck[],
): Promise<ReceiptOutcome[]> {
  const shared = access.session.queues(queue.name);
  const outcomes = await shared.acknowledge(acks);
  const tooLong = acks.filter((_, index) => outcomes[index]?.error?.code === 'LEASE_TOO_LONG');
  if (tooLong.length === 0) return outcomes;
  const again = await shared.acknowledge(tooLong.map(withinTheSecond));
  return outcomes.map((outcome) =>
    outcome.error?.code === 'LEASE_TOO_LONG' ? (again.shift() ?? outcome) : outcome,
  );
}

function withinTheSecond(ack: ReceiptAck): ReceiptAck {
  return { ...ack, delayMs: Math.max(0, (ack.delayMs ?? 0) - 999) };
}

/** What a sender of the request is told; undefined where it counts as done. */
function faultOf(error: MillraceError, { receipt, kind }: ReceiptAck): Error | undefined {
  const { code } = error;
  if (code === 'ALREADY_RESOLVED') {
    return kind === 'accept' ? undefined : handleFault(receipt, NOT_AVAILABLE);
  }
  if (code === 'STALE_LEASE') {
    return handleFault(receipt, kind === 'accept' ? EXPIRED : NOT_AVAILABLE);
  }
  if (code === 'LEASE_TOO_LONG') return handleFault(receipt, TOO_LONG);
  const isUnknown = code === 'UNKNOWN_RECEIPT' || code === 'UNKNOWN_PARTITION';
  return isUnknown ? receiptHandleIsInvalid(receipt) : error;
}

const EXPIRED = 'The receipt handle has expired.';
const NOT_AVAILABLE = 'Message does not exist or is not available for visibility timeout change.';
const TOO_LONG = `Total VisibilityTimeout for the message is beyond the limit [${VISIBILITY_SECONDS_MAX} seconds]`;
