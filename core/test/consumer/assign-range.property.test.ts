// Properties of the range assignor [C-12].
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignRange, partitionKey, type SubscribedTopic } from '../../src/index.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];

const topicsArb: fc.Arbitrary<SubscribedTopic[]> = fc
  .subarray(NAMES)
  .chain((names) =>
    fc.tuple(
      ...names.map((name, i) =>
        fc.tuple(fc.constant(name), fc.constant(i + 1), fc.integer({ min: 1, max: 12 })),
      ),
    ),
  );

const subscribersArb = fc.uniqueArray(
  fc.record({ memberId: fc.string({ minLength: 1, maxLength: 3 }), topics: fc.subarray(NAMES) }),
  { maxLength: 8, selector: ({ memberId }) => memberId },
);

const groupArb = fc.record({ subscribers: subscribersArb, topics: topicsArb });

/** Partitions of the topic that a member has, in order. */
function partitionsIn(keys: ReadonlySet<number> | undefined, topicId: number): number[] {
  return [...(keys ?? [])]
    .filter((key) => Math.floor(key / 1024) === topicId)
    .map((key) => key % 1024)
    .toSorted((x, y) => x - y);
}

describe('assignRange [C-12]', () => {
  it('gives every partition of a subscribed topic to one subscriber, and nothing else', () => {
    fc.assert(
      fc.property(groupArb, ({ subscribers, topics }) => {
        const target = assignRange(subscribers, topics);
        expect([...target.keys()].toSorted()).toEqual(
          subscribers.map(({ memberId }) => memberId).toSorted(),
        );
        const given = [...target.values()].flatMap((keys) => [...keys]);
        expect(new Set(given).size).toBe(given.length);
        const expected = topics
          .filter(([name]) => subscribers.some((subscriber) => subscriber.topics.includes(name)))
          .flatMap(([, id, count]) => Array.from({ length: count }, (_, p) => partitionKey(id, p)));
        expect(given.toSorted((x, y) => x - y)).toEqual(expected.toSorted((x, y) => x - y));
      }),
    );
  });

  it('gives a member nothing of topics it is not subscribed to', () => {
    fc.assert(
      fc.property(groupArb, ({ subscribers, topics }) => {
        const target = assignRange(subscribers, topics);
        for (const { memberId, topics: names } of subscribers) {
          for (const [name, topicId] of topics) {
            if (names.includes(name)) continue;
            expect(partitionsIn(target.get(memberId), topicId)).toEqual([]);
          }
        }
      }),
    );
  });

  it('splits each topic into runs that differ by one at most, the longer ones first', () => {
    fc.assert(
      fc.property(groupArb, ({ subscribers, topics }) => {
        const target = assignRange(subscribers, topics);
        for (const [name, topicId] of topics) {
          const runs = subscribers
            .filter((subscriber) => subscriber.topics.includes(name))
            .toSorted((x, y) => (x.memberId < y.memberId ? -1 : 1))
            .map(({ memberId }) => partitionsIn(target.get(memberId), topicId));
          for (const run of runs) {
            for (const [i, partition] of run.entries()) expect(partition).toBe((run[0] ?? 0) + i);
          }
          const sizes = runs.map((run) => run.length);
          expect(sizes).toEqual([...sizes].toSorted((x, y) => y - x));
          expect((sizes[0] ?? 0) - (sizes.at(-1) ?? 0)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('gives the same whatever the order in which members and topics come', () => {
    const shuffledArb = groupArb.chain((group) =>
      fc.record({
        group: fc.constant(group),
        subscribers: fc.shuffledSubarray(group.subscribers, {
          minLength: group.subscribers.length,
        }),
        topics: fc.shuffledSubarray(group.topics, { minLength: group.topics.length }),
      }),
    );
    const sorted = (target: ReadonlyMap<string, ReadonlySet<number>>) =>
      [...target]
        .map(([memberId, keys]) => [memberId, [...keys].toSorted((x, y) => x - y)])
        .toSorted(([x = ''], [y = '']) => (x < y ? -1 : 1));
    fc.assert(
      fc.property(shuffledArb, ({ group, subscribers, topics }) => {
        const target = assignRange(group.subscribers, group.topics);
        expect(sorted(assignRange(subscribers, topics))).toEqual(sorted(target));
      }),
    );
  });

  it('brings equal partition numbers of alike topics to one member', () => {
    const alike = [
      ['a', 1, 7],
      ['b', 2, 7],
    ] as const;
    const subscribers = ['x', 'y', 'z'].map((memberId) => ({ memberId, topics: ['a', 'b'] }));
    for (const keys of assignRange(subscribers, alike).values()) {
      expect(partitionsIn(keys, 1)).toEqual(partitionsIn(keys, 2));
    }
  });
});
