// Reads every batch now and then, so that damage is found while its topic is not read by anybody: the shard sets aside what
// it meets. A bounded number of bytes a second, whatever there is.

import type { Job } from './background.ts';
import type { Shard } from './shard.ts';

/** A slice: about a millisecond or two. */
const SLICE_BYTES = 2 * 1024 * 1024;
/** From the end of one pass to the beginning of the next. */
const PASS_EVERY_MS = 24 * 3_600_000;

type Place = readonly [topicId: number, partition: number, offset: number];

/** `bytesPerSecond` 0: never. */
export function createScrubJob(bytesPerSecond: number): Job {
  /** Where it goes on; undefined: at the beginning. */
  let place: Place | undefined;
  let nextMs = 0;
  return {
    name: 'looking for damaged batches',
    nextMs: () => (bytesPerSecond === 0 ? undefined : nextMs),
    slice: (shard) => {
      const { bytes, next } = readFrom(shard, place);
      place = next;
      const pauseMs = next === undefined ? PASS_EVERY_MS : (bytes / bytesPerSecond) * 1_000;
      nextMs = shard.nowMs() + Math.max(1, pauseMs);
      return false;
    },
  };
}

/** Batches in the order of their keys, as many as one slice reads. */
function readFrom(
  shard: Shard,
  from: Place | undefined,
): { bytes: number; next: Place | undefined } {
  return shard.peek((_, view) => {
    let bytes = 0;
    for (const [[topicId, partition, offset], batch] of view.range('batches', { from })) {
      bytes += batch.length;
      if (bytes >= SLICE_BYTES) return { bytes, next: [topicId, partition, offset + 1] as const };
    }
    return { bytes, next: undefined };
  });
}
