// Moves shares between cohorts of members until no member could have less without another having as much more: along
// chains of topics, since what one cohort has may only be of use to a third by way of a second. It moves counts alone;
// which partitions go is decided later.

import { assert } from '../assert.ts';
import { addShare, type Cohort, type Topic } from './cohorts.ts';

type Topics = ReadonlyMap<number, Topic>;

/** How a cohort was reached: it can take a partition of the topic from the other. */
interface Step {
  readonly from: Cohort;
  readonly topicId: number;
}

interface Search {
  /** The cohort at the end, where one was found. */
  readonly found: Cohort | undefined;
  readonly steps: ReadonlyMap<Cohort, Step>;
}

/**
 * Afterwards there is no chain from a member to one that has two less, which is to say that the members are as level as
 * can be: no other way to share out has a smaller sum of squares.
 */
export function levelCohorts(cohorts: readonly Cohort[], topics: Topics): void {
  for (let moved = true; moved; ) {
    moved = false;
    // What one cohort reaches in vain another one that has no more need not look at again.
    const settled = new Set<Cohort>();
    for (const cohort of cohorts.toSorted((a, b) => most(b) - most(a))) {
      while (!settled.has(cohort)) {
        const { found, steps } = search(cohort, topics);
        if (found === undefined) {
          settled.add(cohort);
          for (const reached of steps.keys()) settled.add(reached);
        } else {
          shift(cohort, found, steps);
          moved = true;
        }
      }
    }
  }
}

/** Nearest first: the fewer the steps, the fewer the partitions that move. */
function search(start: Cohort, topics: Topics): Search {
  const steps = new Map<Cohort, Step>();
  const seen = new Set<number>();
  const queue = [start];
  const limit = most(start) - 2;
  for (const from of queue) {
    for (const [topicId, count] of from.shares) {
      if (count === 0 || seen.has(topicId)) continue;
      seen.add(topicId);
      for (const cohort of topics.get(topicId)?.cohorts ?? []) {
        if (cohort === start || steps.has(cohort)) continue;
        steps.set(cohort, { from, topicId });
        if (least(cohort) <= limit) return { found: cohort, steps };
        queue.push(cohort);
      }
    }
  }
  return { found: undefined, steps };
}

function shift(start: Cohort, end: Cohort, steps: ReadonlyMap<Cohort, Step>): void {
  for (let to = end; to !== start; ) {
    const step = steps.get(to);
    assert(step !== undefined && (step.from.shares.get(step.topicId) ?? 0) > 0);
    addShare(step.from, step.topicId, -1);
    addShare(to, step.topicId, 1);
    to = step.from;
  }
}

/** What the fullest member has, with the cohort's share dealt out evenly. */
function most({ total, drafts }: Cohort): number {
  return Math.ceil(total / drafts.length);
}

function least({ total, drafts }: Cohort): number {
  return Math.floor(total / drafts.length);
}
