// How fast a producer sends: a rate holds for batches as for single messages.

import { expect, test } from 'vitest';
import { Pace } from '../../src/producer/pace.ts';

/** What goes when, with a clock that stands still but while it is waited: [ms, messages]. */
function sentBy(knobs: { rate: number; batchSize: number }, n: number, sendMs = 0) {
  let now = 5_000;
  const pace = new Pace(knobs, () => now);
  const batches: [atMs: number, messages: number][] = [];
  for (let sent = 0; sent < n; ) {
    now += pace.waitMs(sent);
    const messages = Math.min(pace.room(sent), n - sent);
    batches.push([Math.round(now - 5_000), messages]);
    sent += messages;
    now += sendMs;
  }
  return batches;
}

test('without a rate: whole batches, at once', () => {
  expect(sentBy({ rate: 0, batchSize: 10 }, 25)).toEqual([
    [0, 10],
    [0, 10],
    [0, 5],
  ]);
});

test('two a second are two a second, whatever fits into a batch', () => {
  expect(sentBy({ rate: 2, batchSize: 10 }, 4)).toEqual([
    [0, 1],
    [500, 1],
    [1_000, 1],
    [1_500, 1],
  ]);
});

test('what became due while others were on their way goes together, at most a batch', () => {
  expect(sentBy({ rate: 100, batchSize: 10 }, 30, 50)).toEqual([
    [0, 1],
    [50, 5],
    [100, 5],
    [150, 5],
    [200, 5],
    [250, 5],
    [300, 4],
  ]);
  expect(sentBy({ rate: 1_000, batchSize: 10 }, 31, 50)).toEqual([
    [0, 1],
    [50, 10],
    [100, 10],
    [150, 10],
  ]);
});
