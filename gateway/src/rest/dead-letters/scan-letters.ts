// Goes through the dead letters of a topic that nobody has resolved, partition by partition, and reads where each comes
// from. What is looked at for one request is bounded; it changes nothing.

import type { Client } from '@millrace/client';
import {
  DEAD_LETTER_HEADERS,
  LIMITS,
  type LogRecord,
  type MessageState,
  messageId,
  type ResponseOf,
} from '@millrace/protocol';
import type { PagePlace } from '../queues/page-places.ts';
import { bytesOf, eachRecord, endOf } from '../schemas/each-record.ts';
import type { LetterPlace } from './letter-places.ts';

/** Offsets looked at for one request. */
export const LOOKED_MAX = 5_000;
const BYTES_PER_PEEK = 1024 * 1024;
/** Bytes of letters that one request reads, unpacked. */
const BYTES_MAX = 16 * 1024 * 1024;

/** Null: the letter does not say. */
export interface Letter {
  readonly id: string;
  readonly partition: number;
  readonly offset: number;
  readonly state: MessageState;
  readonly reason: string | null;
  /** The queue in which it died. */
  readonly queue: string | null;
  /** The topic it came from. */
  readonly topic: string | null;
  readonly sourceId: string | null;
  readonly deliveries: number | null;
  readonly error: string | null;
  readonly firstFailedAtMs: number | null;
  readonly diedAtMs: number | null;
  readonly record: LogRecord;
}

export interface Scanned {
  readonly looked: number;
  /** Where to go on; null: that was all. */
  readonly next: PagePlace | null;
}

interface Bounds {
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

/** Calls `visit` with each letter; where that says `full`, the next page begins after the letter. */
export async function scanLetters(
  client: Client,
  place: LetterPlace,
  from: PagePlace,
  visit: (letter: Letter) => 'full' | undefined,
): Promise<Scanned> {
  const scan = new Scan(client, place, visit);
  for (const bounds of await unresolvedBounds(client, place)) {
    if (bounds.partition < from.partition) continue;
    const first = bounds.partition === from.partition ? from.offset : 0;
    const next = await scan.partition(bounds, Math.max(first, bounds.startOffset));
    if (next !== null) return { looked: scan.looked, next };
  }
  return { looked: scan.looked, next: null };
}

/** Before the first letter that is not resolved there is nothing to look at. */
async function unresolvedBounds(client: Client, { topic, queue }: LetterPlace): Promise<Bounds[]> {
  if (queue === null) return [...(await client.admin.describeTopic(topic)).partitions];
  const { partitions } = await client.admin.counters(queue);
  return partitions
    .filter((counted) => counted.topic === topic)
    .map(({ partition, firstUnresolvedOffset: startOffset, endOffset }) => {
      return { partition, startOffset, endOffset };
    });
}

class Scan {
  looked = 0;
  private readonly client: Client;
  private readonly place: LetterPlace;
  private readonly visit: (letter: Letter) => 'full' | undefined;
  private bytes = 0;

  constructor(client: Client, place: LetterPlace, visit: (letter: Letter) => 'full' | undefined) {
    this.client = client;
    this.place = place;
    this.visit = visit;
  }

  /** Where to go on in it, null at its end. */
  async partition({ partition, endOffset }: Bounds, from: number): Promise<PagePlace | null> {
    let offset = from;
    while (offset < endOffset) {
      if (this.looked >= LOOKED_MAX || this.bytes >= BYTES_MAX) return { partition, offset };
      const { next, isFull } = await this.peek(partition, offset);
      this.looked += next - offset;
      offset = next;
      if (isFull && offset < endOffset) return { partition, offset };
      if (isFull) return { partition: partition + 1, offset: 0 };
    }
    return null;
  }

  private async peek(partition: number, fromOffset: number) {
    const { topic, queue } = this.place;
    const maxMessages = Math.min(LIMITS.peekMessagesMax, LOOKED_MAX - this.looked);
    const reply = await this.client.request('Peek', {
      group: queue,
      topic,
      partition,
      fromOffset,
      maxMessages,
      maxBytes: BYTES_PER_PEEK,
    });
    const to = Math.min(fromOffset + maxMessages, reply.endOffset) - 1;
    for (const record of eachRecord(reply.batches, { from: fromOffset, to })) {
      this.bytes += bytesOf(record);
      const state = stateAt(reply, queue, record.offset);
      const letter = state && letterOf(reply.topicId, partition, record, state);
      const isFull = letter !== undefined && this.visit(letter) === 'full';
      if (isFull || this.bytes >= BYTES_MAX) return { next: record.offset + 1, isFull };
    }
    // What was broken off for its bytes ends with the last batch.
    const end = endOf(reply.batches) ?? to + 1;
    return { next: Math.min(to + 1, Math.max(end, fromOffset + 1)), isFull: false };
  }
}

/** Undefined where it is resolved, or is none of the queue's. */
function stateAt(
  { ranges }: ResponseOf<'Peek'>,
  queue: string | null,
  offset: number,
): MessageState | undefined {
  if (queue === null) return 'fresh';
  const range = ranges.find((one) => one.firstOffset <= offset && offset <= one.lastOffset);
  if (range === undefined || range.state === 'acknowledged' || range.state === 'dead') {
    return undefined;
  }
  return range.state;
}

function letterOf(
  topicId: number,
  partition: number,
  record: LogRecord,
  state: MessageState,
): Letter {
  const texts = new Map(record.headers.map(([name, value]) => [name, Buffer.from(value)]));
  const text = (name: keyof typeof DEAD_LETTER_HEADERS) =>
    texts.get(DEAD_LETTER_HEADERS[name])?.toString('utf8') ?? null;
  const number = (name: keyof typeof DEAD_LETTER_HEADERS) => numberIn(text(name));
  return {
    id: messageId(topicId, partition, record.offset),
    partition,
    offset: record.offset,
    state,
    reason: text('reason'),
    queue: text('group'),
    topic: text('topic'),
    sourceId: text('messageId'),
    deliveries: number('deliveries'),
    error: text('error'),
    firstFailedAtMs: number('firstFailedAt'),
    diedAtMs: number('lastFailedAt'),
    record,
  };
}

/** Anybody may have written what stands there. */
function numberIn(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
