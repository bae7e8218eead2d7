// What the command says in the end of many plays.

import { expect, test } from 'vitest';
import { summaryOf } from '../../src/command/text.ts';

const proven = { scenario: 'happy', via: 'native', checks: [], seconds: 2, ok: true } as const;

test.each([
  [[proven, proven], 2, 'All are proven.'],
  [[proven, { ...proven, ok: false }], 2, '1 of 2 are not proven.'],
  // Interrupted between two plays.
  [[proven], 3, '2 of 3 are not proven, of which 2 were not played.'],
  [[], 0, 'All are proven.'],
])('the last line', (results, planned, last) => {
  expect(summaryOf(results, planned).split('\n').at(-1)).toBe(last);
});
