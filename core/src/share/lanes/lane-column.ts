// The lanes of a run's messages as its row holds them: eight bytes a message, big-endian. It knows nothing of runs.

import { assert } from '../../assert.ts';

export const LANE_BYTES = 8;
const TWO_32 = 2 ** 32;

/** Lane of message `i` of the run. */
export function laneAt(column: Uint8Array, i: number): number {
  const at = LANE_BYTES * i;
  assert(at + LANE_BYTES <= column.length, 'every message has a lane');
  return word(column, at) * TWO_32 + word(column, at + 4);
}

function word(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}

export function laneColumn(lanes: readonly number[]): Uint8Array {
  const column = new Uint8Array(LANE_BYTES * lanes.length);
  const view = new DataView(column.buffer);
  for (const [i, lane] of lanes.entries()) {
    view.setUint32(LANE_BYTES * i, Math.floor(lane / TWO_32));
    view.setUint32(LANE_BYTES * i + 4, lane >>> 0);
  }
  return column;
}

/** How many messages from message `i` on are of its lane. */
export function sameLane(column: Uint8Array, i: number): number {
  const lane = laneAt(column, i);
  const count = column.length / LANE_BYTES;
  let end = i + 1;
  while (end < count && laneAt(column, end) === lane) end += 1;
  return end - i;
}
