// Names of attributes by OpenTelemetry's semantic conventions for messaging, and Millrace's own beside them; and how an
// outcome stands in a span. It makes no spans.

import { MillraceError } from '@millrace/protocol';
import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api';
import type { Message } from '../message.ts';

export const ATTRIBUTES = {
  system: 'messaging.system',
  operationName: 'messaging.operation.name',
  operationType: 'messaging.operation.type',
  destination: 'messaging.destination.name',
  partition: 'messaging.destination.partition.id',
  group: 'messaging.consumer.group.name',
  clientId: 'messaging.client.id',
  messageId: 'messaging.message.id',
  messageCount: 'messaging.batch.message_count',
  errorType: 'error.type',
  offset: 'messaging.millrace.message.offset',
  deliveries: 'messaging.millrace.message.delivery_count',
} as const;

/** What a span is of: its name is that of the operation and the topic. */
export interface Operation {
  readonly name: string;
  /** Undefined: none of those that the conventions know. */
  readonly type?: 'create' | 'send' | 'receive' | 'process' | 'settle' | undefined;
  /** Undefined: several. */
  readonly topic?: string | undefined;
  readonly group?: string | undefined;
  readonly clientName?: string | undefined;
  /** Of a call that takes or gives several. */
  readonly messages?: number | undefined;
}

export function spanName({ name, topic }: Operation): string {
  return topic === undefined ? name : `${name} ${topic}`;
}

export function attributesOf(operation: Operation): Attributes {
  const { name, type, topic, group, clientName, messages } = operation;
  return {
    [ATTRIBUTES.system]: 'millrace',
    [ATTRIBUTES.operationName]: name,
    [ATTRIBUTES.operationType]: type,
    [ATTRIBUTES.destination]: topic,
    [ATTRIBUTES.group]: group,
    [ATTRIBUTES.clientId]: clientName,
    [ATTRIBUTES.messageCount]: messages,
  };
}

/** Of one message that was received. */
export function messageAttributes(message: Message<unknown>): Attributes {
  const { deliveries } = message as { deliveries?: number };
  return {
    [ATTRIBUTES.partition]: String(message.partition),
    [ATTRIBUTES.messageId]: message.id,
    [ATTRIBUTES.offset]: message.offset,
    [ATTRIBUTES.deliveries]: deliveries,
  };
}

/** The topic of all of them, if it is one. */
export function oneTopic(topics: Iterable<string>): string | undefined {
  const distinct = new Set(topics);
  return distinct.size === 1 ? [...distinct][0] : undefined;
}

export function recordFailure(span: Span, error: unknown): void {
  const isError = error instanceof Error;
  const type = error instanceof MillraceError ? error.code : isError ? error.name : typeof error;
  span.setAttribute(ATTRIBUTES.errorType, type);
  span.recordException(isError ? error : String(error));
  span.setStatus({
    code: SpanStatusCode.ERROR,
    message: isError ? error.message : String(error),
  });
}
