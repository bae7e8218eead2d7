// What creating and altering a share group have in common: topics found by name, where the group begins in them, and
// the rows that attach them.

import { LIMITS } from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { Topic } from '../catalog/catalog.ts';
import { refuseTable } from '../catalog/compacted.ts';
import { type Refused, refuse, type View } from '../decision.ts';
import { listOffset } from '../log/list-offset.ts';
import { put, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';

export interface FoundTopics {
  readonly error?: undefined;
  /** Each once. */
  readonly topics: readonly Topic[];
}

/** Refused with UNKNOWN_TOPIC. */
export function findTopics(
  state: ShardState,
  names: readonly string[],
  field: string,
): FoundTopics | Refused {
  const topics = new Set<Topic>();
  for (const name of names) {
    const topic = state.catalog.topicByName(name);
    if (topic === undefined)
      return refuse('UNKNOWN_TOPIC', `No topic is named ${name}.`, { field });
    topics.add(topic);
  }
  return { topics: [...topics] };
}

/** Refused with INVALID_CONFIG where one of them is compacted. [G-34] */
export function firstTable(topics: readonly Topic[], field: string): Refused | undefined {
  for (const topic of topics) {
    const refusal = refuseTable(topic, field);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Refused with LIMIT_EXCEEDED where a group would take from more topics than it may. */
export function checkTopicCount(count: number, field: string): Refused | undefined {
  if (count <= LIMITS.topicsPerGroupMax) return undefined;
  const limit = `${LIMITS.topicsPerGroupMax} topics`;
  return refuse('LIMIT_EXCEEDED', `A share group takes from at most ${limit}.`, { field, limit });
}

/**
 * Where the group begins in the partitions that the topic has now. A partition added later begins at its start, as
 * does one without a row: most need none. [L-1]
 */
export function planStart(
  state: ShardState,
  view: View,
  groupId: number,
  topic: Topic,
  startAt: number,
): Write[] {
  const { topicId } = topic;
  const writes: Write[] = [];
  for (let partition = 0; partition < topic.partitions; partition += 1) {
    const found = listOffset(state, view, { topicId, partition, at: startAt });
    assert(found.error === undefined, 'the partition exists');
    if (found.offset === 0) continue;
    const row = [found.offset, found.offset, 1, 0, 0, 0, 0, 0, 0, 0, 0] as const;
    writes.push(put('sharePartitions', [groupId, topicId, partition], row));
  }
  return writes;
}
