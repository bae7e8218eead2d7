// Fifty members that join, leave, crash, stall and come back at random: one owner a partition [C-1], no committed offset
// goes back [C-21], every record is handled. A seed that fails is a bug report.
import { expect, it } from 'vitest';
import { Crowd } from './crowd.ts';

const TICKS = 400;

it('keeps its promises with fifty members, whatever the seed', () => {
  const counts = { started: 0, cameBack: 0, crashed: 0 };
  let refused = 0;
  for (let seed = 1; seed <= 4; seed += 1) {
    const crowd = new Crowd(seed, 50);
    for (let i = 0; i < 20; i += 1) crowd.start();
    try {
      for (let tick = 0; tick < TICKS; tick += 1) crowd.tick();
      crowd.finish(600);
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause });
    }
    expect(crowd.sim.commitsStored).toBeGreaterThan(300);
    refused += crowd.sim.commitsRefused;
    counts.started += crowd.counts.started;
    counts.cameBack += crowd.counts.cameBack;
    counts.crashed += crowd.counts.crashed;
  }
  // The runs are worth something only if enough happened.
  expect(counts.started).toBeGreaterThan(200);
  expect(counts.cameBack).toBeGreaterThan(3);
  expect(counts.crashed).toBeGreaterThan(3);
  expect(refused).toBeGreaterThan(3);
}, 120_000);
