// The background jobs of a shard: what each does in one slice and when it runs next.

import {
  decideExpireMembers,
  decideShareDue,
  decideSweep,
  decideTrimShares,
  nextSessionDueMs,
  nextShareDueMs,
} from '@millrace/core';
import type { Job } from './background.ts';
import { createRetentionJob } from './retention-job.ts';
import type { SpaceGauge } from './space-gauge.ts';

export interface JobSettings {
  /** No lease expires before this time: after a restart members need a while to come back. [I9] */
  readonly graceUntilMs: number;
  readonly retentionEveryMs: number;
  readonly deadLettered: (messages: number) => void;
}

/** Sizes that keep a slice to a few milliseconds. */
const SLICE = { dueMessages: 1_000, members: 100, trimRows: 1_000, sweepRows: 1_000 } as const;
const SPACE_EVERY_MS = 1_000;

export function createJobs(space: SpaceGauge, settings: JobSettings): Job[] {
  const { graceUntilMs, retentionEveryMs } = settings;
  const due: Job = {
    name: 'leases and delays',
    nextMs: (shard) => shard.peek((state) => nextShareDueMs(state, graceUntilMs)),
    slice: (shard) => {
      const command = { messagesMax: SLICE.dueMessages, graceUntilMs };
      const reply = shard.stage((state, view, context) =>
        decideShareDue(state, view, command, context),
      );
      if (reply.deadLettered > 0) settings.deadLettered(reply.deadLettered);
      return reply.more;
    },
  };
  const sessions: Job = {
    name: 'member sessions',
    nextMs: (shard) => shard.peek((state) => nextSessionDueMs(state)),
    slice: (shard) =>
      shard.stage((state, view, context) =>
        decideExpireMembers(state, view, { membersMax: SLICE.members }, context),
      ).more,
  };
  const retention = createRetentionJob(retentionEveryMs);
  const trim: Job = {
    name: 'messages that retention removed',
    nextMs: (_, lastRunMs) => lastRunMs + retentionEveryMs,
    slice: (shard) =>
      shard.stage((state, view, context) =>
        decideTrimShares(state, view, { rowsMax: SLICE.trimRows }, context),
      ).more,
  };
  const sweep: Job = {
    name: 'rows of deleted topics and groups',
    nextMs: (shard, lastRunMs) =>
      shard.peek(({ catalog }) =>
        catalog.sweptTopics.size + catalog.sweptGroups.size > 0 ? lastRunMs : undefined,
      ),
    slice: (shard) =>
      shard.stage((state, view, context) =>
        decideSweep(state, view, { rowsMax: SLICE.sweepRows }, context),
      ).more,
  };
  const gauge: Job = {
    name: 'free space',
    nextMs: (_, lastRunMs) => lastRunMs + SPACE_EVERY_MS,
    slice: () => {
      space.refresh();
      return false;
    },
  };
  return [due, sessions, retention, trim, sweep, gauge];
}
