// APIs that administer share groups.

import { LIMITS } from '../limits.ts';
import { api, array, float, int, nullable, struct } from '../schema.ts';
import {
  groupName,
  offset,
  partition,
  position,
  shareConfig,
  shareConfigChange,
  topicId,
  topicName,
} from './shared.ts';

const topics = array('Topics the group takes messages from.', topicName, LIMITS.topicsPerGroupMax);

const deadLetterTopic = nullable(topicName);

export const createShareGroup = api({
  key: 30,
  name: 'CreateShareGroup',
  about: 'Create a share group over topics, and the dead-letter topics it needs.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: {
    group: groupName,
    topics,
    startAt: int(
      'Where the group begins in each partition: -1 latest, -2 earliest, or an append time (ms).',
      {
        min: -2,
        fallback: -2,
      },
    ),
    deadLetterTopic,
    config: nullable(shareConfigChange),
  },
  response: {},
  errors: [
    'GROUP_EXISTS',
    'GROUP_KIND_MISMATCH',
    'UNKNOWN_TOPIC',
    'INVALID_NAME',
    'INVALID_CONFIG',
    'DLQ_LOOP',
    'DLQ_NOT_ALLOWED',
    'LIMIT_EXCEEDED',
  ],
});

export const alterShareGroup = api({
  key: 31,
  name: 'AlterShareGroup',
  about: 'Change settings of a share group, or add topics to it.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    group: groupName,
    addTopics: nullable(topics),
    startAt: int('Where the group begins in added topics.', { min: -2, fallback: -2 }),
    deadLetterTopic,
    config: nullable(shareConfigChange),
  },
  response: {},
  errors: [
    'UNKNOWN_GROUP',
    'GROUP_KIND_MISMATCH',
    'UNKNOWN_TOPIC',
    'INVALID_CONFIG',
    'DLQ_LOOP',
    'DLQ_NOT_ALLOWED',
    'LIMIT_EXCEEDED',
  ],
});

export const deleteShareGroup = api({
  key: 32,
  name: 'DeleteShareGroup',
  about: 'Delete a share group and all it knows of its messages; the messages stay in the log.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: { group: groupName },
  response: {},
  errors: ['UNKNOWN_GROUP', 'GROUP_KIND_MISMATCH'],
});

export const describeShareGroups = api({
  key: 33,
  name: 'DescribeShareGroups',
  about: 'Settings and topics of share groups.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    groups: nullable(array('Groups asked for; absent: all.', groupName, LIMITS.groupsMax)),
  },
  response: {
    groups: array(
      'Groups, in the order asked for, or by name.',
      struct('A share group.', {
        group: groupName,
        groupId: int('Id of the group, never reused.', { max: 0xffff_ffff }),
        createdAtMs: int('When it was created, ms since 1970.'),
        config: shareConfig,
        topics: array(
          'Its topics.',
          struct('A topic of the group.', {
            topic: topicName,
            topicId,
            startAt: position,
            deadLetterTopic,
          }),
          LIMITS.topicsPerGroupMax,
        ),
      }),
      LIMITS.groupsMax,
    ),
  },
  errors: ['UNKNOWN_GROUP', 'GROUP_KIND_MISMATCH'],
});

const perSecond = (about: string) => float(about, { min: 0, max: 1e12 });

const rates = nullable(
  struct('Messages a second of the whole group over the last minute; absent at first.', {
    arrived: perSecond('Appended.'),
    acknowledged: perSecond('Finished.'),
    dead: perSecond('Died.'),
  }),
);

const messageCounts = {
  fresh: int('Never delivered.'),
  ready: int('Delivered before, waiting for the next delivery.'),
  scheduled: int('Waiting for a time.'),
  leased: int('Given to a member.'),
  parked: int('Waiting for their key or for their tenant.'),
  blocked: int('Stopped until somebody decides about them.'),
  acknowledged: int('Finished.'),
  dead: int('Exhausted, rejected or dropped.'),
  removed: int('Taken away by retention before they were resolved.'),
  purged: int('Taken away by a purge before they were resolved.'),
  skipped: int('Redriven for another group.'),
  oldestUnresolvedMs: nullable(int('Append time of the oldest unresolved message, ms since 1970.')),
};

export const counters = api({
  key: 34,
  name: 'Counters',
  about: 'Exact counts of the messages of a share group by state, a partition.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: { group: groupName },
  response: {
    partitions: array(
      'Partitions of all topics of the group.',
      struct('Counts of a partition.', {
        topic: topicName,
        topicId,
        partition,
        startOffset: offset,
        cursor: int('Next offset that was never delivered.'),
        endOffset: offset,
        ...messageCounts,
        firstUnresolvedOffset: int('Offset of the oldest unresolved message; the end: none.'),
        undo: nullable(
          struct('The last purge, while an undo can bring back what it took.', {
            messages: int('Messages that it took.'),
            untilMs: int('It can be undone until then, ms since 1970.'),
          }),
        ),
      }),
      LIMITS.partitionsMax,
    ),
    rates,
  },
  errors: ['UNKNOWN_GROUP', 'GROUP_KIND_MISMATCH'],
});

export const countShareGroups = api({
  key: 35,
  name: 'CountShareGroups',
  about:
    'Exact counts of the messages of all share groups by state, a topic; some groups at a time.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    afterId: int('Groups with higher ids; 0: from the first.', { max: 0xffff_ffff, fallback: 0 }),
    maxGroups: int('At most so many groups; fewer come where they have many partitions.', {
      min: 1,
      max: LIMITS.countedGroupsMax,
      fallback: LIMITS.countedGroupsMax,
    }),
  },
  response: {
    groups: array(
      'Share groups, by id.',
      struct('Counts of a share group.', {
        group: groupName,
        topics: array(
          'Its topics.',
          struct('Counts of a topic.', { topic: topicName, ...messageCounts }),
          LIMITS.topicsPerGroupMax,
        ),
        rates,
      }),
      LIMITS.countedGroupsMax,
    ),
    nextAfterId: nullable(
      int('Ask again after this id; absent: these were all.', { max: 0xffff_ffff }),
    ),
  },
  errors: [],
});
