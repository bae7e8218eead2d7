// Deals out the shares of cohorts to their members: who has too much gives up what is too much, who has too little gets
// what is free. Nothing else moves.

import { assert } from '../assert.ts';
import type { Cohort, Draft, Topic } from './cohorts.ts';
import { topicOfKey } from './partition-keys.ts';

type Topics = ReadonlyMap<number, Topic>;

export function dealOut(cohorts: readonly Cohort[], topics: Topics): void {
  const quotas = new Map<Draft, number>();
  for (const cohort of cohorts) {
    giveUpShares(cohort, topics);
    for (const [draft, quota] of quotasOf(cohort)) {
      quotas.set(draft, quota);
      giveUpPast(draft, quota, topics);
    }
  }
  for (const topic of topics.values()) topic.free.sort((a, b) => a - b);
  for (const cohort of cohorts) fill(cohort, quotas, topics);
}

/** What the cohort has of a topic beyond its share; the members with most give it up. */
function giveUpShares({ drafts, shares }: Cohort, topics: Topics): void {
  const surplus = new Map<number, number>();
  for (const { keys } of drafts) {
    for (const key of keys) {
      const topicId = topicOfKey(key);
      surplus.set(topicId, (surplus.get(topicId) ?? -(shares.get(topicId) ?? 0)) + 1);
    }
  }
  for (const [topicId, count] of surplus) {
    if (count <= 0) continue;
    const having = drafts.filter(({ keys }) => keys.some((key) => topicOfKey(key) === topicId));
    for (let left = count; left > 0; left -= 1) {
      const fullest = having.reduce((a, b) => (b.keys.length > a.keys.length ? b : a));
      const at = fullest.keys.findLastIndex((key) => topicOfKey(key) === topicId);
      topics.get(topicId)?.free.push(...fullest.keys.splice(at, 1));
      if (!fullest.keys.some((key) => topicOfKey(key) === topicId)) {
        having.splice(having.indexOf(fullest), 1);
      }
    }
  }
}

/** Equal parts; what is left over goes to those who have most now, one each. */
function quotasOf({ drafts, total }: Cohort): [Draft, number][] {
  const each = Math.floor(total / drafts.length);
  const extra = total % drafts.length;
  return drafts
    .toSorted((a, b) => b.keys.length - a.keys.length)
    .map((draft, at) => [draft, each + (at < extra ? 1 : 0)]);
}

function giveUpPast(draft: Draft, quota: number, topics: Topics): void {
  if (draft.keys.length <= quota) return;
  const keys = byTurns(draft.keys);
  for (const key of keys.splice(quota)) topics.get(topicOfKey(key))?.free.push(key);
  draft.keys = keys;
}

/** Members that lack some take turns with the partitions of each topic, so that each gets of many. */
function fill({ drafts, shares }: Cohort, quotas: ReadonlyMap<Draft, number>, topics: Topics) {
  const lacking = new Map(shares);
  for (const { keys } of drafts) {
    for (const key of keys) {
      lacking.set(topicOfKey(key), (lacking.get(topicOfKey(key)) ?? 0) - 1);
    }
  }
  const given: number[] = [];
  for (const [topicId, count] of [...lacking].toSorted(([a], [b]) => a - b)) {
    const free = topics.get(topicId)?.free ?? [];
    assert(count >= 0 && count <= free.length, 'what a cohort lacks is free');
    given.push(...free.splice(0, count));
  }
  const room = (draft: Draft) => (quotas.get(draft) ?? 0) - draft.keys.length;
  let takers = drafts.filter((draft) => room(draft) > 0);
  let turn = 0;
  for (const key of given) {
    if (turn >= takers.length) {
      takers = takers.filter((draft) => room(draft) > 0);
      turn = 0;
    }
    const taker = takers[turn];
    assert(taker !== undefined, 'what is given out has a taker');
    taker.keys.push(key);
    turn += 1;
  }
}

/** The first partition of each topic, then the second of each, and so on: what is cut off is of many topics too. */
function byTurns(keys: readonly number[]): number[] {
  const counts = new Map<number, number>();
  const ranked = keys
    .toSorted((a, b) => a - b)
    .map((key) => {
      const rank = counts.get(topicOfKey(key)) ?? 0;
      counts.set(topicOfKey(key), rank + 1);
      return { key, rank };
    });
  return ranked.toSorted((a, b) => a.rank - b.rank || a.key - b.key).map(({ key }) => key);
}
