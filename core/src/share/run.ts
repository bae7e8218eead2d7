// A run: consecutive unresolved messages of a share partition that are in the same state. Its states, the moves
// between them, and its row. It holds no state of its own.

import { assert } from '../assert.ts';
import { RUN_STATES, type RunRow, type RunState } from '../rows.ts';

/** A lane is a number of eight bytes, big-endian. */
const LANE_BYTES = 8;

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
  /** The lane of each message, eight bytes each; null in groups without lanes. */
  readonly lanes: Uint8Array | null;
}

/** Every state that a message of a share group can be in; only those between the ends are runs. */
export type ShareState =
  | 'fresh'
  | RunState
  | 'acknowledged'
  | 'dead'
  | 'removed'
  | 'purged'
  | 'skipped';

/** From each state, where a message may go next. [L-3] */
export const SHARE_MOVES = {
  fresh: [
    'leased',
    'ready',
    'scheduled',
    'parked',
    'acknowledged',
    'dead',
    'removed',
    'purged',
    'skipped',
  ],
  ready: [
    'leased',
    'scheduled',
    'ready',
    'parked',
    'blocked',
    'acknowledged',
    'dead',
    'removed',
    'purged',
  ],
  scheduled: [
    'leased',
    'ready',
    'scheduled',
    'parked',
    'blocked',
    'acknowledged',
    'dead',
    'removed',
    'purged',
  ],
  parked: [
    'leased',
    'ready',
    'scheduled',
    'parked',
    'blocked',
    'acknowledged',
    'dead',
    'removed',
    'purged',
  ],
  blocked: ['ready', 'scheduled', 'parked', 'blocked', 'acknowledged', 'dead', 'removed', 'purged'],
  leased: [
    'leased',
    'ready',
    'scheduled',
    'parked',
    'blocked',
    'acknowledged',
    'dead',
    'removed',
    'purged',
  ],
  acknowledged: [],
  dead: ['ready', 'parked', 'fresh'],
  removed: [],
  purged: [],
  skipped: [],
} as const satisfies Record<ShareState, readonly ShareState[]>;

export function assertMove(from: ShareState, to: ShareState): void {
  const allowed: readonly ShareState[] = SHARE_MOVES[from];
  assert(allowed.includes(to), `a message does not go from ${from} to ${to}`);
}

/** `lanes`: of its own messages, where the run is a part of a larger one that they are still to be cut out of. */
export function rowOf(run: Run, lanes: Uint8Array | null = run.lanes): RunRow {
  assert(run.first <= run.last && run.deliveries >= 0);
  assert(lanes === null || lanes.length === runLength(run) * LANE_BYTES, 'a lane a message');
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
    lanes,
  ];
}

export function runOf(first: number, row: RunRow): Run {
  const [last, state, deliveries, untilMs, token, memberId, leasedAtMs, ...rest] = row;
  const [firstDeliveredAtMs, firstFailedAtMs, lanes] = rest;
  const name = RUN_STATES[state];
  assert(name !== undefined, 'the row holds a state');
  const lease = { deliveries, untilMs, token, memberId, leasedAtMs };
  return { first, last, state: name, ...lease, firstDeliveredAtMs, firstFailedAtMs, lanes };
}

/** Runs of these states lie in `waiting`, which memory does not hold. */
export function isWaiting(state: RunState): boolean {
  return state === 'scheduled' || state === 'parked';
}

/** Lanes of a part of a run. */
export function lanesOf(run: Run, first: number, last: number): Uint8Array | null {
  if (run.lanes === null || (first === run.first && last === run.last)) return run.lanes;
  const from = (first - run.first) * LANE_BYTES;
  return run.lanes.slice(from, from + (last - first + 1) * LANE_BYTES);
}

/** Lane of one message of the run; 0 where it has none. */
export function laneAt(run: Run, offset: number): number {
  if (run.lanes === null) return 0;
  const { buffer, byteOffset } = run.lanes;
  const view = new DataView(buffer, byteOffset + (offset - run.first) * LANE_BYTES, LANE_BYTES);
  return view.getUint32(0) * 0x1_0000_0000 + view.getUint32(4);
}

export function runLength(run: { readonly first: number; readonly last: number }): number {
  return run.last - run.first + 1;
}
