// Messages of a queue that are leased, or wait for a time, as runs of neighbours of which the same is true: by their time,
// over all partitions, as far as one request looks. It changes nothing.

import type { Client } from '@millrace/client';
import { LIMITS, messageId, type ResponseOf } from '@millrace/protocol';
import type { Static } from 'typebox';
import { closed, Offset, orNull, Partition, TopicName } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import type { PagePlace } from './page-places.ts';

/** Runs in one answer, and requests to the broker for it. */
export const RUNS_MAX = 10_000;
const LOOKS_MAX = 50;

const time = (description: string) =>
  orNull(Type.Integer({ description: `${description}, ms since 1970.` }));

export const HeldSchema = closed({
  id: Type.String({ description: 'The message id of the first.' }),
  topic: TopicName,
  partition: Partition,
  firstOffset: Offset,
  lastOffset: Offset,
  messages: Type.Integer({ minimum: 1, description: 'How many they are.' }),
  memberId: orNull(Type.String({ description: 'leased: who has them.' })),
  untilMs: time('leased: when the lease ends; scheduled: when they become ready'),
  deliveries: Type.Integer({ description: 'How often they were delivered.' }),
  firstDeliveredAtMs: time('When they were delivered first'),
  lastError: orNull(Type.String({ description: 'Why the last attempt failed.' })),
});
type Held = Static<typeof HeldSchema>;

export interface HeldAsked {
  readonly group: string;
  readonly topic: string;
  readonly topicId: number;
  readonly partitions: readonly number[];
  readonly state: 'leased' | 'scheduled';
  readonly limit: number;
}

export interface HeldPage {
  readonly held: Held[];
  /** Messages in them. */
  readonly looked: number;
  /** Null: these are all. */
  readonly next: PagePlace | null;
}

/** Throws what ListMessages throws. */
export async function heldRuns(
  client: Client,
  asked: HeldAsked,
  from: PagePlace,
): Promise<HeldPage> {
  const held: Held[] = [];
  let looks = 0;
  let start: number | null = from.offset;
  for (const partition of asked.partitions) {
    if (partition < from.partition) continue;
    while (start !== null) {
      const left = asked.limit - held.length;
      if (left === 0 || looks === LOOKS_MAX) {
        return pageOf(held, { partition, offset: start });
      }
      looks += 1;
      const { group, topic, state } = asked;
      const maxRanges = Math.min(left, LIMITS.listRangesMax);
      const { ranges, nextOffset }: ResponseOf<'ListMessages'> = await client.request(
        'ListMessages',
        { group, topic, partition, state, fromOffset: start, maxRanges },
      );
      held.push(...ranges.map((range) => heldOf(asked, partition, range)));
      start = nextOffset;
    }
    start = 0;
  }
  return pageOf(held, null);
}

function pageOf(held: readonly Held[], next: PagePlace | null): HeldPage {
  const sorted = held.toSorted((a, b) => (a.untilMs ?? 0) - (b.untilMs ?? 0));
  return { held: sorted, looked: held.reduce((sum, { messages }) => sum + messages, 0), next };
}

function heldOf(
  { topic, topicId }: HeldAsked,
  partition: number,
  range: ResponseOf<'ListMessages'>['ranges'][number],
): Held {
  const { firstOffset, lastOffset, memberId, untilMs, deliveries } = range;
  const { firstDeliveredAtMs, lastError } = range;
  return {
    id: messageId(topicId, partition, firstOffset),
    topic,
    partition,
    firstOffset,
    lastOffset,
    messages: lastOffset - firstOffset + 1,
    memberId,
    untilMs,
    deliveries,
    firstDeliveredAtMs,
    lastError,
  };
}
