// What must hold of a group that is ordered by key: no message of a key is leased while an earlier one is unresolved, save
// by the same receive. [I5, L-60]

import type { SettledGroup } from './check.ts';
import { at, mayStand, type Story } from './deliveries.ts';

interface Link {
  readonly story: Story;
  /** It was not resolved before this time, microseconds. */
  readonly notBefore: number;
  /** The latest of these times of all messages of the key up to this one. */
  readonly allNotBefore: number;
}

export function checkOrder(group: SettledGroup): string[] {
  const found: string[] = [];
  for (const chain of chainsOf(group)) {
    for (const [i, { story }] of chain.entries()) {
      for (const { by } of story.given) {
        if ((chain[i - 1]?.allNotBefore ?? Number.NEGATIVE_INFINITY) <= by.end) continue;
        const earlier = chain
          .slice(0, i)
          .find((one) => one.notBefore > by.end && !one.story.given.some((own) => own.by === by));
        if (earlier === undefined) continue;
        const { o } = earlier.story;
        found.push(
          `${group.name} ${story.p}/${story.o} was leased before ${o} of its key was over`,
        );
      }
    }
  }
  return found;
}

/** The messages of each key and partition, in the order of the log. */
function chainsOf(group: SettledGroup): Iterable<readonly Link[]> {
  const chains = new Map<string, Link[]>();
  const places = [...group.records.keys()].toSorted((one, other) => one - other);
  for (const place of places) {
    const key = group.records.get(place)?.key;
    const story = group.stories.get(place);
    if (key === null || key === undefined || story === undefined) continue;
    const name = `${story.p}/${key}`;
    const chain = chains.get(name) ?? [];
    const notBefore = resolvedNotBefore(group, story);
    const last = chain.at(-1)?.allNotBefore ?? Number.NEGATIVE_INFINITY;
    chain.push({ story, notBefore, allNotBefore: Math.max(last, notBefore) });
    chains.set(name, chain);
  }
  return chains.values();
}

/** Where its last delivery was lost on the way to its member, nobody can tell. */
function resolvedNotBefore(group: SettledGroup, story: Story): number {
  const letter = group.letters.get(at(story.p, story.o))?.[0];
  if (letter?.reason === 'exhausted') {
    const last = story.given.find(({ n }) => n === group.maxDeliveries);
    return last?.by.start ?? Number.NEGATIVE_INFINITY;
  }
  const kind = letter === undefined ? 'accept' : 'reject';
  const said = story.said.filter((one) => one.kind === kind && mayStand(one));
  return Math.min(...said.map(({ start }) => start));
}
