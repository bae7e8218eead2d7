// Ids in the order of their time.

import { expect, test } from 'vitest';
import { orderedId } from '../src/ordered-id.ts';

test('a UUID of version 7: its time, then chance', () => {
  const id = orderedId(Date.UTC(2022, 1, 22, 19, 22, 22));
  // The time of the example in RFC 9562, appendix A.6.
  expect(id).toMatch(/^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('of another time another place in the order; of the same time another id', () => {
  const ids = [0, 1, 255, 256, 1_763_900_000_000, 1_763_900_000_001].map((ms) => orderedId(ms));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(Array.from({ length: 1_000 }, () => orderedId(5))).size).toBe(1_000);
});
