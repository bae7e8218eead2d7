// Moves one member towards its target [C-14..C-18]: what it should not have it is told to give up, what it gave up it
// no longer holds, what it should have it is given once nobody else holds it. Pure; the caller knows who holds what.

import { assert } from '../assert.ts';
import type { Held } from './partition-keys.ts';

export interface Holdings {
  readonly assigned: Held;
  readonly revoking: Held;
}

export interface Reconciled extends Holdings {
  readonly hasChanged: boolean;
  /** Part of the target is still held by others, or by the member itself as something to give up. */
  readonly isWaiting: boolean;
}

export interface Step {
  readonly holdings: Holdings;
  readonly target: ReadonlySet<number>;
  /** The group epoch the target belongs to; new partitions are held since then. */
  readonly epoch: number;
  /** What the member works on, if its report was made in its current epoch; otherwise null: nothing is taken back. */
  readonly report: ReadonlySet<number> | null;
  /** True where another member holds the partition. */
  readonly isTaken: (key: number) => boolean;
}

export function reconcile({ holdings, target, epoch, report, isTaken }: Step): Reconciled {
  const assigned = new Map<number, number>();
  const revoking = new Map<number, number>();
  let hasChanged = false;
  let isWaiting = false;
  for (const [key, since] of holdings.revoking) {
    if (report === null || report.has(key)) revoking.set(key, since);
    else hasChanged = true;
  }
  for (const [key, since] of holdings.assigned) {
    assert(!revoking.has(key) && since <= epoch);
    if (target.has(key)) {
      assigned.set(key, since);
    } else {
      revoking.set(key, since);
      hasChanged = true;
    }
  }
  for (const key of target) {
    if (assigned.has(key)) continue;
    if (revoking.has(key) || isTaken(key)) {
      isWaiting = true;
    } else {
      assigned.set(key, epoch);
      hasChanged = true;
    }
  }
  return { assigned, revoking, hasChanged, isWaiting };
}
