// APIs of consumer groups, and the list of groups of both kinds.

import { LIMITS } from '../limits.ts';
import { api, array, bool, choice, int, nullable, string, struct } from '../schema.ts';
import {
  ASSIGNORS,
  errorCode,
  errorMessage,
  groupName,
  memberId,
  offset,
  partition,
  topicId,
  topicName,
} from './shared.ts';

export const GROUP_KINDS = ['consumer', 'share'] as const;
export const GROUP_STATES = ['empty', 'reconciling', 'stable'] as const;

const memberEpoch = int('Epoch of the member; 0 joins.', { max: 0xffff_ffff });
const instanceId = nullable(
  string(
    'Names a static member: who comes back under it within the session gets back what it had.',
    LIMITS.memberIdBytesMax,
  ),
);
const topicPattern = nullable(
  string(
    'Topics whose whole name matches this RE2 pattern are subscribed to as well.',
    LIMITS.topicPatternBytesMax,
  ),
);
const assignor = choice('How partitions are shared out.', ASSIGNORS);
const partitions = array('Partition numbers.', partition, LIMITS.partitionsPerTopicMax);
const owned = struct('Partitions of a topic.', { topicId, partitions });
const offsetMetadata = nullable(string("The consumer's own note.", LIMITS.offsetMetadataBytesMax));

export const groupHeartbeat = api({
  key: 20,
  name: 'GroupHeartbeat',
  about: 'Join a consumer group, stay in it, report what is owned and learn what to own.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    group: groupName,
    memberId,
    memberEpoch,
    sessionTimeoutMs: int('The member is removed after this long without a heartbeat, ms.', {
      min: LIMITS.sessionTimeoutMsMin,
      max: LIMITS.sessionTimeoutMsMax,
      fallback: 45_000,
    }),
    topics: nullable(
      array(
        'Topics subscribed to. With neither topics nor a pattern: as before; to join, one is needed.',
        topicName,
        LIMITS.topicsPerGroupMax,
      ),
    ),
    owned: nullable(
      array(
        'Partitions the member works on now; absent: nothing to report, and nothing counts as given up.',
        owned,
        LIMITS.topicsPerGroupMax,
      ),
    ),
    instanceId,
    topicPattern,
    assignor: nullable(assignor),
    rebalanceTimeoutMs: int(
      'The member is removed when it has not given up what it was told to for this long, ms.',
      {
        min: LIMITS.rebalanceTimeoutMsMin,
        max: LIMITS.rebalanceTimeoutMsMax,
        fallback: 300_000,
      },
    ),
    maxWaitMs: int('Answer at once where there is news for the member, otherwise after this, ms.', {
      max: LIMITS.heartbeatWaitMsMax,
      fallback: 0,
    }),
  },
  response: {
    memberEpoch,
    heartbeatIntervalMs: int('Send the next heartbeat after this long, ms.'),
    assignment: nullable(
      array(
        'Partitions to work on; give up all others, then report what is owned. Absent: as before.',
        struct('Partitions of a topic.', { topicId, topic: topicName, partitions }),
        LIMITS.topicsPerGroupMax,
      ),
    ),
  },
  errors: [
    'GROUP_KIND_MISMATCH',
    'UNKNOWN_MEMBER',
    'FENCED_MEMBER_EPOCH',
    'INSTANCE_IN_USE',
    'FENCED_INSTANCE',
    'INVALID_NAME',
    'INVALID_PATTERN',
    'LIMIT_EXCEEDED',
  ],
});

export const groupLeave = api({
  key: 21,
  name: 'GroupLeave',
  about: 'Leave a consumer group; its partitions go to the others at once.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    group: groupName,
    memberId,
    memberEpoch,
    keep: bool('A static member: what it has stays its own until its session ends.', {
      fallback: false,
    }),
  },
  response: {},
  errors: ['UNKNOWN_GROUP', 'UNKNOWN_MEMBER', 'FENCED_MEMBER_EPOCH'],
});

export const offsetCommit = api({
  key: 22,
  name: 'OffsetCommit',
  about:
    'Store the offsets a consumer group goes on from. All or none are stored, unless an item has an error of its own.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    group: groupName,
    memberId: nullable(memberId),
    memberEpoch: int(
      'Epoch of the member; -1: from outside, allowed while the group has no members.',
      {
        min: -1,
        fallback: -1,
      },
    ),
    offsets: array(
      'Offsets.',
      struct('An offset.', {
        topicId,
        partition,
        offset: int('The next offset to read.'),
        metadata: offsetMetadata,
      }),
      LIMITS.partitionsMax,
    ),
  },
  response: {
    results: array(
      'Outcomes, in order.',
      struct('Outcome.', { errorCode, errorMessage }),
      LIMITS.partitionsMax,
    ),
  },
  errors: [
    'GROUP_KIND_MISMATCH',
    'UNKNOWN_MEMBER',
    'FENCED_MEMBER_EPOCH',
    'GROUP_NOT_EMPTY',
    'UNKNOWN_TOPIC',
    'UNKNOWN_PARTITION',
    'PARTITION_NOT_ASSIGNED',
    'OFFSET_OUT_OF_RANGE',
    'INVALID_NAME',
    'LIMIT_EXCEEDED',
  ],
});

const committed = struct('A committed offset.', {
  topicId,
  partition,
  offset: int('The next offset to read; -1: none committed.', { min: -1 }),
  metadata: offsetMetadata,
});

export const offsetFetch = api({
  key: 23,
  name: 'OffsetFetch',
  about: 'Read committed offsets.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    group: groupName,
    partitions: nullable(
      array(
        'Partitions asked for; absent: all that have one.',
        struct('A partition.', { topicId, partition }),
        LIMITS.partitionsMax,
      ),
    ),
  },
  response: { offsets: array('Offsets.', committed, LIMITS.partitionsMax) },
  errors: ['GROUP_KIND_MISMATCH'],
});

export const listGroups = api({
  key: 24,
  name: 'ListGroups',
  about: 'All groups of both kinds, by name.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {},
  response: {
    groups: array(
      'Groups.',
      struct('A group.', {
        name: groupName,
        kind: choice('Consumer group or share group.', GROUP_KINDS),
        members: int('Members now: of a share group, those that hold leases.'),
      }),
      LIMITS.groupsMax,
    ),
  },
  errors: [],
});

export const describeGroup = api({
  key: 25,
  name: 'DescribeGroup',
  about: 'Members, assignment, committed offsets and lag of a consumer group.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: { group: groupName },
  response: {
    epoch: int('Epoch of the group; grows when its members or their topics change.'),
    members: array(
      'Members.',
      struct('A member.', {
        memberId,
        memberEpoch,
        topics: array('Topics subscribed to.', topicName, LIMITS.topicsPerGroupMax),
        assigned: array('What it works on now.', owned, LIMITS.topicsPerGroupMax),
        instanceId,
        topicPattern,
        isAway: bool('A static member that left to come back.', { fallback: false }),
        target: nullable(array('What it is to work on.', owned, LIMITS.topicsPerGroupMax)),
        sessionTimeoutMs: int('The member is removed after this long without a heartbeat, ms.', {
          fallback: 0,
        }),
        rebalanceTimeoutMs: int('The time it has to give up partitions, ms.', { fallback: 0 }),
      }),
      LIMITS.membersPerGroupMax,
    ),
    offsets: array(
      'Progress of every partition the group committed or is assigned.',
      struct('Progress.', {
        topicId,
        topic: topicName,
        partition,
        offset: int('The next offset to read; -1: none committed.', { min: -1 }),
        endOffset: offset,
        lag: int('Records after the committed offset; from the start where none is committed.'),
        memberId: nullable(memberId),
        metadata: offsetMetadata,
        committedAtMs: nullable(int('When the offset was committed, ms since 1970.')),
      }),
      LIMITS.partitionsMax,
    ),
    state: choice(
      'empty: without members. reconciling: partitions are on their way to other members. stable.',
      GROUP_STATES,
      { fallback: 'stable' },
    ),
    assignor: nullable(assignor),
  },
  errors: ['UNKNOWN_GROUP', 'GROUP_KIND_MISMATCH'],
});

export const deleteGroup = api({
  key: 26,
  name: 'DeleteGroup',
  about: 'Delete a consumer group without members, and its offsets.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: { group: groupName },
  response: {},
  errors: ['UNKNOWN_GROUP', 'GROUP_KIND_MISMATCH', 'GROUP_NOT_EMPTY'],
});
