// The background jobs of a shard: what each does in one slice and when it runs next.

import {
  decideDue,
  decideExpireRows,
  decideRemoved,
  decideRetention,
  decideSift,
  decideSweep,
  nextDueMs,
  type ShareKey,
  type SweptRow,
  sharesBehindLog,
  siftableShares,
} from '@millrace/core';
import type { Job } from './background.ts';
import { type Compacted, createCompactionJob } from './compaction-job.ts';
import { createGroupJobs } from './group-jobs.ts';
import { createPurgesJob } from './purges-job.ts';
import { createRatesJob } from './rates-job.ts';
import { createRedriveJob } from './redrive-job.ts';
import { createSchedulesJob } from './schedules-job.ts';
import { createScrubJob } from './scrub-job.ts';
import type { Shard } from './shard.ts';
import type { SpaceGauge } from './space-gauge.ts';
import { createWalkJob } from './walk-job.ts';

export interface JobSettings {
  /** No lease expires before this time: after a restart members need a while to come back. [I9] */
  readonly graceUntilMs: number;
  readonly retentionEveryMs: number;
  /** -1: never. */
  readonly offsetsRetentionMs: number;
  /** Bytes a second; 0: none. */
  readonly scrubRate: number;
  readonly deadLettered: (groupId: number, messages: number) => void;
  readonly compacted: Compacted;
}

/** Sizes that keep a slice to a few milliseconds. */
const SLICE = { dueRuns: 250, sweepRows: 1_000, expiries: 1_000 } as const;
/** Where a commit has just found no room: what frees room, and what ends leases, goes on in what little there is. */
const SMALL_SLICE = { dueRuns: 10, sweepRows: 50, expiries: 50 } as const;
const sliceOf = (space: SpaceGauge) => (space.isShort ? SMALL_SLICE : SLICE);
const EXPIRIES_EVERY_MS = 1_000;
const SPACE_EVERY_MS = 250;
const SIFT_EVERY_MS = 1_000;
/** What a look at a place costs in rows, and how many messages that are passed over cost as much as one. */
const SIFT_ROWS = 2;
const SIFT_PASSED_PER_ROW = 20;

export function createJobs(space: SpaceGauge, settings: JobSettings): Job[] {
  return [
    dueJob(space, settings),
    createSchedulesJob(space),
    ...createGroupJobs(settings.offsetsRetentionMs),
    retentionJob(settings.retentionEveryMs),
    removedJob(settings.retentionEveryMs),
    createCompactionJob(settings.retentionEveryMs, settings.compacted),
    siftJob(settings),
    sweepJob(space),
    createPurgesJob(),
    createRedriveJob(space),
    createRatesJob(),
    expiriesJob(space),
    spaceJob(space),
    createScrubJob(settings.scrubRate),
  ];
}

function dueJob(space: SpaceGauge, { graceUntilMs, deadLettered }: JobSettings): Job {
  return {
    name: 'leases and delays',
    nextMs: (shard) => shard.peek(({ shares }, view) => nextDueMs(shares, view, graceUntilMs)),
    slice: (shard) => {
      const command = { runsMax: sliceOf(space).dueRuns, graceUntilMs };
      const reply = shard.stage((state, view, context) => decideDue(state, view, command, context));
      for (const [groupId, messages] of reply.deadLetteredOf) deadLettered(groupId, messages);
      return reply.more;
    },
  };
}

interface Place {
  readonly topicId: number;
  readonly partition: number;
}

/** Partitions that hold something. */
function writtenPartitions(shard: Shard): Place[] {
  return shard.peek(({ catalog, logs }) => {
    const found: Place[] = [];
    for (const { topicId, partitions } of catalog.topics.values()) {
      for (let partition = 0; partition < partitions; partition += 1) {
        if (logs.at(topicId, partition).segments.length > 0) found.push({ topicId, partition });
      }
    }
    return found;
  });
}

/** A topic may have been deleted since the walk began. */
function topicExists(shard: Shard, topicId: number): boolean {
  return shard.peek(({ catalog }) => catalog.topics.has(topicId));
}

function retentionJob(everyMs: number): Job {
  return createWalkJob({
    name: 'retention',
    everyMs,
    places: writtenPartitions,
    visit: (shard, place, rowsMax) => {
      if (!topicExists(shard, place.topicId)) return { rows: 0, more: false };
      const command = { ...place, rowsMax };
      const reply = shard.stage((state, view, context) =>
        decideRetention(state, view, command, context),
      );
      return { rows: reply.rowsRemoved, more: reply.more };
    },
  });
}

function removedJob(everyMs: number): Job {
  return createWalkJob({
    name: 'messages that retention removed',
    everyMs,
    places: (shard) => shard.peek((state): ShareKey[] => [...sharesBehindLog(state)]),
    visit: (shard, place, rowsMax) => {
      const exists = shard.peek(({ catalog }) => catalog.attachment(place.groupId, place.topicId));
      if (!exists) return { rows: 0, more: false };
      const command = { ...place, rowsMax };
      const { more } = shard.stage((state, view, context) =>
        decideRemoved(state, view, command, context),
      );
      return { rows: more ? rowsMax : 1, more };
    },
  });
}

/** Delayed and expired messages at the cursor, where nobody receives. [L-47] */
function siftJob({ deadLettered }: JobSettings): Job {
  return createWalkJob({
    name: 'messages that wait or have expired',
    everyMs: SIFT_EVERY_MS,
    places: (shard) => shard.peek((state): ShareKey[] => [...siftableShares(state)]),
    visit: (shard, place) => {
      const exists = shard.peek(({ catalog }) => catalog.attachment(place.groupId, place.topicId));
      if (!exists) return { rows: 0, more: false };
      const reply = shard.stage((state, view, context) => decideSift(state, view, place, context));
      deadLettered(place.groupId, reply.deadLettered);
      return { rows: SIFT_ROWS + Math.ceil(reply.passed / SIFT_PASSED_PER_ROW), more: reply.more };
    },
  });
}

function sweepJob(space: SpaceGauge): Job {
  let after: SweptRow | undefined;
  return {
    name: 'rows of deleted topics and groups',
    nextMs: (shard, lastRunMs) =>
      shard.peek(({ catalog: { sweptTopics, sweptGroups } }) =>
        sweptTopics.size + sweptGroups.size > 0 ? lastRunMs : undefined,
      ),
    slice: (shard) => {
      const command = { rowsMax: sliceOf(space).sweepRows, after };
      const reply = shard.stage((state, view, context) =>
        decideSweep(state, view, command, context),
      );
      after = reply.last;
      return reply.more;
    },
  };
}

/** Nobody waits for these rows to go: whoever reads one looks at its time. [L-90] */
function expiriesJob(space: SpaceGauge): Job {
  return {
    name: 'rows whose time has come',
    nextMs: (_, lastRunMs) => lastRunMs + EXPIRIES_EVERY_MS,
    slice: (shard) => {
      const command = { rowsMax: sliceOf(space).expiries };
      return shard.stage((state, view, context) => decideExpireRows(state, view, command, context))
        .more;
    },
  };
}

function spaceJob(space: SpaceGauge): Job {
  return {
    name: 'free space',
    nextMs: (_, lastRunMs) => lastRunMs + SPACE_EVERY_MS,
    slice: () => {
      space.refresh();
      return false;
    },
  };
}
