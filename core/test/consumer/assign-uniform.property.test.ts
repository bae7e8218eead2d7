// Properties of the uniform assignor [C-31]: complete, level, sticky, the same whatever the order.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignUniform, partitionKey, type SubscribedTopic } from '../../src/index.ts';

interface Subscriber {
  readonly memberId: string;
  readonly topics: readonly string[];
  readonly had?: ReadonlySet<number>;
}
type Target = ReadonlyMap<string, ReadonlySet<number>>;

const NAMES = ['a', 'b', 'c', 'd', 'e'];

const topicsArb: fc.Arbitrary<SubscribedTopic[]> = fc
  .subarray(NAMES)
  .chain((names) =>
    fc.tuple(
      ...names.map((name, i) =>
        fc.tuple(fc.constant(name), fc.constant(i + 1), fc.integer({ min: 1, max: 9 })),
      ),
    ),
  );
const idsArb = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,2}$/), { minLength: 1, maxLength: 8 });
const mixedArb = fc.uniqueArray(
  fc.record({ memberId: fc.stringMatching(/^[a-z]{1,2}$/), topics: fc.subarray(NAMES) }),
  { minLength: 1, maxLength: 8, selector: ({ memberId }) => memberId },
);

function allKeys(topics: readonly SubscribedTopic[], names: (name: string) => boolean): number[] {
  return topics
    .filter(([name]) => names(name))
    .flatMap(([, id, count]) => Array.from({ length: count }, (_, p) => partitionKey(id, p)));
}

function keysOf(target: Target): number[] {
  return [...target.values()].flatMap((keys) => [...keys]).toSorted((x, y) => x - y);
}

function sizes(target: Target): number[] {
  return [...target.values()].map(({ size }) => size);
}

function spread(target: Target): number {
  return Math.max(...sizes(target)) - Math.min(...sizes(target));
}

/** Partitions that somebody has now who did not before. */
function moved(before: Target, after: Target): number {
  let count = 0;
  for (const [id, keys] of after) for (const key of keys) if (!before.get(id)?.has(key)) count += 1;
  return count;
}

function sticky(members: readonly Subscriber[], before: Target): Subscriber[] {
  return members.map((member) => {
    return { ...member, had: before.get(member.memberId) ?? new Set<number>() };
  });
}

/** The smallest sum of squares, by trying everything: each partition with each subscriber, as counts. */
function leastSquares(members: readonly Subscriber[], topics: readonly SubscribedTopic[]): number {
  let loads = new Set([members.map(() => 0).join()]);
  for (const [name, , count] of topics) {
    const takers = members.flatMap((member, i) => (member.topics.includes(name) ? [i] : []));
    for (let p = 0; p < count && takers.length > 0; p += 1) {
      const next = new Set<string>();
      for (const load of loads) {
        for (const taker of takers) {
          const counts = load.split(',').map(Number);
          counts[taker] = (counts[taker] ?? 0) + 1;
          next.add(counts.join());
        }
      }
      loads = next;
    }
  }
  const squares = (load: string) => load.split(',').reduce((sum, n) => sum + Number(n) ** 2, 0);
  return Math.min(...[...loads].map(squares));
}

describe('assignUniform [C-31]', () => {
  it('gives every partition of a subscribed topic to one subscriber, and nothing else', () => {
    fc.assert(
      fc.property(mixedArb, mixedArb, topicsArb, (earlier, members, topics) => {
        const target = assignUniform(sticky(members, assignUniform(earlier, topics)), topics);
        expect([...target.keys()].toSorted()).toEqual(
          members.map(({ memberId }) => memberId).toSorted(),
        );
        const names = (name: string) => members.some((member) => member.topics.includes(name));
        expect(keysOf(target)).toEqual(allKeys(topics, names).toSorted((x, y) => x - y));
        for (const member of members) {
          const own = allKeys(topics, (name) => member.topics.includes(name));
          for (const key of target.get(member.memberId) ?? []) expect(own).toContain(key);
        }
      }),
    );
  });

  it('gives members with equal subscriptions as many, one more at most', () => {
    fc.assert(
      fc.property(idsArb, topicsArb, fc.boolean(), (ids, topics, isShared) => {
        const members = ids.map((memberId) => {
          return { memberId, topics: isShared ? NAMES : [...NAMES] };
        });
        expect(spread(assignUniform(members, topics))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is as level as can be where subscriptions differ, whatever came before', () => {
    const smallArb = fc.subarray(NAMES).map((names): SubscribedTopic[] => {
      return names.map((name, i) => [name, i + 1, 1 + ((i * 2) % 3)]);
    });
    const fewArb = mixedArb.map((members) => members.slice(0, 4));
    fc.assert(
      fc.property(fewArb, fewArb, smallArb, (earlier, members, topics) => {
        const target = assignUniform(sticky(members, assignUniform(earlier, topics)), topics);
        const squares = sizes(target).reduce((sum, size) => sum + size ** 2, 0);
        expect(squares).toBe(leastSquares(members, topics));
      }),
      { numRuns: 60 },
    );
  });

  it('moves nothing where nothing changed', () => {
    fc.assert(
      fc.property(mixedArb, mixedArb, topicsArb, (earlier, members, topics) => {
        const before = assignUniform(sticky(members, assignUniform(earlier, topics)), topics);
        const after = assignUniform(sticky(members, before), topics);
        for (const [id, keys] of after) expect(keys).toBe(before.get(id));
      }),
    );
  });

  it('moves only what has to when a member joins, leaves, or a topic grows', () => {
    fc.assert(
      fc.property(idsArb, topicsArb, fc.nat(7), (ids, topics, at) => {
        const members = ids.map((memberId) => ({ memberId, topics: NAMES }));
        const before = assignUniform(members, topics);
        const joined = [...members, { memberId: 'new one', topics: NAMES }];
        const after = assignUniform(sticky(joined, before), topics);
        expect(moved(before, after)).toBe(after.get('new one')?.size);
        expect(spread(after)).toBeLessThanOrEqual(1);

        const gone = ids[at % ids.length] ?? '';
        const rest = members.filter(({ memberId }) => memberId !== gone);
        const without = assignUniform(sticky(rest, before), topics);
        const free = before.get(gone)?.size ?? 0;
        expect(moved(before, without)).toBe(rest.length === 0 ? 0 : free);

        const grown = topics.map(([name, id, count]): SubscribedTopic => [name, id, count + 2]);
        const more = assignUniform(sticky(members, before), grown);
        const [mostNow, leastNow] = [Math.max(...sizes(more)), Math.min(...sizes(more))];
        expect(mostNow - leastNow).toBeLessThanOrEqual(1);
        expect(moved(before, more)).toBe(2 * topics.length);
      }),
    );
  });

  it('gives the same whatever the order in which members and topics come', () => {
    fc.assert(
      fc.property(mixedArb, topicsArb, (members, topics) => {
        const one = assignUniform(members, topics);
        const other = assignUniform(members.toReversed(), topics.toReversed());
        for (const [id, keys] of one) {
          expect(other.get(id)).toEqual(keys);
        }
      }),
    );
  });

  it('spreads each topic over the members', () => {
    const members = ['x', 'y', 'z'].map((memberId) => ({ memberId, topics: NAMES }));
    const target = assignUniform(members, [
      ['a', 1, 6],
      ['b', 2, 6],
    ]);
    for (const keys of target.values()) {
      expect([...keys].filter((key) => key < partitionKey(2, 0))).toHaveLength(2);
    }
  });

  it('goes by way of a third where two have nothing in common', () => {
    const members = [
      { memberId: 'x', topics: ['a'] },
      { memberId: 'y', topics: ['a', 'b'] },
      { memberId: 'z', topics: ['b'] },
    ];
    const had = new Map([
      ['x', new Set([0, 1, 2].map((p) => partitionKey(1, p)))],
      ['y', new Set([0, 1].map((p) => partitionKey(2, p)))],
    ]);
    const target = assignUniform(sticky(members, had), [
      ['a', 1, 3],
      ['b', 2, 2],
    ]);
    expect(spread(target)).toBe(1);
  });
});
