// What a reader of a topic asks for, made definite: every partition with the offset at which it begins.

import { type Client, MillraceError, type TopicDescription } from '@millrace/client';
import type { Static } from 'typebox';
import { closed, TopicParams } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import type { LiveLimits } from './live-limits.ts';
import { type Position, parsePosition } from './position.ts';
import type { TailPlan } from './tail.ts';

export const TailParams = TopicParams;

export const TailQuery = closed({
  from: Type.Optional(
    Type.String({
      default: 'latest',
      maxLength: 8_192,
      description:
        'latest, earliest, an offset of the partition that is named, or a position as events have it in their ids. A header Last-Event-ID goes before it.',
    }),
  ),
  partition: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Only this partition; default: all.' }),
  ),
  key: Type.Optional(Type.String({ description: 'Only messages of this key.' })),
});
export type TailQuery = Static<typeof TailQuery>;

const OFFSET = /^\d{1,16}$/;

/** Throws UNKNOWN_TOPIC, UNKNOWN_PARTITION, OFFSET_OUT_OF_RANGE, LIMIT_EXCEEDED, INVALID_REQUEST. */
export async function tailPlan(
  client: Client,
  topic: string,
  query: TailQuery,
  lastEventId: string | undefined,
  limits: LiveLimits,
): Promise<TailPlan> {
  const described = await client.admin.describeTopic(topic);
  const followed = followedOf(described, query.partition, limits);
  const isResumed = lastEventId !== undefined && lastEventId !== '';
  const field = isResumed ? 'Last-Event-ID' : 'from';
  const from = isResumed ? lastEventId : (query.from ?? 'latest');
  const startOf = starter(from, described, query.partition, field);
  const offsets = new Map<number, number>();
  for (const { partition, startOffset, endOffset } of followed) {
    const offset = startOf({ partition, startOffset, endOffset });
    if (offset > endOffset) {
      const text = `Partition ${partition} of '${topic}' ends at offset ${endOffset}.`;
      throw new MillraceError('OFFSET_OUT_OF_RANGE', text, { field, limit: `${endOffset}` });
    }
    offsets.set(partition, offset);
  }
  return { topic, topicId: described.topicId, offsets, key: query.key };
}

type Bounds = Pick<
  TopicDescription['partitions'][number],
  'partition' | 'startOffset' | 'endOffset'
>;

function followedOf(
  { name, partitions }: TopicDescription,
  only: number | undefined,
  { tailPartitionsMax }: LiveLimits,
): readonly Bounds[] {
  if (only !== undefined) {
    const found = partitions.find(({ partition }) => partition === only);
    if (found !== undefined) return [found];
    const text = `Topic '${name}' has no partition ${only}, it has ${partitions.length}.`;
    throw new MillraceError('UNKNOWN_PARTITION', text, { field: 'partition' });
  }
  if (partitions.length <= tailPartitionsMax) return partitions;
  const text = `Topic '${name}' has ${partitions.length} partitions: name one.`;
  throw new MillraceError('LIMIT_EXCEEDED', text, {
    field: 'partition',
    limit: `${tailPartitionsMax} partitions`,
  });
}

function starter(
  from: string,
  { topicId }: TopicDescription,
  only: number | undefined,
  field: string,
): (bounds: Bounds) => number {
  if (from === 'latest') return ({ endOffset }) => endOffset;
  if (from === 'earliest') return ({ startOffset }) => startOffset;
  if (OFFSET.test(from) && Number(from) <= Number.MAX_SAFE_INTEGER) {
    if (only !== undefined) return () => Number(from);
    const text = 'An offset is that of a partition: name the partition too.';
    throw new MillraceError('INVALID_REQUEST', text, { field: 'partition' });
  }
  const position = parsePosition(from);
  if (position !== undefined) return resumed(position, topicId);
  const text = `${field} is latest, earliest, an offset, or a position such as 12/0:15,1:7.`;
  throw new MillraceError('INVALID_REQUEST', text, { field });
}

/** All records of a topic that was made anew, and of a partition that was added, are younger than the position. */
function resumed({ topicId, offsets }: Position, presentId: number): (bounds: Bounds) => number {
  if (topicId !== presentId) return ({ startOffset }) => startOffset;
  return ({ partition, startOffset }) => offsets.get(partition) ?? startOffset;
}
