// The store that core's tests run on, against the plainest reading of the View contract.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type KeyOf, put, type RangeQuery, remove } from '../../src/index.ts';
import { compareKeys, MemoryView } from './memory-view.ts';

const parts = fc.nat({ max: 4 });
const keys = fc.tuple(parts, parts, parts);
const bounds = fc.option(fc.oneof(fc.tuple(parts), fc.tuple(parts, parts), keys), {
  nil: undefined,
});
const queries = fc.record({
  prefix: fc.option(fc.oneof(fc.constant([]), fc.tuple(parts), fc.tuple(parts, parts)), {
    nil: undefined,
  }),
  from: bounds,
  to: bounds,
  reverse: fc.boolean(),
  limit: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
});

const covers = (bound: readonly number[], key: readonly number[]) =>
  bound.every((part, i) => part === key[i]);

/** `from` includes all keys that begin with it, `to` excludes them, in both directions. */
function within(key: readonly number[], { prefix = [], from, to, reverse }: RangeQuery): boolean {
  if (!covers(prefix as number[], key)) return false;
  const [first, end] = [from as number[] | undefined, to as number[] | undefined];
  const sign = reverse === true ? -1 : 1;
  const isStarted = first === undefined || covers(first, key) || sign * compareKeys(key, first) > 0;
  const isEnded = end !== undefined && (covers(end, key) || sign * compareKeys(key, end) > 0);
  return isStarted && !isEnded;
}

it('ranges as the contract says', () => {
  fc.assert(
    fc.property(fc.array(keys), fc.array(keys), queries, (added, removed, asked) => {
      const view = new MemoryView();
      for (const each of added) view.apply(put('segments', each, [1, 1, 1, 1, 0, 0]));
      for (const each of removed) view.apply(remove('segments', each));
      const isGone = (each: KeyOf<'segments'>) => removed.some((key) => !compareKeys(key, each));
      const unique = [...new Map(added.map((each) => [each.join(), each])).values()];
      const kept = unique.filter((each) => !isGone(each)).toSorted(compareKeys);
      const expected = kept.filter((each) => within(each, asked));
      if (asked.reverse) expected.reverse();
      const got = [...view.range('segments', asked)].map(([each]) => [...each]);
      expect(got).toEqual(expected.slice(0, asked.limit));
      for (const each of kept) expect(view.get('segments', each)).toEqual([1, 1, 1, 1, 0, 0]);
    }),
    { numRuns: 500 },
  );
});

it('keeps rows apart from those who gave or got them', () => {
  const view = new MemoryView();
  const bytes = new Uint8Array([1]);
  view.apply(put('batches', [1, 0, 0], bytes));
  bytes[0] = 2;
  const read = view.get('batches', [1, 0, 0]);
  expect(read).toEqual(new Uint8Array([1]));
});
