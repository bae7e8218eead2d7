// The lanes of the runs that memory holds, by slot: a run that ends has to let its lanes go, and nobody reads the log
// for that. A run of one message has its lane as a number: there may be a million of them.

import { LANE_BYTES, laneAt, laneColumn } from './lane-column.ts';

export class RunLanes {
  readonly #runs: (Uint8Array | number | undefined)[] = [];

  /** Null: the run's group has no lanes. */
  set(slot: number, column: Uint8Array | null): void {
    if (column === null) {
      if (slot < this.#runs.length) this.#runs[slot] = undefined;
      return;
    }
    while (this.#runs.length < slot) this.#runs.push(undefined);
    // A copy: what was read from a store may be a view of something larger.
    this.#runs[slot] = column.length === LANE_BYTES ? laneAt(column, 0) : column.slice();
  }

  get(slot: number): Uint8Array | null {
    const kept = this.#runs[slot];
    if (kept === undefined) return null;
    return typeof kept === 'number' ? laneColumn([kept]) : kept;
  }
}
