// Messages that stop the key they have, and how many wait behind each: the log is read for their keys. One request looks at
// so much at most, and says where it could not count to the end. It changes nothing.

import type { Client } from '@millrace/client';
import { LIMITS, type LogRecord, messageId } from '@millrace/protocol';
import type { Static } from 'typebox';
import { eachRecord } from '../schemas/each-record.ts';
import { messageShape } from '../schemas/message.ts';
import { closed, Offset, orNull, Partition, TopicName } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import { type Listing, listPage, PAGE_BYTES_MAX } from './list-messages.ts';
import type { PagePlace } from './page-places.ts';

/** Looks at what waits, for one answer. */
const PEEKS_MAX = 20;
/** What a blocked message keeps from being given; what was never looked at is fresh still. */
const BEHIND = ['parked', 'fresh'] as const;
type Behind = (typeof BEHIND)[number];

export const BlockedKey = closed({
  id: Type.String({ description: 'The message id of the blocked one.' }),
  topic: TopicName,
  partition: Partition,
  offset: Offset,
  key: orNull(Type.String({ description: 'The key, where it is text.' })),
  keyBase64: Type.Optional(
    Type.String({ description: 'The key, where it is no text.', contentEncoding: 'base64' }),
  ),
  deliveries: Type.Integer({ description: 'How often it was delivered.' }),
  firstDeliveredAtMs: orNull(Type.Integer({ description: 'ms since 1970.' })),
  lastError: orNull(Type.String({ description: 'Why the last attempt failed.' })),
  waiting: Type.Integer({
    minimum: 0,
    description: 'Messages of its key behind it, parked or fresh.',
  }),
  waitingIsExact: Type.Boolean({ description: 'False: there may be more.' }),
});
type Blocked = Static<typeof BlockedKey>;

export interface BlockedPage {
  readonly keys: Blocked[];
  readonly looked: number;
  readonly next: PagePlace | null;
}

/** Throws what ListMessages and Peek throw. */
export async function blockedKeys(
  client: Client,
  listing: Omit<Listing, 'state' | 'hasContent'>,
  from: PagePlace,
): Promise<BlockedPage> {
  const { messages, next } = await listPage(
    client,
    { ...listing, state: 'blocked', hasContent: true },
    from,
  );
  const waiting = new WaitingCounts(client, listing);
  const keys: Blocked[] = [];
  for (const { id, partition, offset, message, ...view } of messages) {
    const { deliveries, firstDeliveredAtMs, lastError } = view;
    const key = message?.key ?? null;
    const keyBase64 = message?.keyBase64;
    const place = { id, topic: listing.topic, partition, offset };
    const found = { key, ...(keyBase64 === undefined ? {} : { keyBase64 }) };
    const { count, isExact } = await waiting.behind(partition, offset, found);
    const waits = { waiting: count, waitingIsExact: isExact };
    keys.push({ ...place, ...found, deliveries, firstDeliveredAtMs, lastError, ...waits });
  }
  return { keys, looked: messages.length + waiting.looked, next };
}

interface Key {
  readonly key: string | null;
  readonly keyBase64?: string;
}

interface Counted {
  readonly byKey: ReadonlyMap<string, number>;
  readonly isExact: boolean;
}

const nameOf = ({ key, keyBase64 }: Key): string | undefined =>
  key === null ? keyBase64 && `b${keyBase64}` : `t${key}`;

/** Messages that wait by key, of each partition that is asked for: counted once, from the first blocked one on. */
class WaitingCounts {
  looked = 0;
  private peeks = 0;
  private readonly client: Client;
  private readonly listing: Pick<Listing, 'group' | 'topic' | 'topicId'>;
  private readonly counted = new Map<number, Promise<Counted>>();

  constructor(client: Client, listing: Pick<Listing, 'group' | 'topic' | 'topicId'>) {
    this.client = client;
    this.listing = listing;
  }

  async behind(partition: number, offset: number, key: Key) {
    const name = nameOf(key);
    if (name === undefined) return { count: 0, isExact: true };
    // Blocked ones come in the order of their offsets: what waits for later ones is behind the first too.
    let counting = this.counted.get(partition);
    if (counting === undefined) {
      counting = this.count(partition, offset);
      this.counted.set(partition, counting);
    }
    const { byKey, isExact } = await counting;
    return { count: byKey.get(name) ?? 0, isExact };
  }

  private async count(partition: number, from: number): Promise<Counted> {
    const byKey = new Map<string, number>();
    for (const state of BEHIND) {
      let offset: number | null = from;
      while (offset !== null) {
        const found = await this.next(partition, state, offset);
        if (typeof found !== 'number') {
          if (found === undefined) break;
          offset = found.passed;
          continue;
        }
        if (this.peeks === PEEKS_MAX) return { byKey, isExact: false };
        offset = await this.add(byKey, partition, state, found);
      }
    }
    return { byKey, isExact: true };
  }

  /** Undefined: there are no more. */
  private async next(partition: number, state: Behind, fromOffset: number) {
    const { group, topic } = this.listing;
    const asked = { group, topic, partition, state, fromOffset, maxRanges: 1 };
    const { ranges, nextOffset } = await this.client.request('ListMessages', asked);
    const [first] = ranges;
    if (first !== undefined) return Math.max(first.firstOffset, fromOffset);
    return nextOffset === null ? undefined : { passed: nextOffset };
  }

  /** Where to go on; null at the end. */
  private async add(byKey: Map<string, number>, partition: number, state: Behind, from: number) {
    this.peeks += 1;
    const { group, topic } = this.listing;
    const maxMessages = LIMITS.peekMessagesMax;
    const page = { fromOffset: from, maxMessages, maxBytes: PAGE_BYTES_MAX };
    const asked = { group, topic, partition, ...page };
    const { ranges, batches, endOffset } = await this.client.request('Peek', asked);
    const to = from + maxMessages - 1;
    let next = batches.length === 0 ? to + 1 : from;
    for (const record of eachRecord(batches, { from, to })) {
      next = record.offset + 1;
      this.looked += 1;
      const isBehind = ranges.some((range) => {
        const { firstOffset, lastOffset } = range;
        return range.state === state && firstOffset <= record.offset && record.offset <= lastOffset;
      });
      const name = isBehind ? nameOf(keyOf(this.listing, partition, record)) : undefined;
      if (name !== undefined) byKey.set(name, (byKey.get(name) ?? 0) + 1);
    }
    if (next === from) next = to + 1;
    return next >= endOffset ? null : next;
  }
}

/** As a message shows it. */
function keyOf(
  { topic, topicId }: Pick<Listing, 'topic' | 'topicId'>,
  partition: number,
  { offset, timestampMs, key }: LogRecord,
): Key {
  const id = messageId(topicId, partition, offset);
  const place = { id, topic, partition, offset, timestampMs };
  return messageShape({ ...place, keyBytes: key, valueBytes: null, headers: [] });
}
