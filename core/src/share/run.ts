// A run: consecutive unresolved messages of a share partition that are in the same state. Its states, the moves
// between them, and its row. It holds no state of its own.

import { assert } from '../assert.ts';
import { RUN_STATES, type RunRow, type RunState } from '../rows.ts';

export interface Run {
  readonly first: number;
  readonly last: number;
  readonly state: RunState;
  readonly deliveries: number;
  /** leased: deadline; scheduled: when it becomes ready; ready: 0. */
  readonly untilMs: number;
  /** Token and member of the newest lease, also after it ended. */
  readonly token: number;
  readonly memberId: string;
  /** When the newest lease was given; 0 where it was returned: its receipt is spent. */
  readonly leasedAtMs: number;
  /** 0 where every delivery was returned. */
  readonly firstDeliveredAtMs: number;
  /** 0 where no attempt failed. */
  readonly firstFailedAtMs: number;
}

/** Every state that a message of a share group can be in; only those between the ends are runs. */
export type ShareState = 'fresh' | RunState | 'acknowledged' | 'dead' | 'removed';

/** From each state, where a message may go next. [L-3] */
export const SHARE_MOVES = {
  fresh: ['leased', 'removed'],
  ready: ['leased', 'scheduled', 'ready', 'acknowledged', 'dead', 'removed'],
  scheduled: ['ready', 'scheduled', 'acknowledged', 'dead', 'removed'],
  parked: ['leased', 'scheduled', 'parked', 'acknowledged', 'dead', 'removed'],
  blocked: ['ready', 'parked', 'acknowledged', 'dead', 'removed'],
  leased: ['leased', 'ready', 'scheduled', 'acknowledged', 'dead', 'removed'],
  acknowledged: [],
  dead: [],
  removed: [],
} as const satisfies Record<ShareState, readonly ShareState[]>;

export function assertMove(from: ShareState, to: ShareState): void {
  const allowed: readonly ShareState[] = SHARE_MOVES[from];
  assert(allowed.includes(to), `a message does not go from ${from} to ${to}`);
}

export function rowOf(run: Run): RunRow {
  assert(run.first <= run.last && run.deliveries >= 0);
  return [
    run.last,
    RUN_STATES.indexOf(run.state),
    run.deliveries,
    run.untilMs,
    run.token,
    run.memberId,
    run.leasedAtMs,
    run.firstDeliveredAtMs,
    run.firstFailedAtMs,
    null,
  ];
}

export function runLength(run: { readonly first: number; readonly last: number }): number {
  return run.last - run.first + 1;
}
