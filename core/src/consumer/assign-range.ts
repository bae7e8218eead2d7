// The range assignor: of each topic, every subscriber gets a run of neighbouring partitions, the runs differing by one
// at most [C-12]. A pure function of who subscribes to what; it knows nothing of what members hold now.

import { assert } from '../assert.ts';
import { partitionKey } from '../log/logs.ts';
import type { SubscribedTopic } from '../rows.ts';
import { inOrder, type Subscriber, type Target } from './subscriber.ts';

/**
 * Every partition of a topic with subscribers goes to exactly one of them. Members are taken in the order of their ids,
 * so topics with the same subscribers and partitions are split alike: equal partition numbers meet in one member.
 */
export function assignRange(
  subscribers: Iterable<Subscriber>,
  topics: readonly SubscribedTopic[],
): Target {
  const target = new Map<string, Set<number>>();
  const subscribersOf = new Map<string, Set<number>[]>();
  for (const { memberId, topics: names } of inOrder(subscribers)) {
    assert(!target.has(memberId), 'a member is given once');
    const share = new Set<number>();
    target.set(memberId, share);
    for (const name of names) {
      const shares = subscribersOf.get(name);
      if (shares === undefined) subscribersOf.set(name, [share]);
      else shares.push(share);
    }
  }
  for (const [name, topicId, partitions] of topics) {
    spread(topicId, partitions, subscribersOf.get(name) ?? []);
  }
  return target;
}

/** The first `partitions mod shares` shares get one more than the others. */
function spread(topicId: number, partitions: number, shares: readonly Set<number>[]): void {
  assert(Number.isInteger(partitions) && partitions >= 1);
  let next = 0;
  for (const [rank, share] of shares.entries()) {
    const extra = rank < partitions % shares.length ? 1 : 0;
    const end = next + Math.floor(partitions / shares.length) + extra;
    for (; next < end; next += 1) share.add(partitionKey(topicId, next));
  }
  assert(shares.length === 0 || next === partitions, 'every partition is given');
}
