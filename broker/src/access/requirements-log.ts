// What it takes to use topics, their records, and consumer groups.

import type { Asker } from './asker.ts';
import { literalPrefix } from './literal-prefix.ts';
import { BY_ITEM, type RequirementsOf } from './requirement.ts';

type LogApi =
  | 'Metadata'
  | 'CreateTopic'
  | 'DeleteTopic'
  | 'AlterTopic'
  | 'DescribeTopics'
  | 'DescribeBroker'
  | 'Produce'
  | 'Fetch'
  | 'ListOffsets'
  | 'InitProducer'
  | 'DeleteRecords'
  | 'GroupHeartbeat'
  | 'GroupLeave'
  | 'OffsetCommit'
  | 'OffsetFetch'
  | 'ListGroups'
  | 'DescribeGroup'
  | 'DeleteGroup';

const topicDeed = ({ name }: { readonly name: string }) => ({ resource: 'topic', name });

export const LOG_REQUIREMENTS: RequirementsOf<LogApi> = {
  Metadata: {
    needs: 'describe on each topic; of all, those are told. To make one: create on it, too',
    check: BY_ITEM,
  },
  CreateTopic: {
    needs: 'create on the topic',
    check: ({ name }, ask) => ask.topic('create', name),
    deed: topicDeed,
  },
  DeleteTopic: {
    needs: 'delete on the topic',
    check: ({ name }, ask) => ask.topic('delete', name),
    deed: topicDeed,
  },
  AlterTopic: {
    needs: 'alter on the topic',
    check: ({ name }, ask) => ask.topic('alter', name),
    deed: topicDeed,
  },
  DescribeTopics: {
    needs: 'describe on each topic; of all, those are told',
    check: BY_ITEM,
  },
  DescribeBroker: {
    needs: 'describe on the cluster',
    check: (_, ask) => ask.cluster('describe'),
  },
  Produce: { needs: 'write on the topic of each batch', check: BY_ITEM },
  Fetch: { needs: 'read on the topic of each partition', check: BY_ITEM },
  ListOffsets: { needs: 'describe on the topic of each partition', check: BY_ITEM },
  InitProducer: {
    needs:
      'write on some topic; with a name, or the id of a producer that has one: write on the group of this name, too. Ids without a name are known to their own user',
    check: ({ name }, ask) => {
      ask.any('write', 'topic');
      // Producers' names have no kind of their own: a name that fences others off is like one that members share.
      if (name !== null) ask.group('write', name);
    },
  },
  DeleteRecords: {
    needs: 'delete on the topic of each partition',
    check: BY_ITEM,
    deed: ({ partitions }) => {
      const topicIds = [...new Set(partitions.map(({ topicId }) => topicId))];
      return { resource: 'topic', name: '', more: { topicIds } };
    },
  },
  GroupHeartbeat: {
    needs: 'read on the group, on each topic named, and on all that a pattern could match',
    check: ({ group, topics, topicPattern }, ask) => {
      ask.group('read', group);
      for (const [at, name] of (topics ?? []).entries()) ask.topic('read', name, `topics[${at}]`);
      if (topicPattern !== null) {
        ask.all('read', 'topic', literalPrefix(topicPattern), 'topicPattern');
      }
    },
  },
  GroupLeave: {
    needs: 'read on the group',
    check: ({ group }, ask) => ask.group('read', group),
  },
  OffsetCommit: {
    needs: 'read on the group, and on the topic of each partition',
    check: ({ group }, ask) => ask.group('read', group),
    deed: ({ group, memberEpoch }) =>
      memberEpoch < 0 ? { resource: 'group', name: group, isFrequent: true } : undefined,
  },
  OffsetFetch: {
    needs: 'describe on the group, and on the topic of each partition; of all, those are told',
    check: ({ group, partitions }, ask) => {
      ask.group('describe', group);
      for (const [at, { topicId }] of (partitions ?? []).entries()) {
        ask.topicId('describe', topicId, `partitions[${at}].topicId`);
      }
    },
    shown: (reply, _, ask) => ({
      offsets: reply.offsets.filter(({ topicId }) => mayDescribeId(ask, topicId)),
    }),
  },
  ListGroups: {
    needs: 'describe on each group that is told',
    check: BY_ITEM,
    shown: ({ groups }, _, ask) => ({
      groups: groups.filter(({ name }) => ask.mayDescribe('group', name)),
    }),
  },
  DescribeGroup: {
    needs: 'describe on the group; its topics are told with it',
    check: ({ group }, ask) => ask.group('describe', group),
  },
  DeleteGroup: {
    needs: 'delete on the group',
    check: ({ group }, ask) => ask.group('delete', group),
    deed: ({ group }) => ({ resource: 'group', name: group }),
  },
};

function mayDescribeId(ask: Asker, topicId: number): boolean {
  const name = ask.state.catalog.topics.get(topicId)?.name;
  return name === undefined || ask.mayDescribe('topic', name);
}
