// APIs for operators: purge and its undo, redrive of dead letters, and the tasks that carry such work out.

import { LIMITS } from '../limits.ts';
import { api, array, bool, choice, int, nullable, string, struct } from '../schema.ts';
import { groupName, offset, partition, topicId, topicName } from './shared.ts';

const purgedPartitions = array(
  'Partitions, by topic and number.',
  struct('A partition.', { topic: topicName, topicId, partition, messages: int('Messages.') }),
  LIMITS.partitionsMax,
);

export const purge = api({
  key: 60,
  name: 'Purge',
  about:
    'Take all unresolved messages away from a share group, at once and exactly; they stay in the log. It can be undone for a while.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: {
    group: groupName,
    topic: nullable(topicName),
    dryRun: bool('Count and change nothing.', { fallback: false }),
    undoMs: int('It can be undone for this long, ms.', {
      max: LIMITS.undoMsMax,
      fallback: 3_600_000,
    }),
    forgetDuplicates: bool(
      'Forget the dedup ids of the topics too: what was sent before may be sent again. An undo does not bring them back.',
      { fallback: false },
    ),
  },
  response: { partitions: purgedPartitions, undoUntilMs: int('ms since 1970; 0: dry run.') },
  errors: [
    'UNKNOWN_GROUP',
    'GROUP_KIND_MISMATCH',
    'UNKNOWN_TOPIC',
    'TOPIC_NOT_IN_GROUP',
    'PURGE_PENDING',
    'STORAGE_ERROR',
  ],
});

export const undoPurge = api({
  key: 61,
  name: 'UndoPurge',
  about: 'Bring back what a purge took, as far as the log still holds it; leases are dropped.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: { group: groupName, topic: nullable(topicName) },
  response: { partitions: purgedPartitions },
  errors: [
    'UNKNOWN_GROUP',
    'GROUP_KIND_MISMATCH',
    'UNKNOWN_TOPIC',
    'TOPIC_NOT_IN_GROUP',
    'NOTHING_TO_UNDO',
    'STORAGE_ERROR',
  ],
});

const taskId = int('Id of the task, never reused.', { min: 1, max: 0xffff_ffff });

export const redriveFilter = struct('Which dead letters; absent: all.', {
  partition: nullable(partition),
  fromOffset: nullable(offset),
  toOffset: nullable(int('Up to this offset, included.')),
  fromMs: nullable(int('Died at or after this time, ms since 1970.')),
  toMs: nullable(int('Died before this time, ms since 1970.')),
  reason: nullable(string('Reason of death.', 64)),
  failedGroup: nullable(groupName),
  sourceTopic: nullable(topicName),
  error: nullable(
    string(
      "With this text of the last failure, exactly; '': without one.",
      LIMITS.errorTextBytesMax,
    ),
  ),
  among: nullable(
    array(
      'Within these ranges alone: letters that were picked one by one.',
      struct('Consecutive letters.', {
        partition,
        firstOffset: offset,
        lastOffset: int('The last one, included.'),
      }),
      LIMITS.redriveRangesMax,
    ),
  ),
});

export const startRedrive = api({
  key: 62,
  name: 'StartRedrive',
  about:
    'Start a task that gives dead letters another chance: back to where they died, or to a topic. It goes on over restarts.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: {
    topic: topicName,
    group: nullable(groupName),
    target: nullable(topicName),
    filter: nullable(redriveFilter),
    ratePerSecond: int('At most this many messages a second; 0: as fast as it goes.', {
      max: LIMITS.redriveRateMax,
      fallback: 0,
    }),
    dryRun: bool('Count what would be moved and move nothing.', { fallback: false }),
  },
  response: { taskId },
  errors: [
    'UNKNOWN_TOPIC',
    'UNKNOWN_GROUP',
    'GROUP_KIND_MISMATCH',
    'TOPIC_NOT_IN_GROUP',
    'INVALID_REQUEST',
    'INVALID_CONFIG',
    'LIMIT_EXCEEDED',
    'STORAGE_ERROR',
  ],
});

export const TASK_STATES = ['running', 'completed', 'cancelled', 'failed'] as const;
export const TASK_KINDS = ['redrive'] as const;

export const listTasks = api({
  key: 63,
  name: 'ListTasks',
  about: 'Tasks that run and those that ended lately, with their progress.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    taskIds: nullable(array('Tasks asked for; absent: all.', taskId, LIMITS.tasksEndedMax)),
  },
  response: {
    tasks: array(
      'Tasks, the newest first.',
      struct('A task.', {
        taskId,
        kind: choice('What it does.', TASK_KINDS),
        state: choice('State.', TASK_STATES),
        topic: string('Where the dead letters are.', LIMITS.topicNameBytesMax),
        group: string('The share group in which they are resolved.', LIMITS.groupNameBytesMax),
        target: nullable(
          string('Topic they go to; absent: where they died.', LIMITS.topicNameBytesMax),
        ),
        filter: redriveFilter,
        ratePerSecond: int('0: without limit.'),
        dryRun: bool('It only counts.'),
        total: int('Messages it had to look at when it began.'),
        scanned: int('Looked at.'),
        moved: int('Moved; of a dry run: what would be moved.'),
        skipped: int('Not matched by the filter.'),
        failed: int('Could not be moved and stay where they are.'),
        startedAtMs: int('ms since 1970.'),
        endedAtMs: nullable(int('ms since 1970.')),
        error: nullable(string('Why it failed.', LIMITS.errorTextBytesMax)),
      }),
      LIMITS.tasksRunningMax + LIMITS.tasksEndedMax,
    ),
  },
  errors: ['UNKNOWN_TASK'],
});

export const cancelTask = api({
  key: 64,
  name: 'CancelTask',
  about: 'Stop a task; what it has moved stays moved.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: { taskId },
  response: { moved: int('Messages moved.') },
  errors: ['UNKNOWN_TASK', 'TASK_ENDED', 'STORAGE_ERROR'],
});
