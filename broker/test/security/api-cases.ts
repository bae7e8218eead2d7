// For every API a request, and the rights that it takes and no others: who has all of them is not refused, who lacks one is.
// An API without a case does not compile.

import type {
  ErrorName,
  OperationName,
  RequestInput,
  ResourceKind,
  ResponseOf,
} from '@millrace/protocol';
import type { HandledApiName } from '../../src/handlers/handler.ts';

/** A name that ends in `*` is a beginning of names. */
export type Right = readonly [operation: OperationName, resource: ResourceKind, name: string];

export interface ApiCase<N extends HandledApiName> {
  readonly request: RequestInput<N>;
  readonly needs: readonly Right[];
  /** What is said where something is not to be known of; absent: NOT_AUTHORIZED. */
  readonly says?: ErrorName;
  /** Of a list: how much is told of what the rights are on. */
  readonly listed?: (body: ResponseOf<N>) => number;
  /** One right among many will do: to deny this one denies nothing. */
  readonly isAny?: true;
}

export type ApiCases = { readonly [N in HandledApiName]: readonly ApiCase<N>[] };

/** What is there: topic `orders` with group `workers` and dead letters in `orders.dlq`, and one schedule and one task. */
export interface Places {
  readonly orders: number;
  readonly taskId: number;
  readonly adminToken: string;
}

const countOf = (items: readonly { readonly name: string }[], wanted: string): number =>
  items.filter(({ name }) => name === wanted).length;

const ALTER: readonly Right[] = [['alter', 'cluster', '']];
const DELEGATE: readonly Right[] = [['delegate', 'cluster', '']];
const DESCRIBE: readonly Right[] = [['describe', 'cluster', '']];
const onTopic = (operation: OperationName, name = 'orders'): Right => [operation, 'topic', name];
const onGroup = (operation: OperationName, name = 'workers'): Right => [operation, 'group', name];

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

function queueCases(topicId: number, taskId: number) {
  const range = { topicId, partition: 0, firstOffset: 0, lastOffset: 0 };
  const item = { ...range, token: 1, kind: 'accept' as const };
  const place = { topicId, partition: 0, offset: 0 };
  const deadLetters = [onTopic('write', 'orders.dlq'), onTopic('read')];
  const nothing = { batches: [], acknowledgements: [], offsets: [], effects: [] };
  const effect = { group: 'workers', key: 'e', token: 1, end: 'done' as const };
  return {
    CreateShareGroup: [
      {
        request: { group: 'workers', topics: ['orders'] },
        needs: [onGroup('create'), ...deadLetters],
      },
      {
        request: { group: 'workers', topics: ['orders'], config: { onExhausted: 'drop' } },
        needs: [onGroup('create'), onTopic('read')],
      },
      {
        request: { group: 'workers', topics: ['orders'], deadLetterTopic: 'new.dead' },
        needs: [
          onGroup('create'),
          onTopic('read'),
          onTopic('write', 'new.dead'),
          onTopic('create', 'new.dead'),
        ],
      },
    ],
    AlterShareGroup: [
      { request: { group: 'gone' }, needs: [onGroup('alter', 'gone')] },
      {
        request: { group: 'gone', addTopics: ['orders'] },
        needs: [onGroup('alter', 'gone'), ...deadLetters],
      },
      {
        request: { group: 'gone', deadLetterTopic: 'orders.dlq' },
        needs: [onGroup('alter', 'gone'), onTopic('write', 'orders.dlq')],
      },
      {
        // Of a topic that is not there it takes as much; nothing is altered, whoever asks.
        request: { group: 'dropping', config: { onExhausted: 'dlq' }, addTopics: ['gone'] },
        needs: [
          onGroup('alter', 'dropping'),
          onTopic('write', 'orders.dlq'),
          onTopic('read', 'gone'),
          onTopic('write', 'gone.dlq'),
          onTopic('create', 'gone.dlq'),
        ],
      },
    ],
    DeleteShareGroup: [{ request: { group: 'gone' }, needs: [onGroup('delete', 'gone')] }],
    DescribeShareGroups: [
      { request: { groups: ['workers'] }, needs: [onGroup('describe')] },
      {
        request: {},
        needs: [onGroup('describe')],
        listed: ({ groups }) => groups.filter(({ group }) => group === 'workers').length,
      },
    ],
    Counters: [{ request: { group: 'workers' }, needs: [onGroup('describe')] }],
    Receive: [
      {
        request: { group: 'workers', topics: ['orders'], memberId: 'm', maxWaitMs: 0 },
        needs: [onGroup('read'), onTopic('read')],
      },
    ],
    Acknowledge: [
      {
        request: { group: 'workers', items: [item] },
        needs: [onGroup('read'), onTopic('read')],
      },
    ],
    Peek: [
      { request: { topic: 'orders', partition: 0, fromOffset: 0 }, needs: [onTopic('read')] },
      {
        request: { topic: 'orders', group: 'workers', partition: 0, fromOffset: 0 },
        needs: [onTopic('read'), onGroup('describe')],
      },
    ],
    ListMessages: [
      {
        request: { group: 'workers', topic: 'orders', partition: 0, state: 'fresh' },
        needs: [onGroup('describe'), onTopic('describe')],
      },
    ],
    ChangeMessages: [
      {
        request: { group: 'workers', action: 'retry', items: [range] },
        needs: [onGroup('alter'), onTopic('read')],
      },
    ],
    GetMessage: [
      { request: { group: 'workers', ...place }, needs: [onGroup('read'), onTopic('read')] },
    ],
    Transact: [
      {
        request: {
          ...nothing,
          transactionId: 'a',
          batches: [{ topicId, partition: 0, batch: Buffer.alloc(9) }],
        },
        needs: [onTopic('write')],
      },
      {
        request: {
          transactionId: 'b',
          batches: [],
          acknowledgements: [{ group: 'workers', items: [item] }],
          offsets: [{ group: 'others', offsets: [place] }],
          effects: [{ ...effect, group: 'effects' }],
        },
        needs: [
          onGroup('read'),
          onGroup('read', 'others'),
          onGroup('read', 'effects'),
          onTopic('read'),
        ],
      },
    ],
    ClaimEffect: [
      { request: { group: 'gone', key: 'e', memberId: 'm' }, needs: [onGroup('read', 'gone')] },
    ],
    GetEffect: [{ request: { group: 'workers', key: 'e' }, needs: [onGroup('read')] }],
    Purge: [
      { request: { group: 'workers', dryRun: true }, needs: [onGroup('alter')] },
      {
        request: { group: 'workers', dryRun: true, forgetDuplicates: true },
        needs: [onGroup('alter'), onTopic('alter')],
      },
    ],
    UndoPurge: [{ request: { group: 'workers' }, needs: [onGroup('alter')] }],
    StartRedrive: redriveCases(),
    ListTasks: [
      {
        request: { taskIds: [taskId] },
        needs: [onTopic('describe', 'orders.dlq')],
        says: 'UNKNOWN_TASK',
      },
      {
        request: {},
        needs: [onTopic('describe', 'orders.dlq')],
        listed: ({ tasks }) => tasks.length,
      },
    ],
    CancelTask: [
      {
        request: { taskId },
        needs: [onTopic('describe', 'orders.dlq'), onGroup('alter', 'orders.dlq')],
        says: 'UNKNOWN_TASK',
      },
    ],
    CreateSchedule: [
      { request: { name: 'tick', topic: 'orders', everyMs: 60_000 }, needs: [onTopic('write')] },
    ],
    AlterSchedule: [
      {
        request: { name: 'tick', paused: true },
        needs: [onTopic('write')],
        says: 'UNKNOWN_SCHEDULE',
      },
    ],
    DeleteSchedule: [
      { request: { name: 'spare' }, needs: [onTopic('write')], says: 'UNKNOWN_SCHEDULE' },
    ],
    ListSchedules: [
      {
        request: { names: ['tick'] },
        needs: [onTopic('read')],
        says: 'UNKNOWN_SCHEDULE',
        isAny: true,
      },
      {
        request: {},
        needs: [onTopic('write')],
        listed: ({ schedules }) => schedules.length,
        isAny: true,
      },
    ],
  } satisfies Partial<ApiCases>;
}

function redriveCases(): readonly ApiCase<'StartRedrive'>[] {
  const topic = 'orders.dlq';
  const from = [onTopic('read', topic), onGroup('alter', topic)];
  const [filter] = [{ sourceTopic: 'orders' }];
  return [
    {
      request: { topic, target: 'gone', dryRun: true },
      needs: [...from, onTopic('write', 'gone')],
    },
    {
      request: { topic, group: 'gone', target: 'gone', dryRun: true },
      needs: [onTopic('read', topic), onGroup('alter', 'gone'), onTopic('write', 'gone')],
    },
    { request: { topic, filter, dryRun: true }, needs: [...from, onTopic('write')] },
    { request: { topic, dryRun: true }, needs: [...from, onTopic('write', '*')] },
    {
      request: { topic: 'spare', target: 'gone', dryRun: true },
      needs: [onTopic('read', 'spare'), onGroup('create', 'spare'), onTopic('write', 'gone')],
    },
  ];
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
    CreateToken: [{ request: { user: 'gone' }, needs: ALTER }],
    RevokeToken: [{ request: { tokenId: 'gone' }, needs: ALTER }],
    CreateAccessKey: [{ request: { user: 'gone' }, needs: ALTER }],
    RevokeAccessKey: [{ request: { accessKeyId: 'gone' }, needs: ALTER }],
    AlterAcls: [{ request: { add: [], remove: [rule] }, needs: ALTER }],
    ListAcls: [{ request: {}, needs: DESCRIBE }],
    CheckAccess: [{ request: { user: 'other', items: [item] }, needs: DESCRIBE }],
  } satisfies Partial<ApiCases>;
}
