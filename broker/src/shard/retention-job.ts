// Retention as a background job: a walk over the partitions that were written to, some of them a slice.

import { decideRetention } from '@millrace/core';
import type { Job } from './background.ts';
import type { Shard } from './shard.ts';

/** What keeps a slice to a few milliseconds. */
const PARTITIONS_PER_SLICE = 500;
const ROWS_PER_SLICE = 500;

type Place = readonly [topicId: number, partition: number];

/** Partitions that hold something, as they are when the walk begins. */
function places(shard: Shard): Place[] {
  return shard.peek(({ catalog, logs }) => {
    const found: Place[] = [];
    for (const { topicId, partitions } of catalog.topics.values()) {
      for (let partition = 0; partition < partitions; partition += 1) {
        if (logs.at(topicId, partition).segments.length > 0) found.push([topicId, partition]);
      }
    }
    return found;
  });
}

export function createRetentionJob(everyMs: number): Job {
  let walk: Place[] = [];
  return {
    name: 'retention',
    nextMs: (_, lastRunMs) => lastRunMs + everyMs,
    slice: (shard) => {
      if (walk.length === 0) walk = places(shard).reverse();
      let rowsLeft = ROWS_PER_SLICE;
      for (let i = 0; i < PARTITIONS_PER_SLICE && rowsLeft > 0; i += 1) {
        const place = walk.at(-1);
        if (place === undefined) return false;
        const removed = retain(shard, place, rowsLeft);
        rowsLeft -= removed.rows;
        if (!removed.more) walk.pop();
      }
      return walk.length > 0;
    },
  };
}

function retain(
  shard: Shard,
  [topicId, partition]: Place,
  rowsMax: number,
): { rows: number; more: boolean } {
  const exists = shard.peek(({ catalog }) => catalog.topics.has(topicId));
  if (!exists) return { rows: 0, more: false };
  const command = { topicId, partition, rowsMax };
  const reply = shard.stage((state, view, context) =>
    decideRetention(state, view, command, context),
  );
  return { rows: reply.rowsRemoved, more: reply.more };
}
