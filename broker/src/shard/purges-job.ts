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
/** After one that failed, as where the codec of a batch is lacking, others come first for so long. */
const SET_BACK_MS = 60_000;

export function createPurgesJob(): Job {
  /** An undo that this job goes on with. */
  let driven: ShareKey | undefined;
  /** Until when, by `nameOf`. */
  const setBack = new Map<string, number>();
  return {
    name: 'purges',
    nextMs: (shard, lastRunMs) =>
      shard.peek(({ shares }) => (shares.purged.size > 0 ? lastRunMs + EVERY_MS : undefined)),
    slice: (shard) => {
      const key = driven ?? nextPurge(shard, setBack);
      driven = undefined;
      if (key === undefined) return false;
      try {
        if (stageSlice(shard, key)) driven = key;
      } catch (error) {
        setBack.set(nameOf(key), shard.nowMs() + SET_BACK_MS);
        throw error;
      }
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

function nameOf({ groupId, topicId, partition }: ShareKey): string {
  return `${groupId}/${topicId}/${partition}`;
}

function nextPurge(shard: Shard, setBack: Map<string, number>): ShareKey | undefined {
  return shard.peek(({ shares }, _, nowMs) => {
    for (const [name, untilMs] of setBack) if (untilMs <= nowMs) setBack.delete(name);
    for (const share of shares.purged) {
      const { groupId, topicId, partition, purge } = share;
      const isNext = purge !== undefined && isDue(purge, nowMs) && !setBack.has(nameOf(share));
      if (isNext) return { groupId, topicId, partition };
    }
    return undefined;
  });
}

function isDue({ isUndone, atMs, undoUntilMs, sweepTo }: PurgeRow, nowMs: number): boolean {
  return isUndone ? nowMs >= atMs + ABANDONED_MS : sweepTo > 0 || nowMs >= undoUntilMs;
}
