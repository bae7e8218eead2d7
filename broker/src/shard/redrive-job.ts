// Carries out redrives, a slice of one task at a time: other jobs and all traffic go between. Without room on the disk
// they wait.

import { decideRedriveSlice, nextSliceMs } from '@millrace/core';
import type { Job } from './background.ts';
import type { Shard } from './shard.ts';
import type { SpaceGauge } from './space-gauge.ts';

const LETTERS_PER_SLICE = 500;
/** How often room is looked for while there is none. */
const FULL_RETRY_MS = 250;

export function createRedriveJob(space: SpaceGauge): Job {
  /** The task that had the last slice: those that are due take turns. */
  let last = 0;
  return {
    name: 'redrive',
    nextMs: (shard, lastRunMs) => {
      const sliceMs = nextSlice(shard);
      if (sliceMs === undefined || !space.isFull) return sliceMs;
      return Math.max(sliceMs, lastRunMs + FULL_RETRY_MS);
    },
    slice: (shard) => {
      const taskId = space.isFull ? undefined : nextTask(shard, last);
      if (taskId === undefined) return false;
      last = taskId;
      const command = { taskId, messagesMax: LETTERS_PER_SLICE };
      shard.stage((state, view, context) => decideRedriveSlice(state, view, command, context));
      return false;
    },
  };
}

function nextSlice(shard: Shard): number | undefined {
  return shard.peek(({ tasks }) => {
    let next: number | undefined;
    for (const taskId of tasks.running) {
      const task = tasks.runningTask(taskId);
      if (task !== undefined) next = Math.min(next ?? Number.POSITIVE_INFINITY, nextSliceMs(task));
    }
    return next;
  });
}

/** The next task after the last one that is due. */
function nextTask(shard: Shard, last: number): number | undefined {
  return shard.peek(({ tasks }, _, nowMs) => {
    const due = [...tasks.running].filter((taskId) => {
      const task = tasks.runningTask(taskId);
      return task !== undefined && nextSliceMs(task) <= nowMs;
    });
    return due.find((taskId) => taskId > last) ?? due[0];
  });
}
