// Jobs that walk over many small places, now and then: some places a slice, each as often as it has more to do.

import type { Job } from './background.ts';
import type { Shard } from './shard.ts';

export interface WalkJob<P> {
  readonly name: string;
  readonly everyMs: number;
  /** All places to look at, as they are when a walk begins. */
  readonly places: (shard: Shard) => P[];
  /** One look at a place; stages what it has to. `rows` is what it cost. */
  readonly visit: (shard: Shard, place: P, rowsMax: number) => { rows: number; more: boolean };
}

/** What keeps a slice to a few milliseconds. */
const PLACES_PER_SLICE = 500;
const ROWS_PER_SLICE = 500;

export function createWalkJob<P>({ name, everyMs, places, visit }: WalkJob<P>): Job {
  let left: P[] = [];
  return {
    name,
    nextMs: (_, lastRunMs) => lastRunMs + everyMs,
    slice: (shard) => {
      if (left.length === 0) left = places(shard).toReversed();
      let rowsLeft = ROWS_PER_SLICE;
      for (let i = 0; i < PLACES_PER_SLICE && rowsLeft > 0; i += 1) {
        const place = left.at(-1);
        if (place === undefined) return false;
        const { rows, more } = visit(shard, place, rowsLeft);
        rowsLeft -= rows;
        if (!more) left.pop();
      }
      return left.length > 0;
    },
  };
}
