import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderedMap } from '../src/ordered-map.ts';

const key = fc.nat({ max: 3_000 }).map((n) => String(n).padStart(5, '0'));

describe('the ordered map', () => {
  it('agrees with a sorted array, through many splits', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('set', 'set', 'delete', 'look'), key), {
      minLength: 3_000,
      maxLength: 6_000,
      size: 'max',
    });
    fc.assert(
      fc.property(steps, fc.boolean(), (list, walkedEarly) => {
        const map = new OrderedMap<string>();
        const model = new Map<string, string>();
        if (walkedEarly) map.ceiling('');
        const looks: [unknown, unknown][] = [];
        for (const [i, [kind, at]] of list.entries()) {
          if (kind === 'set') {
            map.set(at, String(i));
            model.set(at, String(i));
          } else if (kind === 'delete') {
            map.delete(at);
            model.delete(at);
          } else if (i % 20 === 0) {
            const keys = [...model.keys()].toSorted();
            looks.push([map.ceiling(at), keys.find((one) => one >= at)]);
            looks.push([map.higher(at), keys.find((one) => one > at)]);
            looks.push([map.lower(at), keys.findLast((one) => one < at)]);
          }
          expect(map.get(at)).toBe(model.get(at));
        }
        for (const [found, expected] of looks) expect(found).toBe(expected);
        const walked: string[] = [];
        for (let at = map.ceiling(''); at !== undefined; at = map.higher(at)) {
          walked.push(at);
        }
        expect(walked).toEqual([...model.keys()].toSorted());
        expect(map.size).toBe(model.size);
      }),
      { numRuns: 20 },
    );
  });

  it('walks over places where all keys were deleted', () => {
    const map = new OrderedMap<number>();
    const keys = Array.from({ length: 3_000 }, (_, i) => String(i).padStart(5, '0'));
    map.ceiling('');
    for (const at of keys) map.set(at, 1);
    for (const at of keys.slice(700, 2_300)) map.delete(at);
    expect(map.higher('00699')).toBe('02300');
    expect(map.ceiling('00700')).toBe('02300');
    expect(map.lower('02300')).toBe('00699');
    map.set('01500', 1);
    expect(map.higher('00699')).toBe('01500');
    for (const at of keys) map.delete(at);
    expect(map.ceiling('')).toBeUndefined();
    map.set('00001', 1);
    expect(map.lower('1')).toBe('00001');
  });

  it('takes growing keys and a walk from either end', () => {
    const map = new OrderedMap<number>();
    for (let i = 0; i < 2_000; i += 1) {
      map.set(String(i).padStart(5, '0'), i);
      expect(map.lower('99999')).toBe(String(i).padStart(5, '0'));
    }
    expect(map.ceiling('')).toBe('00000');
    expect(map.lower('00000')).toBeUndefined();
    expect(map.ceiling('02000')).toBeUndefined();
  });
});
