// Looking at messages without leasing them.

import { NO_ERROR, POSITION, type ResponseOf, readRecords } from '@millrace/protocol';
import type { Codec } from '../codecs.ts';
import { type Message, RecordMessage } from '../message.ts';
import { type Metadata, onlyOne, outcomeError } from '../metadata.ts';
import type { Link, RequestOptions } from '../net/link.ts';
import { type GroupView, groupView } from './group-view.ts';

export interface PeekOptions extends RequestOptions {
  readonly topic: string;
  /** Default 0. */
  readonly partition?: number | undefined;
  /** Default: the first offset the partition holds. */
  readonly fromOffset?: number | undefined;
  /** Default 10, at most 1,000. */
  readonly maxMessages?: number | undefined;
  /** Default 1 MiB; the first batch always comes. */
  readonly maxBytes?: number | undefined;
}

/** Where to look, and with whose eyes. */
export interface GroupPeekOptions extends PeekOptions {
  /** Default: none, messages as the log has them. */
  readonly group?: string | undefined;
}

/** A message that was looked at, and its state in the group. */
export interface PeekedMessage<V> {
  readonly message: Message<V>;
  /** Null without a group. */
  readonly view: GroupView | null;
}

/** What `peek` has found. */
export interface PeekResult<V> {
  readonly topic: string;
  readonly partition: number;
  readonly startOffset: number;
  /** Offset after the last record. */
  readonly endOffset: number;
  readonly messages: readonly PeekedMessage<V>[];
}

type Reply = ResponseOf<'Peek'>;

/** Throws UNKNOWN_TOPIC, UNKNOWN_PARTITION, OFFSET_OUT_OF_RANGE, UNKNOWN_GROUP, TOPIC_NOT_IN_GROUP. */
export async function peek<V>(
  link: Link,
  metadata: Metadata,
  codec: Codec<V>,
  options: GroupPeekOptions,
): Promise<PeekResult<V>> {
  const { topic, partition = 0, group, maxMessages = 10, maxBytes, signal, timeoutMs } = options;
  const how = { signal, timeoutMs };
  const fromOffset = options.fromOffset ?? (await startOf(link, metadata, topic, partition, how));
  const body = { topic, partition, group, fromOffset, maxMessages, maxBytes };
  const reply = await link.request('Peek', body, how);
  const source = { topic, topicId: reply.topicId, partition, codec };
  const messages: PeekedMessage<V>[] = [];
  for (const batch of reply.batches) {
    for (const record of readRecords(batch, { from: fromOffset })) {
      const view = viewOf(reply, record.offset);
      if (messages.length === maxMessages) break;
      if (group === undefined || view !== null) {
        messages.push({ message: new RecordMessage(source, record), view });
      }
    }
  }
  return { topic, partition, startOffset: reply.startOffset, endOffset: reply.endOffset, messages };
}

async function startOf(
  link: Link,
  metadata: Metadata,
  topic: string,
  partition: number,
  options: RequestOptions,
): Promise<number> {
  const { topicId } = await metadata.get(topic, options);
  const question = { topicId, partition, at: POSITION.earliest };
  const reply = await link.request('ListOffsets', { partitions: [question] }, options);
  const { errorCode, errorMessage, offset } = onlyOne(reply.partitions);
  if (errorCode !== NO_ERROR) throw outcomeError(errorCode, errorMessage);
  return offset;
}

function viewOf({ ranges }: Reply, offset: number): GroupView | null {
  const range = ranges.find(
    ({ firstOffset, lastOffset }) => firstOffset <= offset && offset <= lastOffset,
  );
  return range === undefined ? null : groupView(range);
}
