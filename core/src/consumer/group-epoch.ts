// What a group epoch stands for: who subscribes to what, the partitions of these topics, and the target assignment
// that follows from both. It reads the catalog and members; it writes nothing.

import { assert } from '../assert.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ConsumerGroupRow, SubscribedTopic } from '../rows.ts';
import { assignRange } from './assign-range.ts';
import type { ConsumerGroup } from './consumer-groups.ts';
import type { Subscriber, Target } from './subscriber.ts';

/** Derived from the rows of a group, and so kept only as long as its epoch lasts. */
export interface EpochPlan {
  readonly epoch: number;
  readonly topics: ReadonlyMap<string, SubscribedTopic>;
  readonly target: Target;
}

export function planOf(row: ConsumerGroupRow, subscribers: Iterable<Subscriber>): EpochPlan {
  const topics = new Map(row.topics.map((topic) => [topic[0], topic]));
  return { epoch: row.epoch, topics, target: assignRange(subscribers, row.topics) };
}

/** The plan of the epoch the group is in, computed once an epoch. */
export function currentPlan(group: ConsumerGroup, row: ConsumerGroupRow): EpochPlan {
  assert(group.members.size > 0, 'only a group with members has a plan');
  if (group.plan?.epoch !== row.epoch) group.plan = planOf(row, group.members.values());
  return group.plan;
}

/** The group's row in its next epoch [C-8], with the topics as the catalog has them now. */
export function nextEpochRow(
  catalog: Catalog,
  row: ConsumerGroupRow,
  subscribers: Iterable<Subscriber>,
): ConsumerGroupRow {
  const topics: SubscribedTopic[] = [];
  for (const name of [...subscribedNames(subscribers)].toSorted()) {
    const topic = catalog.topicByName(name);
    if (topic !== undefined) topics.push([name, topic.topicId, topic.partitions]);
  }
  const { kind, name, createdAtMs, epoch } = row;
  return { kind, name, createdAtMs, epoch: epoch + 1, topics };
}

export function subscribedNames(subscribers: Iterable<Subscriber>): Set<string> {
  const names = new Set<string>();
  for (const { topics } of subscribers) for (const name of topics) names.add(name);
  return names;
}

/** True where a topic of these was created, deleted, or grew since the epoch began [C-9]. */
export function haveTopicsChanged(
  catalog: Catalog,
  plan: EpochPlan,
  names: readonly string[],
): boolean {
  return names.some((name) => {
    const now = catalog.topicByName(name);
    const then = plan.topics.get(name);
    return now?.topicId !== then?.[1] || now?.partitions !== then?.[2];
  });
}
