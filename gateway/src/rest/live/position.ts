// Where a reader of a topic stands, as text: it is the id of an event, and says where to go on. `12/0:15,1:7`: of topic
// id 12, offset 15 of partition 0 and 7 of partition 1 come next. It knows no topic.

import { LIMITS } from '@millrace/protocol';

export interface Position {
  readonly topicId: number;
  /** The next offset, by partition. */
  readonly offsets: ReadonlyMap<number, number>;
}

const FORM = /^(\d{1,10})\/(\d{1,4}:\d{1,16}(?:,\d{1,4}:\d{1,16})*)$/;
const ID_MAX = 0xffff_ffff;

export function formatPosition({ topicId, offsets }: Position): string {
  return `${topicId}/${[...offsets].map(([partition, offset]) => `${partition}:${offset}`).join(',')}`;
}

/** Undefined where the text is none. */
export function parsePosition(text: string): Position | undefined {
  const [, id, places] = FORM.exec(text) ?? [];
  if (id === undefined || places === undefined) return undefined;
  const topicId = Number(id);
  const offsets = new Map<number, number>();
  for (const place of places.split(',')) {
    const [partition = 0, offset = 0] = place.split(':').map(Number);
    if (partition >= LIMITS.partitionsPerTopicMax || offset > Number.MAX_SAFE_INTEGER)
      return undefined;
    if (offsets.has(partition)) return undefined;
    offsets.set(partition, offset);
  }
  return topicId > ID_MAX ? undefined : { topicId, offsets };
}

/** Positions after each message of one partition, while the others stand still: what does not change is made once. */
export function positionsWithin(
  { topicId, offsets }: Position,
  partition: number,
): (nextOffset: number) => string {
  const own = [...offsets].map(([other, offset]) => {
    return other === partition ? '' : `${other}:${offset}`;
  });
  const at = own.indexOf('');
  const before = own
    .slice(0, at)
    .map((text) => `${text},`)
    .join('');
  const after = own
    .slice(at + 1)
    .map((text) => `,${text}`)
    .join('');
  return (nextOffset) => `${topicId}/${before}${partition}:${nextOffset}${after}`;
}
