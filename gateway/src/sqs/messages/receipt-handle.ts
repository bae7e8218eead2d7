// Receipt handles: the native receipt of one message as it is. A handle names queue, message and lease, so that any gateway
// can act on it.

import { parseReceipt, type Receipt } from '@millrace/protocol';
import { SqsError } from '../errors.ts';
import type { SqsQueue } from '../queues/queue.ts';
import { invalid, missing } from './check-message.ts';
import type { QueueAccess } from './queue-access.ts';

export function receiptHandleIsInvalid(handle: string): SqsError {
  const text = `The input receipt handle "${handle}" is not a valid receipt handle.`;
  return new SqsError('ReceiptHandleIsInvalid', text);
}

export function handleFault(handle: string, reason: string): SqsError {
  return invalid(`Value ${handle} for parameter ReceiptHandle is invalid. Reason: ${reason}`);
}

/**
 * Throws MissingParameter, or ReceiptHandleIsInvalid where the handle was never given by this queue. Has to be waited for
 * only where it is not of the queue as we know it: one of this name may have been made anew meanwhile.
 */
export function checkHandle(
  access: QueueAccess,
  queue: SqsQueue,
  handle: string,
): Promise<void> | undefined {
  if (handle === '') throw missing('ReceiptHandle');
  const receipt = readHandle(handle);
  return isOf(queue, receipt) ? undefined : checkAnew(access, queue, receipt, handle);
}

async function checkAnew(
  access: QueueAccess,
  queue: SqsQueue,
  receipt: Receipt,
  handle: string,
): Promise<void> {
  if (isOf(await access.findAnew(queue), receipt)) return;
  const text = `The receipt handle "${handle}" is not valid for this queue.`;
  throw new SqsError('ReceiptHandleIsInvalid', text);
}

function isOf(queue: SqsQueue, { topicId, partition }: Receipt): boolean {
  return topicId === queue.topicId && partition < queue.partitions;
}

function readHandle(handle: string): Receipt {
  let receipt: Receipt;
  try {
    receipt = parseReceipt(handle);
  } catch {
    throw receiptHandleIsInvalid(handle);
  }
  const isOfOne = receipt.firstOffset === receipt.lastOffset;
  if (!isOfOne || (receipt.groupId ?? null) !== null) throw receiptHandleIsInvalid(handle);
  return receipt;
}
