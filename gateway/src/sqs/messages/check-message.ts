// One message as a sender gives it: refused with the service's texts, in the service's order, or ready to be stored. What is
// wrong with a batch as a whole is looked at before, elsewhere.

import { hash } from 'node:crypto';
import { SqsError } from '../errors.ts';
import type { SqsCall } from '../handler.ts';
import type { MessageMembers } from '../model/actions.ts';
import type { SqsQueue } from '../queues/queue.ts';
import type { Attribute } from './attribute.ts';
import {
  attributesSize,
  checkAttributes,
  checkSystemAttributes,
  TRACE_HEADER_BYTES_MAX,
} from './check-attributes.ts';
import { isId, isMessageText } from './message-text.ts';
import type { NewMessage } from './record.ts';

const DELAY_SECONDS_MAX = 900;

export interface Weighed {
  readonly given: MessageMembers;
  readonly bytes: Buffer;
  /** Of the body and of the attributes. */
  readonly size: number;
}

/** A message that will be stored, and what its sender is told sums of. */
export interface CheckedMessage extends NewMessage {
  readonly systemAttributes: readonly Attribute[];
}

/** How a message that is too large is told so: the words differ in a batch. */
type Judgement = 'are invalid' | 'cannot be validated';

export function weigh(given: MessageMembers): Weighed {
  const bytes = Buffer.from(given.MessageBody, 'utf8');
  return { given, bytes, size: bytes.length + attributesSize(given.MessageAttributes) };
}

/** Throws SqsError. */
export function checkMessage(
  { given, bytes, size }: Weighed,
  queue: SqsQueue,
  call: SqsCall,
  judgement: Judgement,
): CheckedMessage {
  if (bytes.length === 0) throw missing('MessageBody');
  if (size > queue.messageBytesMax) {
    const reason = `Message must be shorter than ${queue.messageBytesMax} bytes.`;
    throw invalid(`One or more parameters ${judgement}. Reason: ${reason}`);
  }
  if (!isMessageText(given.MessageBody)) throw new SqsError('InvalidMessageContents');
  const attributes = checkAttributes(given.MessageAttributes);
  const trace = checkSystemAttributes(given.MessageSystemAttributes);
  const dedupId = checkId('MessageDeduplicationId', given.MessageDeduplicationId);
  const groupId = checkId('MessageGroupId', given.MessageGroupId);
  const { DelaySeconds } = given;
  if (DelaySeconds !== undefined) checkDelay(DelaySeconds);
  if (queue.isFifo) checkFifo(given, groupId);
  else if (dedupId !== undefined) throw notForThisQueue('MessageDeduplicationId', dedupId);
  return {
    bytes,
    attributes,
    systemAttributes: trace === undefined ? [] : [trace],
    groupId,
    dedupId: queue.isFifo ? (dedupId ?? dedupIdOf(bytes, queue)) : undefined,
    delayMs: queue.isFifo || DelaySeconds === undefined ? queue.delayMs : DelaySeconds * 1_000,
    traceHeader: (trace?.value as string | undefined) ?? traceHeaderOf(call),
    sender: call.sender === call.account ? undefined : call.sender,
  };
}

/** An empty id counts as none. Throws InvalidParameterValue. */
export function checkId(parameter: string, id: string | undefined): string | undefined {
  if (id === undefined || id === '') return undefined;
  if (isId(id)) return id;
  const reason = `${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
  throw invalid(`Value ${id} for parameter ${parameter} is invalid. Reason: ${reason}`);
}

function checkDelay(seconds: number): void {
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= DELAY_SECONDS_MAX) return;
  const reason = `DelaySeconds must be >= 0 and <= ${DELAY_SECONDS_MAX}.`;
  throw invalid(`Value ${seconds} for parameter DelaySeconds is invalid. Reason: ${reason}`);
}

function checkFifo({ DelaySeconds = 0 }: MessageMembers, groupId: string | undefined): void {
  if (DelaySeconds > 0) {
    const reason = 'The request include parameter that is not valid for this queue type.';
    throw invalid(`Value ${DelaySeconds} for parameter DelaySeconds is invalid. Reason: ${reason}`);
  }
  if (groupId === undefined) throw missing('MessageGroupId');
}

/** By content where the queue is told to; the id that was computed is shown like one that was given. */
function dedupIdOf(bytes: Uint8Array, queue: SqsQueue): string {
  if (queue.contentBasedDeduplication) return hash('sha256', bytes);
  throw noDedupId();
}

export function noDedupId(): SqsError {
  return invalid(
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
}

/** A proxy's header is no parameter of the request: one that cannot be kept is passed over. */
function traceHeaderOf({ traceHeader }: SqsCall): string | undefined {
  if (traceHeader === undefined || traceHeader === '') return undefined;
  const isShort = Buffer.byteLength(traceHeader) <= TRACE_HEADER_BYTES_MAX;
  return isShort && isMessageText(traceHeader) ? traceHeader : undefined;
}

export function missing(parameter: string): SqsError {
  return new SqsError('MissingParameter', `The request must contain the parameter ${parameter}.`);
}

function notForThisQueue(parameter: string, value: string): SqsError {
  const reason = 'The request includes a parameter that is not valid for this queue type.';
  return invalid(`Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`);
}

export function invalid(text: string): SqsError {
  return new SqsError('InvalidParameterValue', text);
}
