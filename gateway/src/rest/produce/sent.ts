// Where a message came to lie, as an answer says it.

import type { SentMessage } from '@millrace/client';
import type { Static } from 'typebox';
import type { SentSchema } from '../schemas/message.ts';

export type Sent = Static<typeof SentSchema>;

export function sentShape(sent: SentMessage): Sent {
  const { id, topic, partition, offset, duplicate } = sent;
  return { id, topic, partition, offset, duplicate };
}
