// Carries out the ticks of schedules as they fall due. Without room on the disk they wait.

import { decideTick } from '@millrace/core';
import type { Job } from './background.ts';
import { cronTicks } from './cron-ticks.ts';
import type { SpaceGauge } from './space-gauge.ts';

/** A tick costs up to half a millisecond of calendar arithmetic. */
const SCHEDULES_PER_SLICE = 24;
const TICKS_MAX = 16;
/** How often room is looked for while there is none. */
const FULL_RETRY_MS = 250;

export function createSchedulesJob(space: SpaceGauge): Job {
  return {
    name: 'schedules',
    nextMs: (shard, lastRunMs) => {
      const tickMs = shard.peek(({ schedules }) => schedules.nextTickMs());
      if (tickMs === undefined || !space.isFull) return tickMs;
      return Math.max(tickMs, lastRunMs + FULL_RETRY_MS);
    },
    slice: (shard) => {
      if (space.isFull) return false;
      const due = shard.peek(({ schedules }, _, nowMs) =>
        schedules.due(nowMs, SCHEDULES_PER_SLICE),
      );
      let ticksMax = TICKS_MAX;
      for (const scheduleId of due) {
        const command = { scheduleId, cronTicks, ticksMax };
        shard.stage((state, view, context) => decideTick(state, view, command, context));
        // Every schedule that is due gets somewhere; only the first may have a lot to make up for.
        ticksMax = 1;
      }
      return shard.peek(
        ({ schedules }, _, nowMs) => (schedules.nextTickMs() ?? nowMs + 1) <= nowMs,
      );
    },
  };
}
