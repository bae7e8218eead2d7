// Consumer groups against a naive model of them, command by command, with members that keep the rules and members that
// do not. Their restarts in between change nothing but the sessions.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Compared, GroupPair } from './group-pair.ts';
import type { Place } from './naive-types.ts';

const TOPICS = ['a', 'b', 'c'];
const TIMES = { sessionMs: 10_000, rebalanceMs: 7_000 };

const idArb = fc.constantFrom('m0', 'm1', 'm2');
const namesArb = fc.array(fc.constantFrom(...TOPICS, 'never'), { maxLength: 3 });
const placeArb = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 4 }))
  .map(([topicId, partition]): Place => `${topicId}/${partition}`);

type Act = (pair: GroupPair) => Compared | undefined;

/** The epoch a member names: its own, one that it had before, or one ahead. */
function epochOf({ naive }: GroupPair, id: string, lag: number): number {
  return Math.max(1, (naive.find(id)?.epoch ?? 1) - lag);
}

const patternArb = fc.constantFrom(null, null, null, null, '[ab]', '.*', '(');
const instanceArb = fc.constantFrom(null, null, 'i0', 'i1');

const joinArb = fc
  .record({
    id: idArb,
    topics: fc.option(namesArb, { freq: 20 }),
    pattern: patternArb,
    instance: instanceArb,
  })
  .map(
    (join): Act =>
      (pair) =>
        pair.beat({ ...join, ...TIMES, epoch: 0, owned: null }),
  );

const ownedArb = fc.constantFrom(
  'assigned',
  'assigned',
  'held',
  'held',
  'none',
  'unsaid',
  'foreign',
);

function ownedOf({ naive }: GroupPair, id: string, owned: string, foreign: Place): Place[] | null {
  if (owned === 'unsaid') return null;
  if (owned === 'none') return [];
  if (owned === 'foreign') return [foreign];
  return naive.placesOf(id, owned === 'held' ? 'all' : 'assigned');
}

const beatArb = fc
  .record({
    id: idArb,
    lag: fc.constantFrom(0, 0, 0, 0, 0, 1, 2, -1),
    topics: fc.option(namesArb, { freq: 1 }),
    pattern: patternArb,
    isNew: fc.constantFrom(true, false, false),
    instance: instanceArb,
    owned: ownedArb,
    place: placeArb,
  })
  .map(
    ({ id, lag, isNew, owned: which, place, ...said }): Act =>
      (pair) => {
        const owned = ownedOf(pair, id, which, place);
        const subscription = isNew ? said : { topics: null, pattern: null };
        const { instance } = said;
        const epoch = epochOf(pair, id, lag);
        return pair.beat({ id, epoch, ...TIMES, ...subscription, instance, owned });
      },
  );

const leaveArb = fc
  .record({ id: idArb, lag: fc.constantFrom(0, 0, 1, -1), keep: fc.boolean() })
  .map(
    ({ id, lag, keep }): Act =>
      (pair) =>
        pair.leave(id, epochOf(pair, id, lag), keep),
  );

const advanceArb = fc.constantFrom(100, 3_000, 6_000).map(
  (ms): Act =>
    (pair) =>
      pair.advance(ms),
);

const commitArb = fc
  .record({
    id: fc.option(idArb, { freq: 8 }),
    lag: fc.constantFrom(0, 0, 0, 1, 2, -1),
    isHeld: fc.boolean(),
    place: placeArb,
    offset: fc.integer({ min: 0, max: 4 }),
  })
  .map(
    ({ id, lag, isHeld, place, offset }): Act =>
      (pair) => {
        const held = id === null || !isHeld ? [] : pair.naive.placesOf(id, 'all');
        const epoch = id === null ? -1 : epochOf(pair, id, lag);
        return pair.commit(id, epoch, held[offset] ?? place, offset);
      },
  );

const topicArb = fc
  .record({
    what: fc.constantFrom('create', 'grow', 'delete', 'follow'),
    name: fc.constantFrom(...TOPICS),
  })
  .map(
    ({ what, name }): Act =>
      (pair) => {
        if (what === 'create') pair.createTopic(name);
        else if (what === 'grow') pair.growTopic(name);
        else if (what === 'follow') pair.follow();
        else pair.deleteTopic(name);
        return undefined;
      },
  );

const restartArb = fc.constant<Act>((pair) => {
  pair.restart();
  return undefined;
});

const actArb = fc.oneof(
  { weight: 3, arbitrary: joinArb },
  { weight: 12, arbitrary: beatArb },
  { weight: 2, arbitrary: leaveArb },
  { weight: 2, arbitrary: advanceArb },
  { weight: 5, arbitrary: commitArb },
  { weight: 2, arbitrary: topicArb },
  { weight: 1, arbitrary: restartArb },
);

describe('consumer groups', () => {
  it('do what a naive model of them does', () => {
    fc.assert(
      fc.property(fc.array(actArb, { maxLength: 80, size: 'max' }), (acts) => {
        const pair = new GroupPair();
        pair.createTopic('a');
        pair.createTopic('b');
        for (const act of acts) {
          for (const compared of [act(pair), pair.nextDue(), pair.described(), pair.targets()]) {
            expect(compared?.actual).toEqual(compared?.expected);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});
