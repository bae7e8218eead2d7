// A delivery undone: the count goes down, there is no failure, and the receipt is spent.

import { assert } from '../assert.ts';
import type { Run } from './run.ts';
import type { Move } from './share-draft.ts';

/** A part of a leased run as if this delivery had not been. [L-17] */
export function givenBack(run: Run, first: number, last: number, error: string | null): Move {
  assert(run.state === 'leased' && run.deliveries > 0, 'only a lease can be given back');
  const deliveries = run.deliveries - 1;
  const firstDeliveredAtMs = deliveries === 0 ? 0 : run.firstDeliveredAtMs;
  const undone = { deliveries, firstDeliveredAtMs, leasedAtMs: 0 };
  const next: Run = { ...run, first, last, state: 'ready', untilMs: 0, ...undone };
  return { first, last, to: 'ready', next, error };
}
