// What consumer groups need done that no member asks for: sessions that end, topics that come and go, and groups that
// nobody uses any more.

import {
  type Catalog,
  decideBeginEpochs,
  decideExpireGroups,
  decideExpireMembers,
  decideFollowTopics,
  nextEpochDueMs,
  nextSessionDueMs,
} from '@millrace/core';
import type { Job } from './background.ts';

/** Sizes that keep a slice to a few milliseconds. */
const SLICE = { members: 100, epochs: 4, groups: 100 } as const;
/** Topics are often created many at a time: groups begin one epoch for all of them. */
const FOLLOW_AFTER_MS = 100;
const UNUSED_EVERY_MS_MAX = 60_000;

/** @param offsetsRetentionMs -1: never. */
export function createGroupJobs(offsetsRetentionMs: number): Job[] {
  const jobs = [sessionsJob(), topicsJob(), epochsJob()];
  return offsetsRetentionMs < 0 ? jobs : [...jobs, unusedGroupsJob(offsetsRetentionMs)];
}

function sessionsJob(): Job {
  const command = { limit: SLICE.members };
  return {
    name: 'member sessions',
    nextMs: (shard) => shard.peek(({ consumers }) => nextSessionDueMs(consumers)),
    slice: (shard) => {
      const { expired } = shard.stage((state, view, context) =>
        decideExpireMembers(state, view, command, context),
      );
      return expired.length === SLICE.members;
    },
  };
}

/** [C-44] In a large group an epoch is a slice of its own. */
function epochsJob(): Job {
  const command = { limit: 1 };
  return {
    name: 'epochs of large groups',
    nextMs: (shard) => shard.peek(nextEpochDueMs),
    slice: (shard) =>
      shard.stage((state, view, context) => decideBeginEpochs(state, view, command, context)).more,
  };
}

/** [C-9] */
function topicsJob(): Job {
  const command = { limit: SLICE.epochs };
  /** Of this catalog all changes were followed up to this version: another one was loaded from the store. */
  let followed: { readonly catalog: Catalog; readonly version: number } | undefined;
  let noticedMs: number | undefined;
  return {
    name: 'topics of consumer groups',
    nextMs: (shard) => {
      const catalog = shard.peek((state) => state.catalog);
      if (catalog === followed?.catalog && catalog.topicsVersion === followed.version) {
        return undefined;
      }
      noticedMs ??= shard.nowMs();
      return noticedMs + FOLLOW_AFTER_MS;
    },
    slice: (shard) => {
      const catalog = shard.peek((state) => state.catalog);
      const version = catalog.topicsVersion;
      const { more } = shard.stage((state, view, context) =>
        decideFollowTopics(state, view, command, context),
      );
      if (!more) {
        followed = { catalog, version };
        noticedMs = undefined;
      }
      return more;
    },
  };
}

/** [C-43] */
function unusedGroupsJob(retentionMs: number): Job {
  const command = { retentionMs, limit: SLICE.groups };
  const everyMs = Math.min(UNUSED_EVERY_MS_MAX, Math.ceil(retentionMs / 10));
  return {
    name: 'consumer groups that nobody uses',
    nextMs: (_, lastRunMs) => lastRunMs + everyMs,
    slice: (shard) => {
      const { expired } = shard.stage((state, view, context) =>
        decideExpireGroups(state, view, command, context),
      );
      return expired.length === SLICE.groups;
    },
  };
}
