// Consumer groups against a naive model of them, command by command, with members that keep the rules and members that
// do not. Their restarts in between change nothing but the sessions.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Compared, GroupPair } from './group-pair.ts';
import type { Place } from './naive-group.ts';

const TOPICS = ['a', 'b', 'c'];
const SESSION_MS = 10_000;

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

const joinArb = fc.record({ id: idArb, topics: fc.option(namesArb, { freq: 20 }) }).map(
  (join): Act =>
    (pair) =>
      pair.beat({ ...join, epoch: 0, sessionMs: SESSION_MS, owned: null }),
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
    topics: fc.option(namesArb, { freq: 2 }),
    owned: ownedArb,
    place: placeArb,
  })
  .map(
    ({ id, lag, topics, owned: which, place }): Act =>
      (pair) => {
        const owned = ownedOf(pair, id, which, place);
        return pair.beat({
          id,
          epoch: epochOf(pair, id, lag),
          sessionMs: SESSION_MS,
          topics,
          owned,
        });
      },
  );

const leaveArb = fc.record({ id: idArb, lag: fc.constantFrom(0, 0, 1, -1) }).map(
  ({ id, lag }): Act =>
    (pair) =>
      pair.leave(id, epochOf(pair, id, lag)),
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
  .record({ what: fc.constantFrom('create', 'grow', 'delete'), name: fc.constantFrom(...TOPICS) })
  .map(
    ({ what, name }): Act =>
      (pair) => {
        if (what === 'create') pair.createTopic(name);
        else if (what === 'grow') pair.growTopic(name);
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
  { weight: 1, arbitrary: leaveArb },
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
          for (const compared of [act(pair), pair.nextDue(), pair.described()]) {
            expect(compared?.actual).toEqual(compared?.expected);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});
