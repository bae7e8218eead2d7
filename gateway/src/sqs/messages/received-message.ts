// A leased message as ReceiveMessage tells of it.

import type { LeasedMessage } from '@millrace/client';
import { DEAD_LETTER_HEADERS } from '@millrace/protocol';
import type { SqsCall } from '../handler.ts';
import type { OutputOf } from '../model/actions.ts';
import type { SqsQueue } from '../queues/queue.ts';
import { attributeValues } from './attribute.ts';
import { md5, md5OfAttributes } from './md5.ts';
import { fromRecord, type SqsMessage } from './record.ts';
import type { AttributeSelection, SystemAttribute, SystemSelection } from './selection.ts';
import { sequenceNumber } from './sequence-number.ts';

type ReceivedMessage = NonNullable<OutputOf<'ReceiveMessage'>['Messages']>[number];
type Writable<T> = { -readonly [N in keyof T]: T[N] };

/** Of the queues that it died in before. */
interface Provenance {
  readonly messageId: string | undefined;
  readonly deliveries: number;
  readonly topic: string | undefined;
}

export interface Asked {
  readonly queue: SqsQueue;
  readonly call: SqsCall;
  readonly attributes: AttributeSelection;
  readonly system: SystemSelection;
}

export function receivedMessage(leased: LeasedMessage<Uint8Array>, asked: Asked): ReceivedMessage {
  const { headers } = leased;
  const { keyBytes, valueBytes } = leased;
  const message = fromRecord({ keyBytes, valueBytes, headers }, asked.queue);
  const provenance = headers.length === 0 ? NO_PROVENANCE : provenanceOf(headers);
  const received: Writable<ReceivedMessage> = {
    MessageId: provenance.messageId ?? leased.id,
    ReceiptHandle: leased.receipt,
    MD5OfBody: md5(message.body),
    Body: message.body,
  };
  if (!asked.system.isEmpty) {
    const values = systemValues(leased, message, provenance, asked);
    for (const _ in values) {
      received.Attributes = values;
      break;
    }
  }
  const attributes = asked.attributes.of(message.attributes);
  if (attributes.length > 0) {
    received.MD5OfMessageAttributes = md5OfAttributes(attributes);
    received.MessageAttributes = attributeValues(attributes);
  }
  return received;
}

function systemValues(
  leased: LeasedMessage<Uint8Array>,
  message: SqsMessage,
  { deliveries, topic }: Provenance,
  { queue, call, system }: Asked,
): Record<string, string> {
  const values: Record<string, string> = {};
  const add = (name: SystemAttribute, value: string | undefined) => {
    if (value !== undefined && system.has(name)) values[name] = value;
  };
  add('SenderId', message.sender ?? call.account);
  add('SentTimestamp', String(leased.timestampMs));
  add('ApproximateReceiveCount', String(leased.deliveries + deliveries));
  add('ApproximateFirstReceiveTimestamp', String(leased.firstDeliveredAtMs));
  add('MessageGroupId', message.groupId);
  if (queue.isFifo) {
    add('SequenceNumber', sequenceNumber(leased.offset));
    add('MessageDeduplicationId', message.dedupId);
  }
  add('AWSTraceHeader', message.traceHeader);
  if (topic !== undefined) {
    add('DeadLetterQueueSourceArn', `arn:aws:sqs:${call.region}:${call.account}:${topic}`);
  }
  return values;
}

const NO_PROVENANCE: Provenance = { messageId: undefined, deliveries: 0, topic: undefined };
const MESSAGE_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const COUNT = /^\d{1,9}$/;
const TOPIC = /^[\w.-]{1,249}$/;

/** Of a dead letter's headers; anybody may have written them. */
function provenanceOf(headers: LeasedMessage<Uint8Array>['headers']): Provenance {
  const text = (name: string, form: RegExp): string | undefined => {
    const bytes = headers.findLast(([header]) => header === name)?.[1];
    if (bytes === undefined) return undefined;
    const found = Buffer.from(bytes).toString('latin1');
    return form.test(found) ? found : undefined;
  };
  const count = (name: string) => Number(text(name, COUNT) ?? 0);
  if (!headers.some(([name]) => name === DEAD_LETTER_HEADERS.topic)) return NO_PROVENANCE;
  return {
    messageId: text(DEAD_LETTER_HEADERS.messageId, MESSAGE_ID),
    deliveries:
      count(DEAD_LETTER_HEADERS.deliveries) + count(DEAD_LETTER_HEADERS.earlierDeliveries),
    topic: text(DEAD_LETTER_HEADERS.topic, TOPIC),
  };
}
