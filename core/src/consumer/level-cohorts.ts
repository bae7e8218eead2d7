// Moves shares between cohorts of members until no member could have less without another having as much more: along
// chains of topics, since what one cohort has may only be of use to a third by way of a second. It moves counts alone;
// which partitions go is decided later.

import { assert } from '../assert.ts';
import { addShare, type Cohort, type Topic } from './cohorts.ts';

type Topics = ReadonlyMap<number, Topic>;

/**
 * Afterwards there is no chain from a member to one that has two less, which is to say that the members are as level as
 * can be: no other way to share out has a smaller sum of squares.
 */
export function levelCohorts(cohorts: readonly Cohort[], topics: Topics): void {
  const chains = new Chains(cohorts.length, topics);
  for (let moved = true; moved; ) {
    moved = false;
    // What one cohort reaches in vain another one that has no more need not look at again.
    const settled = new Set<Cohort>();
    for (const cohort of cohorts.toSorted((a, b) => most(b) - most(a))) {
      while (!settled.has(cohort)) {
        const reached = chains.search(cohort);
        const found = reached.at(-1);
        if (found !== undefined && least(found) <= most(cohort) - 2) {
          chains.shift(cohort, found);
          moved = true;
        } else {
          for (const one of reached) settled.add(one);
        }
      }
    }
  }
}

/** Searches from cohort to cohort. By the number of a cohort it remembers how it was reached, so that a look is cheap. */
class Chains {
  readonly #topics: Topics;
  /** The search that reached it last, from which cohort, and by which topic. */
  readonly #searches: Int32Array;
  readonly #sources: (Cohort | undefined)[];
  readonly #topicIds: number[];
  #search = 0;

  constructor(cohorts: number, topics: Topics) {
    this.#topics = topics;
    this.#searches = new Int32Array(cohorts);
    this.#sources = Array.from({ length: cohorts }, () => undefined);
    this.#topicIds = Array.from({ length: cohorts }, () => 0);
  }

  /**
   * All that is reached from a cohort, itself first, up to the first one whose emptiest member has two less. Nearest
   * first: the fewer the steps, the fewer the partitions that move.
   */
  search(start: Cohort): readonly Cohort[] {
    this.#search += 1;
    this.#searches[start.index] = this.#search;
    const seen = new Set<number>();
    const queue = [start];
    const limit = most(start) - 2;
    for (const from of queue) {
      for (const [topicId, count] of from.shares) {
        if (count === 0 || seen.has(topicId)) continue;
        seen.add(topicId);
        for (const cohort of this.#topics.get(topicId)?.cohorts ?? []) {
          if (this.#searches[cohort.index] === this.#search) continue;
          this.#searches[cohort.index] = this.#search;
          this.#sources[cohort.index] = from;
          this.#topicIds[cohort.index] = topicId;
          queue.push(cohort);
          if (least(cohort) <= limit) return queue;
        }
      }
    }
    return queue;
  }

  /** Moves one partition along each step of the chain that was found last. */
  shift(start: Cohort, end: Cohort): void {
    for (let to = end; to !== start; ) {
      const from = this.#sources[to.index];
      const topicId = this.#topicIds[to.index] ?? 0;
      assert(from !== undefined && (from.shares.get(topicId) ?? 0) > 0);
      addShare(from, topicId, -1);
      addShare(to, topicId, 1);
      to = from;
    }
  }
}

/** What the fullest member has, with the cohort's share dealt out evenly. */
function most({ total, drafts }: Cohort): number {
  return Math.ceil(total / drafts.length);
}

function least({ total, drafts }: Cohort): number {
  return Math.floor(total / drafts.length);
}
