// The cases of share groups, their messages, transactions, effects, redrives and schedules.

import { type ApiCase, type ApiCases, onGroup, onTopic } from './api-case.ts';

export function queueCases(topicId: number, taskId: number) {
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
    CountShareGroups: [
      {
        request: {},
        needs: [onGroup('describe')],
        listed: ({ groups }) => groups.filter(({ group }) => group === 'workers').length,
      },
    ],
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
      {
        request: {
          ...nothing,
          transactionId: 'c',
          changes: [{ group: 'workers', action: 'cancel', ...range }],
        },
        needs: [onGroup('alter'), onTopic('read')],
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
      {
        request: { name: 'tick', topic: 'spare', everyMs: 60_000, replace: true, dryRun: true },
        needs: [onTopic('write', 'spare'), onTopic('write')],
        says: 'SCHEDULE_EXISTS',
      },
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
