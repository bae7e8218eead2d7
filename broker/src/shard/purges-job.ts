// Sweeps the rows of purges whose time for an undo is over, and goes on with undos whose caller is gone.

import {
  decideRestorePurged,
  decideSweepPurged,
  type PurgeRow,
  type ShareKey,
} from '@millrace/core';
import type { Job } from './background.ts';
import type { Shard } from './shard.ts';

const EVERY_MS = 1_000;
const ROWS_PER_SLICE = 500;
/** An undo that has not moved for so long has nobody who drives it. */
const ABANDONED_MS = 10_000;

export function createPurgesJob(): Job {
  /** An undo that this job goes on with. */
  let driven: ShareKey | undefined;
  return {
    name: 'purges',
    nextMs: (shard, lastRunMs) =>
      shard.peek(({ shares }) => (shares.purged.size > 0 ? lastRunMs + EVERY_MS : undefined)),
    slice: (shard) => {
      const key = driven ?? nextPurge(shard);
      if (key === undefined) return false;
      driven = stageSlice(shard, key) ? key : undefined;
      return true;
    },
  };
}

/** True: there is more of an undo. */
function stageSlice(shard: Shard, key: ShareKey): boolean {
  const command = { ...key, rowsMax: ROWS_PER_SLICE };
  const isUndone = shard.peek(({ catalog, shares }) => {
    if (catalog.attachment(key.groupId, key.topicId) === undefined) return undefined;
    return shares.at(key.groupId, key.topicId, key.partition).isRestoring;
  });
  if (isUndone === undefined) return false;
  if (isUndone) {
    return shard.stage((state, view, context) => decideRestorePurged(state, view, command, context))
      .more;
  }
  shard.stage((state, view, context) => decideSweepPurged(state, view, command, context));
  return false;
}

function nextPurge(shard: Shard): ShareKey | undefined {
  return shard.peek(({ shares }, _, nowMs) => {
    for (const { groupId, topicId, partition, purge } of shares.purged) {
      if (purge !== undefined && isDue(purge, nowMs)) return { groupId, topicId, partition };
    }
    return undefined;
  });
}

function isDue({ isUndone, atMs, undoUntilMs, sweepTo }: PurgeRow, nowMs: number): boolean {
  return isUndone ? nowMs >= atMs + ABANDONED_MS : sweepTo > 0 || nowMs >= undoUntilMs;
}
