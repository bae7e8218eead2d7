// Messages of a share group that are in a state: over all its partitions, page by page. It keeps one page at a time.

import {
  LIMITS,
  type MessageState,
  messageId,
  type RequestInput,
  type ResponseOf,
  readRecords,
} from '@millrace/protocol';
import { textOf } from '../codecs.ts';
import { type Metadata, onlyOne } from '../metadata.ts';
import type { Link, RequestOptions } from '../net/link.ts';
import { integerOption, NOT_NEGATIVE } from '../options-check.ts';
import { type GroupView, groupView, type StateRange } from './group-view.ts';

export interface ListMessagesOptions extends RequestOptions {
  readonly group: string;
  readonly state: MessageState;
  /** Default: all topics of the group. */
  readonly topic?: string | undefined;
  /** Default: all partitions of the topic. */
  readonly partition?: number | undefined;
  /** In every partition from this offset on; default 0. */
  readonly fromOffset?: number | undefined;
  /** One entry a message, with its key. Default: one entry a range of neighbours of which the same is true. */
  readonly keys?: boolean | undefined;
  /** Ranges a request; default 100, at most 1,000. */
  readonly pageSize?: number | undefined;
}

/** Neighbouring messages of which the same is true; with `keys` a single message. */
export interface ListedMessages extends GroupView {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** How many they are. */
  readonly messages: number;
  /** Message id of the first one. */
  readonly id: string;
  /** With `keys`: the key as UTF-8 text; null where there is none, or the log no longer holds the message. */
  readonly key?: string | null | undefined;
}

type Page = ResponseOf<'ListMessages'>;

const PAGE = { min: 1, max: LIMITS.listRangesMax };

interface Place {
  readonly topic: string;
  readonly topicId: number;
  readonly partition: number;
}

/** Throws UNKNOWN_GROUP, GROUP_KIND_MISMATCH, UNKNOWN_TOPIC, UNKNOWN_PARTITION, TOPIC_NOT_IN_GROUP, INVALID_CONFIG. */
export async function* listMessages(
  link: Link,
  metadata: Metadata,
  options: ListMessagesOptions,
): AsyncGenerator<ListedMessages, void> {
  const { group, state, signal, timeoutMs, keys = false } = options;
  const how = { signal, timeoutMs };
  const maxRanges = integerOption('pageSize', options.pageSize ?? 100, PAGE);
  const from = integerOption('fromOffset', options.fromOffset ?? 0, NOT_NEGATIVE);
  for (const topic of await topicsOf(link, options)) {
    const info = await metadata.get(topic, how);
    for (const partition of partitionsOf(info.partitions, options.partition)) {
      const place = { topic, topicId: info.topicId, partition };
      for (let next: number | null = from; next !== null; ) {
        const body: RequestInput<'ListMessages'> = {
          group,
          topic,
          partition,
          state,
          fromOffset: next,
          maxRanges,
        };
        const reply: Page = await link.request('ListMessages', body, how);
        for (const range of reply.ranges) {
          if (keys) yield* withKeys(link, place, range, how);
          else yield listed(place, range);
        }
        next = reply.nextOffset;
      }
    }
  }
}

async function topicsOf(link: Link, options: ListMessagesOptions): Promise<readonly string[]> {
  if (options.topic !== undefined) return [options.topic];
  const { signal, timeoutMs } = options;
  const body = { groups: [options.group] };
  const { groups } = await link.request('DescribeShareGroups', body, { signal, timeoutMs });
  return onlyOne(groups).topics.map(({ topic }) => topic);
}

function partitionsOf(count: number, only: number | undefined): readonly number[] {
  return only === undefined ? Array.from({ length: count }, (_, n) => n) : [only];
}

function listed({ topic, topicId, partition }: Place, range: StateRange): ListedMessages {
  const { firstOffset, lastOffset } = range;
  return {
    topic,
    partition,
    firstOffset,
    lastOffset,
    messages: lastOffset - firstOffset + 1,
    id: messageId(topicId, partition, firstOffset),
    ...groupView(range),
  };
}

/** The messages of a range one by one; their keys come with as many looks at the log as they need. */
async function* withKeys(
  link: Link,
  place: Place,
  range: StateRange,
  how: RequestOptions,
): AsyncGenerator<ListedMessages, void> {
  let keys = new Map<number, string | null>();
  let knownTo = range.firstOffset;
  for (let offset = range.firstOffset; offset <= range.lastOffset; offset += 1) {
    if (offset >= knownTo) {
      keys = await keysFrom(link, place, offset, range.lastOffset, how);
      knownTo = Math.max(offset, ...keys.keys()) + 1;
    }
    const one = listed(place, { ...range, firstOffset: offset, lastOffset: offset });
    yield { ...one, key: keys.get(offset) ?? null };
  }
}

async function keysFrom(
  link: Link,
  { topic, partition }: Place,
  fromOffset: number,
  lastOffset: number,
  how: RequestOptions,
): Promise<Map<number, string | null>> {
  const maxMessages = Math.min(lastOffset - fromOffset + 1, LIMITS.peekMessagesMax);
  const body = { topic, partition, fromOffset, maxMessages };
  const to = fromOffset + maxMessages - 1;
  const keys = new Map<number, string | null>();
  const { batches } = await link.request('Peek', body, how);
  for (const batch of batches) {
    for (const { offset, key } of readRecords(batch, { from: fromOffset, to })) {
      keys.set(offset, key === null ? null : textOf(key));
    }
  }
  return keys;
}
