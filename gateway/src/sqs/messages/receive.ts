// ReceiveMessage. One that waits does so over connections of its own; one whose caller went away gives back what it was
// leased, as if it had never been delivered.

import { type LeasedMessage, MillraceError, type ReceiveOptions } from '@millrace/client';
import { handOver } from '../../receiver/hand-over.ts';
import { SqsError } from '../errors.ts';
import type { SqsCall } from '../handler.ts';
import type { InputOf, OutputOf } from '../model/actions.ts';
import { isAttributeName } from '../queues/attributes.ts';
import type { SqsQueue } from '../queues/queue.ts';
import { checkId, invalid } from './check-message.ts';
import type { QueueAccess } from './queue-access.ts';
import { receivedMessage } from './received-message.ts';
import { AttributeSelection, SystemSelection } from './selection.ts';
import { checkVisibility } from './settle.ts';

const RECEIVE_MESSAGES_MAX = 10;
const WAIT_SECONDS_MAX = 20;
/** One for all gateways: a receive that is asked for again may come through another one. */
const MEMBER_ID = 'sqs';

type Input = InputOf<'ReceiveMessage'>;
type Leased = LeasedMessage<Uint8Array>;

export async function receiveMessage(
  access: QueueAccess,
  input: Input,
  call: SqsCall,
): Promise<OutputOf<'ReceiveMessage'>> {
  const queue = await access.find(input.QueueUrl);
  const options = optionsOf(input, queue, call);
  const asked = {
    queue,
    call,
    attributes: new AttributeSelection(input.MessageAttributeNames ?? []),
    system: systemSelection(input),
  };
  const leased = await lease(access, queue, options);
  if (leased.length === 0) return {};
  if (!(await handOver(leased, call, { hasWaited: options.maxWaitMs > 0 }))) {
    if (access.session.closing.aborted) return {};
    throw new MillraceError('ABORTED', 'The caller went away before its messages came.');
  }
  const inOrder = queue.isFifo ? byGroup(leased) : leased;
  return { Messages: inOrder.map((message) => receivedMessage(message, asked)) };
}

/** The older member is read where the newer one is absent; it was declared with names of queues' attributes. */
function systemSelection({ AttributeNames, MessageSystemAttributeNames = [] }: Input) {
  if (MessageSystemAttributeNames.length > 0)
    return new SystemSelection(MessageSystemAttributeNames);
  return new SystemSelection(AttributeNames ?? [], isAttributeName);
}

interface Options extends ReceiveOptions {
  readonly maxWaitMs: number;
}

/** Throws InvalidParameterValue. */
function optionsOf(input: Input, queue: SqsQueue, call: SqsCall): Options {
  const { MaxNumberOfMessages = 1, VisibilityTimeout, WaitTimeSeconds } = input;
  if (!isWithin(MaxNumberOfMessages, 1, RECEIVE_MESSAGES_MAX)) {
    const reason = `Must be between 1 and ${RECEIVE_MESSAGES_MAX}, if provided.`;
    throw outOfRange(MaxNumberOfMessages, 'MaxNumberOfMessages', reason);
  }
  if (VisibilityTimeout !== undefined) checkVisibility(VisibilityTimeout);
  if (WaitTimeSeconds !== undefined && !isWithin(WaitTimeSeconds, 0, WAIT_SECONDS_MAX)) {
    const reason = `Must be >= 0 and <= ${WAIT_SECONDS_MAX}, if provided.`;
    throw outOfRange(WaitTimeSeconds, 'WaitTimeSeconds', reason);
  }
  const attemptId = checkId('ReceiveRequestAttemptId', input.ReceiveRequestAttemptId);
  const maxWaitMs = WaitTimeSeconds === undefined ? queue.waitMs : WaitTimeSeconds * 1_000;
  return {
    topics: queue.name,
    maxMessages: MaxNumberOfMessages,
    maxWaitMs,
    visibilityTimeoutMs: VisibilityTimeout === undefined ? undefined : VisibilityTimeout * 1_000,
    memberId: MEMBER_ID,
    attemptId: queue.isFifo ? (attemptId ?? null) : null,
    // One that does not wait is over before anybody could give it up.
    signal: maxWaitMs > 0 ? call.signal : undefined,
  };
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

function outOfRange(value: number, parameter: string, reason: string): SqsError {
  return invalid(`Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`);
}

/** None where the gateway shuts down: the caller asks again, elsewhere. */
async function lease(access: QueueAccess, queue: SqsQueue, options: Options): Promise<Leased[]> {
  const { receiver, queues, closing } = access.session;
  try {
    if (options.maxWaitMs > 0) return await receiver.receive(queue.name, options);
    return await queues(queue.name).receive(options);
  } catch (error) {
    const code = error instanceof MillraceError ? error.code : undefined;
    if (code === 'ABORTED' && closing.aborted) return [];
    if (code !== 'TOO_MANY_IN_FLIGHT') throw access.errorOf(error, queue);
    if (queue.isFifo) return [];
    const text =
      'Too many messages are in flight: delete some, or wait until they are visible again.';
    throw new SqsError('OverLimit', text, { cause: error });
  }
}

/** Messages of a group together, groups in the order of their first ones. */
function byGroup(leased: readonly Leased[]): readonly Leased[] {
  if (leased.length === 1) return leased;
  const groups = new Map<string | null, Leased[]>();
  for (const message of leased) {
    const name =
      message.keyBytes === null ? null : Buffer.from(message.keyBytes).toString('latin1');
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [message]);
    else group.push(message);
  }
  return [...groups.values()].flat();
}
