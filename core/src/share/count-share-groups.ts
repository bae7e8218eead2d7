// CountShareGroups: exact counts of every share group, a topic, for who looks at all of them again and again.

import type { RequestOf, ResponseOf } from '@millrace/protocol';
import { accept, type Decision, type View } from '../decision.ts';
import type { ShardState } from '../shard-state.ts';
import { addCounts, countersOf, type MessageCounts, NO_MESSAGES, sharesOf } from './counters.ts';

export type CountedGroup = Omit<ResponseOf<'CountShareGroups'>['groups'][number], 'rates'>;
type CountedTopic = CountedGroup['topics'][number];

export interface CountedGroups {
  readonly groups: CountedGroup[];
  readonly nextAfterId: number | null;
}

/** A reply ends with the group that takes it past so many partitions: others wait while it is counted. */
const PARTITIONS_MAX = 2_000;

/** By id: that of a group which its asker may not see tells no name. [L-35] */
export function countShareGroups(
  state: ShardState,
  view: View,
  { afterId, maxGroups }: RequestOf<'CountShareGroups'>,
): Decision<CountedGroups> {
  const groups: CountedGroup[] = [];
  let partitions = 0;
  let lastId = afterId;
  const all = [...state.catalog.groups.values()];
  const left = all.filter(({ kind, groupId }) => kind === 'share' && groupId > afterId);
  for (const { groupId, name } of left.toSorted((a, b) => a.groupId - b.groupId)) {
    if (groups.length === maxGroups || partitions >= PARTITIONS_MAX) {
      return accept({ groups, nextAfterId: lastId });
    }
    const counted = countTopics(state, view, groupId);
    partitions += counted.partitions;
    groups.push({ group: name, topics: counted.topics });
    lastId = groupId;
  }
  return accept({ groups, nextAfterId: null });
}

function countTopics(state: ShardState, view: View, groupId: number) {
  const topics = new Map<string, CountedTopic>();
  let partitions = 0;
  for (const scope of sharesOf(state, groupId)) {
    partitions += 1;
    const counted = countersOf(scope, view);
    const { topic } = counted;
    topics.set(topic, sumOf(topic, topics.get(topic), counted));
  }
  return { topics: [...topics.values()], partitions };
}

function sumOf(
  topic: string,
  before: CountedTopic | undefined,
  counted: MessageCounts & Pick<CountedTopic, 'oldestUnresolvedMs'>,
): CountedTopic {
  const oldest = [before?.oldestUnresolvedMs, counted.oldestUnresolvedMs].filter(
    (ms) => typeof ms === 'number',
  );
  return {
    topic,
    ...addCounts(before ?? NO_MESSAGES, counted),
    oldestUnresolvedMs: oldest.length === 0 ? null : Math.min(...oldest),
  };
}
