// How far a worker receives ahead where messages come in the order of their keys.
import { expect, it } from 'vitest';
import { Demand } from '../src/worker/demand.ts';

it('keeps few keys from other workers', () => {
  const demand = new Demand({ runningMax: 10, prefetch: undefined });
  const from = performance.now();
  demand.order();
  demand.ended(1_000_000);
  expect(demand.heldMax(from + 100)).toBe(510);
});
