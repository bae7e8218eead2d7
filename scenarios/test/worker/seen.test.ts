// The cache of finished messages: it remembers the last so many, by when they were seen.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Seen } from '../../src/worker/seen.ts';

test('what was not seen for longest is forgotten first', () => {
  const seen = new Seen(2);
  seen.add('a');
  seen.add('b');
  expect(seen.has('a')).toBe(true);
  seen.add('c');
  expect(seen.has('b')).toBe(false);
  expect([seen.has('a'), seen.has('c')]).toEqual([true, true]);
});

test('as a list that is searched, whatever is asked of it', () => {
  const command = fc.tuple(fc.constantFrom('has', 'add'), fc.integer({ min: 0, max: 7 }));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(command), (size, commands) => {
      const seen = new Seen(size);
      let list: string[] = [];
      for (const [verb, number] of commands) {
        const key = `${number}`;
        const isKnown = list.includes(key);
        const found = verb === 'has' ? seen.has(key) : isKnown;
        expect(found).toBe(isKnown);
        if (verb === 'add') seen.add(key);
        if (verb === 'add' || isKnown) list = [...list.filter((one) => one !== key), key];
        list = list.slice(-size);
        expect(seen.size).toBe(list.length);
      }
    }),
  );
});
