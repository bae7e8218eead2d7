// The uniform assignor [C-31]: members get as many partitions as the others, as far as their subscriptions allow, and
// keep what they had as far as that allows. A pure function; members with one subscription are looked at as a cohort.

import { assert } from '../assert.ts';
import { partitionKey } from '../log/logs.ts';
import type { SubscribedTopic } from '../rows.ts';
import { addShare, type Cohort, type Topic } from './cohorts.ts';
import { dealOut } from './deal-out.ts';
import { levelCohorts } from './level-cohorts.ts';
import { topicOfKey } from './partition-keys.ts';
import { inOrder, type Subscriber, type Target } from './subscriber.ts';

export function assignUniform(
  subscribers: Iterable<Subscriber>,
  subscribed: readonly SubscribedTopic[],
): Target {
  const topics = new Map<string, Topic>();
  for (const [name, topicId, partitions] of subscribed) {
    topics.set(name, { topicId, partitions, cohorts: [], free: [] });
  }
  const cohorts = cohortsOf(subscribers, topics);
  const ofId = new Map([...topics.values()].map((topic) => [topic.topicId, topic]));
  keep(cohorts, ofId);
  shareOutFree([...ofId.values()]);
  if (cohorts.length > 1) levelCohorts(cohorts, ofId);
  dealOut(cohorts, ofId);
  const target = new Map<string, ReadonlySet<number>>();
  for (const { drafts } of cohorts) {
    for (const { memberId, had, keys } of drafts) {
      assert(!target.has(memberId), 'a member is given once');
      target.set(memberId, isSame(had, keys) ? had : new Set(keys));
    }
  }
  return target;
}

/** What has not changed is the same object, so that it is known at a glance. */
function isSame(had: ReadonlySet<number>, keys: readonly number[]): boolean {
  return had.size === keys.length && keys.every((key) => had.has(key));
}

function cohortsOf(
  subscribers: Iterable<Subscriber>,
  topics: ReadonlyMap<string, Topic>,
): readonly Cohort[] {
  const cohorts = new Map<readonly string[], Cohort>();
  for (const { memberId, topics: names, had = new Set<number>() } of inOrder(subscribers)) {
    let cohort = cohorts.get(names);
    if (cohort === undefined) {
      cohort = newCohort(cohorts.size, names, topics);
      cohorts.set(names, cohort);
    }
    cohort.drafts.push({ memberId, had, keys: [] });
  }
  return [...cohorts.values()];
}

function newCohort(
  index: number,
  names: readonly string[],
  topics: ReadonlyMap<string, Topic>,
): Cohort {
  const topicIds = new Set<number>();
  const cohort: Cohort = { index, drafts: [], topics: topicIds, shares: new Map(), total: 0 };
  for (const name of names) {
    const topic = topics.get(name);
    if (topic === undefined || topicIds.has(topic.topicId)) continue;
    topicIds.add(topic.topicId);
    topic.cohorts.push(cohort);
  }
  return cohort;
}

/** Everybody keeps what it had and may have; the rest of each topic is free. */
function keep(cohorts: readonly Cohort[], topics: ReadonlyMap<number, Topic>): void {
  const kept = new Set<number>();
  for (const cohort of cohorts) {
    for (const draft of cohort.drafts) {
      for (const key of [...draft.had].toSorted((a, b) => a - b)) {
        const topicId = topicOfKey(key);
        const count = cohort.topics.has(topicId) ? (topics.get(topicId)?.partitions ?? 0) : 0;
        if (key >= partitionKey(topicId, 0) + count || kept.has(key)) continue;
        kept.add(key);
        draft.keys.push(key);
        addShare(cohort, topicId, 1);
      }
    }
  }
  for (const topic of topics.values()) {
    if (topic.cohorts.length === 0) continue;
    for (let partition = 0; partition < topic.partitions; partition += 1) {
      const key = partitionKey(topic.topicId, partition);
      if (!kept.has(key)) topic.free.push(key);
    }
  }
}

/** What is free goes where there is least a member; topics with few to choose from go first. */
function shareOutFree(topics: readonly Topic[]): void {
  const ordered = topics.toSorted(
    (a, b) => a.cohorts.length - b.cohorts.length || a.topicId - b.topicId,
  );
  for (const { topicId, cohorts, free } of ordered) {
    const [only] = cohorts;
    if (only !== undefined && cohorts.length === 1) {
      if (free.length > 0) addShare(only, topicId, free.length);
      continue;
    }
    for (let left = free.length; left > 0; left -= 1) {
      const least = cohorts.reduce((a, b) => (perMember(b) < perMember(a) ? b : a));
      addShare(least, topicId, 1);
    }
  }
}

function perMember({ total, drafts }: Cohort): number {
  return total / drafts.length;
}
