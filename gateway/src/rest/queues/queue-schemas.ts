// Shapes that several routes of queues share.

import { LIMITS, MESSAGE_STATES } from '@millrace/protocol';
import type { Static } from 'typebox';
import { MessageSchema } from '../schemas/message.ts';
import {
  closed,
  GroupName,
  Offset,
  orNull,
  Partition,
  TopicName,
  word,
} from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';

/** Of a queue that is not there, or is none. */
export const NO_QUEUE = ['UNKNOWN_GROUP', 'GROUP_KIND_MISMATCH', 'TOPIC_NOT_IN_GROUP'] as const;

export const QueueParams = closed({ queue: GroupName });
export const MessageParams = closed({
  queue: GroupName,
  id: Type.String({ description: 'A message id.', maxLength: 64 }),
});

/** Where a queue takes from several topics. */
export const TopicQuery = closed({
  topic: Type.Optional(
    Type.String({
      description: 'Which of its topics; default: that of the same name, or the only one.',
      maxLength: LIMITS.topicNameBytesMax,
    }),
  ),
});

const time = (description: string) =>
  orNull(Type.Integer({ description: `${description}, ms since 1970.` }));

/** A message as its queue sees it. */
const VIEW = {
  id: Type.String({ description: 'The message id.' }),
  topic: TopicName,
  partition: Partition,
  offset: Offset,
  state: word(MESSAGE_STATES, { description: 'What it is in this queue.' }),
  deliveries: Type.Integer({ description: 'How often it was delivered.' }),
  memberId: orNull(Type.String({ description: 'leased: who has it.' })),
  untilMs: time('leased: when the lease ends; scheduled: when it becomes ready'),
  firstDeliveredAtMs: time('When it was delivered first'),
  lastError: orNull(Type.String({ description: 'Why the last attempt failed.' })),
  deadReason: orNull(Type.String({ description: 'dead: why.' })),
};

const message = orNull(MessageSchema);

/** A message in a list; `message` is null where the log holds it no longer, and absent where it was not asked for. */
export const QueuedSchema = closed({ ...VIEW, message: Type.Optional(message) });
export type QueuedShape = Static<typeof QueuedSchema>;

export const QueuedDetails = closed({
  ...VIEW,
  appendedAtMs: time('When it was appended; null where the log holds it no longer'),
  message,
  result: orNull(
    closed(
      {
        payload: Type.Optional(Type.Unknown({ description: 'The result, where it is JSON.' })),
        payloadText: Type.Optional(Type.String({ description: 'The result, where it is text.' })),
        payloadBase64: Type.Optional(Type.String({ description: 'The result, otherwise.' })),
        atMs: Type.Integer({ description: 'When the message was acknowledged, ms since 1970.' }),
        expiresAtMs: Type.Integer({ description: 'When the result goes, ms since 1970.' }),
      },
      { description: 'What was said with its acknowledgement.' },
    ),
  ),
});
export type QueuedDetails = Static<typeof QueuedDetails>;
