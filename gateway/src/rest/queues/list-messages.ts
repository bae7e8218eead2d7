// Messages of a queue, a page at a time: all, in the order of the log, or those in a state. A page is bounded in messages,
// in bytes and in what is looked at for it; it changes nothing.

import type { Client } from '@millrace/client';
import {
  LIMITS,
  type LogRecord,
  type MessageState,
  MillraceError,
  messageId,
  type ResponseOf,
  readRecords,
} from '@millrace/protocol';
import { bytesOf, eachRecord } from '../schemas/each-record.ts';
import { messageShape } from '../schemas/message.ts';
import type { PagePlace } from './page-places.ts';
import type { QueuedShape } from './queue-schemas.ts';
import { stateShape } from './queued-shape.ts';

/** Bytes of messages of a page, as they are stored; the first one always comes. */
export const PAGE_BYTES_MAX = 2 * 1024 * 1024;
/** Requests to the broker for one page: those that find nothing count too. */
const LOOKS_MAX = 100;

export interface Listing {
  readonly group: string;
  readonly topic: string;
  readonly topicId: number;
  readonly partitions: readonly number[];
  readonly state: MessageState | undefined;
  readonly limit: number;
  readonly hasContent: boolean;
}

export interface Page {
  readonly messages: QueuedShape[];
  /** Null: there are no more. */
  readonly next: PagePlace | null;
}

type StateRange = ResponseOf<'ListMessages'>['ranges'][number];

class Collected {
  readonly messages: QueuedShape[] = [];
  private readonly listing: Listing;
  private bytes = 0;
  private looks = 0;

  constructor(listing: Listing) {
    this.listing = listing;
  }

  get left(): number {
    return this.listing.limit - this.messages.length;
  }

  get hasRoom(): boolean {
    return this.left > 0 && this.bytes < PAGE_BYTES_MAX;
  }

  /** Takes one of the looks that a page has. */
  mayLook(): boolean {
    this.looks += 1;
    return this.hasRoom && this.looks <= LOOKS_MAX;
  }

  /** `record`: null where the log holds it no longer, undefined where nobody asked. */
  add(partition: number, offset: number, range: StateRange, record: LogRecord | null | undefined) {
    const { topic, topicId } = this.listing;
    const id = messageId(topicId, partition, offset);
    const view = stateShape(range);
    const place = { id, topic, partition, offset };
    if (record === undefined) this.messages.push({ ...place, ...view });
    else if (record === null) this.messages.push({ ...place, ...view, message: null });
    else {
      const { timestampMs, key, value, headers } = record;
      this.bytes += bytesOf(record);
      const read = { ...place, timestampMs, keyBytes: key, valueBytes: value, headers };
      this.messages.push({ ...place, ...view, message: messageShape(read) });
    }
  }
}

/** Throws what the APIs throw. */
export async function listPage(client: Client, listing: Listing, from: PagePlace): Promise<Page> {
  const collected = new Collected(listing);
  let start: number | null = from.offset;
  for (const partition of listing.partitions) {
    if (partition < from.partition) continue;
    while (start !== null) {
      if (!collected.mayLook()) {
        return { messages: collected.messages, next: { partition, offset: start } };
      }
      start = await step(client, listing, collected, { partition, offset: start });
    }
    start = 0;
  }
  return { messages: collected.messages, next: null };
}

/** Looks once; tells where to go on in the partition, null at its end. */
async function step(
  client: Client,
  listing: Listing,
  collected: Collected,
  at: PagePlace,
): Promise<number | null> {
  const { group, topic, state } = listing;
  if (state === undefined) return peekOn(client, listing, collected, at);
  const { partition, offset: fromOffset } = at;
  const asked = { group, topic, partition, state, fromOffset, maxRanges: collected.left };
  const { ranges, nextOffset } = await client.request('ListMessages', asked);
  for (const range of ranges) {
    for (let offset = range.firstOffset; offset <= range.lastOffset; offset += 1) {
      if (!collected.hasRoom) return offset;
      const record = listing.hasContent
        ? await recordAt(client, listing, { partition, offset })
        : undefined;
      collected.add(partition, offset, range, record);
    }
  }
  return nextOffset;
}

async function recordAt(
  client: Client,
  { group, topicId }: Listing,
  { partition, offset }: PagePlace,
): Promise<LogRecord | null> {
  try {
    const found = await client.request('GetMessage', { group, topicId, partition, offset });
    const [batch] = found.batches;
    const records = batch === undefined ? [] : readRecords(batch, { from: offset, to: offset });
    return records[0] ?? null;
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'OFFSET_OUT_OF_RANGE') return null;
    throw error;
  }
}

async function peekOn(
  client: Client,
  { group, topic, hasContent }: Listing,
  collected: Collected,
  { partition, offset }: PagePlace,
): Promise<number | null> {
  const { partitions } = await client.admin.describeTopic(topic);
  const bounds = partitions.find((one) => one.partition === partition);
  const from = Math.max(offset, bounds?.startOffset ?? 0);
  if (bounds === undefined || from >= bounds.endOffset) return null;
  const maxMessages = Math.min(collected.left, LIMITS.peekMessagesMax);
  const maxBytes = PAGE_BYTES_MAX;
  const asked = { group, topic, partition, fromOffset: from, maxMessages, maxBytes };
  const { ranges, batches, endOffset } = await client.request('Peek', asked);
  const to = from + maxMessages - 1;
  let next = batches.length === 0 ? to + 1 : from;
  for (const record of eachRecord(batches, { from, to })) {
    if (!collected.hasRoom) break;
    const range = ranges.find((one) => {
      return one.firstOffset <= record.offset && record.offset <= one.lastOffset;
    });
    if (range !== undefined) {
      collected.add(partition, record.offset, range, hasContent ? record : undefined);
    }
    next = record.offset + 1;
  }
  if (next === from) next = to + 1;
  return next >= endOffset ? null : next;
}
