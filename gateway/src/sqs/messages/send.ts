// SendMessage and SendMessageBatch. Sends of one moment share batches of the one producer; nothing is answered before it is
// on the broker's disk.

import { type MillraceError, SendBatchError, type SentBatch } from '@millrace/client';
import { messageId } from '@millrace/protocol';
import { SqsError } from '../errors.ts';
import type { SqsCall } from '../handler.ts';
import type { InputOf, OutputOf } from '../model/actions.ts';
import type { SqsQueue } from '../queues/queue.ts';
import { batchReply, checkEntries, type Failed, failedEntry } from './batch-entries.ts';
import {
  type CheckedMessage,
  checkMessage,
  invalid,
  noDedupId,
  type Weighed,
  weigh,
} from './check-message.ts';
import { md5, md5OfAttributes } from './md5.ts';
import type { QueueAccess } from './queue-access.ts';
import { toRecord } from './record.ts';
import { sequenceNumber } from './sequence-number.ts';

const BATCH_BYTES_MAX = 1_048_576;

type SendInput = InputOf<'SendMessage'>;
type BatchInput = InputOf<'SendMessageBatch'>;
type Sent = OutputOf<'SendMessage'>;
type SentEntry = NonNullable<OutputOf<'SendMessageBatch'>['Successful']>[number];

export async function sendMessage(
  access: QueueAccess,
  input: SendInput,
  call: SqsCall,
): Promise<Sent> {
  const queue = await access.find(input.QueueUrl);
  const message = checkMessage(weigh(input), queue, call, 'are invalid');
  try {
    const { id, offset } = await access.session.producer.send(toRecord(message, queue));
    return replyOf(queue, message, id, offset);
  } catch (error) {
    throw access.errorOf(error, queue);
  }
}

/** Of the entries, those that can be are sent; each has its own outcome. */
export async function sendMessageBatch(
  access: QueueAccess,
  input: BatchInput,
  call: SqsCall,
): Promise<OutputOf<'SendMessageBatch'>> {
  const queue = await access.find(input.QueueUrl);
  checkEntries(input.Entries, 'SendMessageBatchRequestEntry', (entry) =>
    checkFifoIds(entry, queue),
  );
  const weighed = input.Entries.map(weigh);
  checkTotal(weighed);
  const failed: Failed[] = [];
  const ids: string[] = [];
  const messages: CheckedMessage[] = [];
  for (const [index, { Id }] of input.Entries.entries()) {
    try {
      messages.push(checkMessage(weighed[index] as Weighed, queue, call, 'cannot be validated'));
      ids.push(Id);
    } catch (error) {
      failed.push(failedEntry(Id, error));
    }
  }
  if (messages.length === 0) return batchReply<SentEntry>([], failed);
  const { sent, error } = await sendAll(access, queue, messages);
  const successful: SentEntry[] = [];
  for (const [index, message] of messages.entries()) {
    const Id = ids[index] as string;
    const offset = sent.offsets[index] ?? -1;
    if (offset < 0) failed.push(failedEntry(Id, error));
    else {
      const id = messageId(sent.topicId, sent.partitions[index] as number, offset);
      successful.push(Object.assign(replyOf(queue, message, id, offset), { Id }));
    }
  }
  return batchReply(successful, failed);
}

interface Outcome {
  readonly sent: Pick<SentBatch, 'topicId' | 'partitions' | 'offsets'>;
  /** Of those that were not stored. */
  readonly error: MillraceError | undefined;
}

/** Throws where none was stored: callers send the whole request again. */
async function sendAll(
  access: QueueAccess,
  queue: SqsQueue,
  messages: readonly CheckedMessage[],
): Promise<Outcome> {
  const records = messages.map((message) => toRecord(message, queue));
  try {
    return {
      sent: await access.session.producer.sendBatch(queue.name, records),
      error: undefined,
    };
  } catch (error) {
    const isPartial = error instanceof SendBatchError && error.failures < messages.length;
    if (isPartial) return { sent: error, error };
    throw access.errorOf(error, queue);
  }
}

function checkFifoIds(entry: BatchInput['Entries'][number], queue: SqsQueue): void {
  if (!queue.isFifo) return;
  const { MessageDeduplicationId = '', MessageGroupId = '' } = entry;
  if (MessageDeduplicationId === '' && !queue.contentBasedDeduplication) throw noDedupId();
  if (MessageGroupId === '')
    throw invalid('The request must contain the parameter MessageGroupId.');
}

function checkTotal(weighed: readonly Weighed[]): void {
  const total = weighed.reduce((sum, { size }) => sum + size, 0);
  if (total <= BATCH_BYTES_MAX) return;
  const text = `Batch requests cannot be longer than ${BATCH_BYTES_MAX} bytes. You have sent ${total} bytes.`;
  throw new SqsError('BatchRequestTooLong', text);
}

function replyOf(
  { isFifo }: SqsQueue,
  { bytes, attributes, systemAttributes }: CheckedMessage,
  MessageId: string,
  offset: number,
): Sent {
  const sent: { -readonly [N in keyof Sent]: Sent[N] } = {
    MessageId,
    MD5OfMessageBody: md5(bytes),
  };
  if (attributes.length > 0) sent.MD5OfMessageAttributes = md5OfAttributes(attributes);
  if (systemAttributes.length > 0) {
    sent.MD5OfMessageSystemAttributes = md5OfAttributes(systemAttributes);
  }
  if (isFifo) sent.SequenceNumber = sequenceNumber(offset);
  return sent;
}
