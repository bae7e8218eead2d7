// The ordered map against a naive one: a Map whose keys are sorted whenever somebody asks for order.
import { deepEqual, equal } from 'node:assert/strict';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { OrderedMap } from '../../src/collections/ordered-map.ts';

class NaiveMap {
  readonly entries = new Map<number, number>();

  keys(): number[] {
    return [...this.entries.keys()].toSorted((a, b) => a - b);
  }

  from(key: number): [number, number][] {
    const keys = this.keys().filter((other) => other >= key);
    return keys.map((other) => [other, this.entries.get(other) as number]);
  }
}

/** Runs of neighbours, so that chunks fill, split, empty and join. */
const key = fc.nat({ max: 3_000 });
const op = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('set' as const), key, count: fc.nat(600) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), key, count: fc.nat(600) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('thin' as const), key, count: fc.nat(900) }),
  },
);

it('does what a sorted list of entries does', () => {
  fc.assert(
    fc.property(
      fc.array(op, { maxLength: 25, size: 'max' }),
      fc.array(key, { maxLength: 10 }),
      (ops, probes) => {
        const map = new OrderedMap();
        const naive = new NaiveMap();
        for (const { kind, key: first, count } of ops) {
          const step = kind === 'thin' ? 2 : 1;
          for (let at = first; at < first + count; at += step) {
            if (kind === 'set') {
              map.set(at, at * 3 + count);
              naive.entries.set(at, at * 3 + count);
            } else {
              equal(map.delete(at), naive.entries.delete(at));
            }
          }
          map.assertInvariants();
        }
        expect(map.size).toBe(naive.entries.size);
        equal(map.firstKey(), naive.keys()[0]);
        deepEqual([...map.entriesFrom(0)], naive.from(0));
        for (const probe of probes) {
          equal(map.get(probe), naive.entries.get(probe));
          equal(
            map.floorKey(probe),
            naive.keys().findLast((other) => other <= probe),
          );
          equal(
            map.ceilingKey(probe),
            naive.keys().find((other) => other >= probe),
          );
          deepEqual([...map.entriesFrom(probe)], naive.from(probe));
        }
      },
    ),
    { numRuns: 150 },
  );
});

it('takes keys and values up to 2^53-1', () => {
  const map = new OrderedMap();
  for (const large of [2 ** 32, Number.MAX_SAFE_INTEGER, 2 ** 31]) map.set(large, large);
  expect([...map.entriesFrom(0)].map(([, value]) => value)).toEqual([
    2 ** 31,
    2 ** 32,
    Number.MAX_SAFE_INTEGER,
  ]);
});
