// A record of the log as a reader over HTTP sees it: the same as any other message of REST.

import { type LogRecord, messageId } from '@millrace/protocol';
import { jsonText } from '../json/raw-json.ts';
import { messageShape } from '../schemas/message.ts';
import type { TailPlan } from './tail.ts';

/** JSON in one line. */
export function tailedText(
  { topic, topicId }: TailPlan,
  partition: number,
  record: LogRecord,
): string {
  const { offset, timestampMs, key, value, headers } = record;
  const id = messageId(topicId, partition, offset);
  const place = { id, topic, partition, offset, timestampMs };
  return jsonText(messageShape({ ...place, keyBytes: key, valueBytes: value, headers }));
}
