// Who takes part in sharing out partitions, and what comes out of it: the words that assignors have in common.

import type { SubscribedTopic } from '../rows.ts';

export interface Subscriber {
  readonly memberId: string;
  /** Where it stands among the others, if not by its id: the name of a static member outlives its ids. */
  readonly rank?: string | undefined;
  /** The topics it gets of, as far as they exist. Members that share the array are looked at as one. */
  readonly topics: readonly string[];
  /** What it was to have so far. No partition is in two of them. */
  readonly had?: ReadonlySet<number> | undefined;
}

/** Member -> the keys of the partitions it should have. */
export type Target = ReadonlyMap<string, ReadonlySet<number>>;

/** Every partition of a topic with subscribers goes to exactly one of them. The order of what is given does not matter. */
export type Assignor = (
  subscribers: Iterable<Subscriber>,
  topics: readonly SubscribedTopic[],
) => Target;

/** By rank, then by id. */
export function inOrder(subscribers: Iterable<Subscriber>): Subscriber[] {
  const ranked = [...subscribers].map((of) => ({ of, rank: of.rank ?? of.memberId }));
  ranked.sort((a, b) => compare(a.rank, b.rank) || compare(a.of.memberId, b.of.memberId));
  return ranked.map(({ of }) => of);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
