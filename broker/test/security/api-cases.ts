// For every API a request, and the rights that it takes and no others: who has all of them is not refused, who lacks one is.
// An API without a case does not compile.

import { type ApiCases, countOf, onGroup, onTopic, type Right } from './api-case.ts';
import { queueCases } from './api-cases-queue.ts';

/** What is there: topic `orders` with group `workers` and dead letters in `orders.dlq`, and one schedule and one task. */
export interface Places {
  readonly orders: number;
  readonly taskId: number;
  readonly adminToken: string;
}

const ALTER: readonly Right[] = [['alter', 'cluster', '']];
const DELEGATE: readonly Right[] = [['delegate', 'cluster', '']];
const DESCRIBE: readonly Right[] = [['describe', 'cluster', '']];

export function apiCases({ orders: topicId, taskId, adminToken }: Places): ApiCases {
  return { ...logCases(topicId), ...queueCases(topicId, taskId), ...securityCases(adminToken) };
}

function logCases(topicId: number) {
  const place = { topicId, partition: 0 };
  const member = { group: 'readers', memberId: 'm', memberEpoch: 0 };
  return {
    Metadata: [
      { request: { topics: ['orders'] }, needs: [onTopic('describe')] },
      {
        request: {},
        needs: [onTopic('describe')],
        listed: ({ topics }) => countOf(topics, 'orders'),
      },
    ],
    CreateTopic: [{ request: { name: 'orders', validateOnly: true }, needs: [onTopic('create')] }],
    DeleteTopic: [{ request: { name: 'gone' }, needs: [onTopic('delete', 'gone')] }],
    AlterTopic: [{ request: { name: 'orders' }, needs: [onTopic('alter')] }],
    DescribeTopics: [
      { request: { topics: ['orders'] }, needs: [onTopic('describe')] },
      {
        request: {},
        needs: [onTopic('describe')],
        listed: ({ topics }) => countOf(topics, 'orders'),
      },
    ],
    DescribeBroker: [{ request: {}, needs: DESCRIBE }],
    Produce: [
      { request: { batches: [{ ...place, batch: Buffer.alloc(9) }] }, needs: [onTopic('write')] },
    ],
    Fetch: [
      {
        request: { partitions: [{ ...place, offset: 0 }], maxWaitMs: 0 },
        needs: [onTopic('read')],
      },
      {
        request: {
          partitions: [{ ...place, offset: 0 }],
          maxWaitMs: 0,
          sessionId: 1,
          isNewSession: true,
        },
        needs: [onTopic('read')],
      },
    ],
    ListOffsets: [
      { request: { partitions: [{ ...place, at: -1 }] }, needs: [onTopic('describe')] },
    ],
    InitProducer: [
      { request: {}, needs: [onTopic('write', 'anything')], isAny: true },
      {
        request: { name: 'p' },
        needs: [onTopic('write', 'anything'), onGroup('write', 'p')],
        isAny: true,
      },
    ],
    DeleteRecords: [
      { request: { partitions: [{ ...place, beforeOffset: 0 }] }, needs: [onTopic('delete')] },
    ],
    GroupHeartbeat: [
      {
        request: { ...member, topics: ['orders'] },
        needs: [onGroup('read', 'readers'), onTopic('read')],
      },
      {
        request: { ...member, topicPattern: 'ord.*' },
        needs: [onGroup('read', 'readers'), onTopic('read', 'ord*')],
      },
    ],
    GroupLeave: [{ request: { ...member, group: 'gone' }, needs: [onGroup('read', 'gone')] }],
    OffsetCommit: [
      {
        request: { group: 'others', offsets: [{ ...place, offset: 0 }] },
        needs: [onGroup('read', 'others'), onTopic('read')],
      },
    ],
    OffsetFetch: [
      {
        request: { group: 'others', partitions: [place] },
        needs: [onGroup('describe', 'others'), onTopic('describe')],
      },
      {
        request: { group: 'others' },
        needs: [onGroup('describe', 'others'), onTopic('describe')],
        listed: ({ offsets }) => offsets.length,
      },
    ],
    ListGroups: [
      {
        request: {},
        needs: [onGroup('describe')],
        listed: ({ groups }) => countOf(groups, 'workers'),
      },
    ],
    DescribeGroup: [{ request: { group: 'others' }, needs: [onGroup('describe', 'others')] }],
    DeleteGroup: [{ request: { group: 'gone' }, needs: [onGroup('delete', 'gone')] }],
  } satisfies Partial<ApiCases>;
}

function securityCases(adminToken: string) {
  const rule = {
    user: 'other',
    effect: 'allow',
    resource: 'topic',
    pattern: 'literal',
    name: 'x',
    operation: 'read',
  } as const;
  const item = { operation: 'read', resource: 'topic', name: 'x' } as const;
  return {
    CheckCredential: [{ request: { kind: 'token', secret: adminToken }, needs: DELEGATE }],
    GetAccessKey: [{ request: { accessKeyId: 'none' }, needs: DELEGATE }],
    CreateUser: [{ request: { user: 'other' }, needs: ALTER }],
    AlterUser: [{ request: { user: 'gone' }, needs: ALTER }],
    DeleteUser: [{ request: { user: 'gone' }, needs: ALTER }],
    ListUsers: [{ request: {}, needs: DESCRIBE }],
    CreateToken: [ALTER, DELEGATE].map((needs) => {
      return { request: { user: 'gone' }, needs, isAny: true as const };
    }),
    RevokeToken: [{ request: { tokenId: 'gone' }, needs: ALTER }],
    CreateAccessKey: [{ request: { user: 'gone' }, needs: ALTER }],
    RevokeAccessKey: [{ request: { accessKeyId: 'gone' }, needs: ALTER }],
    AlterAcls: [{ request: { add: [], remove: [rule] }, needs: ALTER }],
    ListAcls: [{ request: {}, needs: DESCRIBE }],
    CheckAccess: ['other', 'gone'].map((user) => ({
      request: { user, items: [item] },
      needs: DESCRIBE,
    })),
  } satisfies Partial<ApiCases>;
}
