// What it takes to use share groups, their messages, transactions, effects, redrives and schedules.

import { MillraceError, type RequestOf } from '@millrace/protocol';
import type { Asker } from './asker.ts';
import { checkAddedDeadLetters, checkNewDeadLetters } from './dead-letter-rights.ts';
import { BY_ITEM, type RequirementsOf } from './requirement.ts';

type QueueApi =
  | 'CreateShareGroup'
  | 'AlterShareGroup'
  | 'DeleteShareGroup'
  | 'DescribeShareGroups'
  | 'Counters'
  | 'CountShareGroups'
  | 'Receive'
  | 'Acknowledge'
  | 'Peek'
  | 'ListMessages'
  | 'ChangeMessages'
  | 'GetMessage'
  | 'Transact'
  | 'ClaimEffect'
  | 'GetEffect'
  | 'Purge'
  | 'UndoPurge'
  | 'StartRedrive'
  | 'ListTasks'
  | 'CancelTask'
  | 'CreateSchedule'
  | 'AlterSchedule'
  | 'DeleteSchedule'
  | 'ListSchedules';

const groupDeed = ({ group }: { readonly group: string }) => ({ resource: 'group', name: group });
const scheduleDeed = ({ name }: { readonly name: string }) => ({ resource: 'schedule', name });

function eachTopic(ask: Asker, names: readonly string[], field: string): void {
  for (const [at, name] of names.entries()) ask.topic('read', name, `${field}[${at}]`);
}

export const QUEUE_REQUIREMENTS: RequirementsOf<QueueApi> = {
  CreateShareGroup: {
    needs:
      'create on the group, read on each topic, write on its dead-letter topic, and create on that where it is not there',
    check: (request, ask) => {
      ask.group('create', request.group);
      eachTopic(ask, request.topics, 'topics');
      checkNewDeadLetters(request, ask);
    },
    deed: groupDeed,
  },
  AlterShareGroup: {
    needs: 'alter on the group; of added topics and dead-letter topics as to create one',
    check: (request, ask) => {
      ask.group('alter', request.group);
      eachTopic(ask, request.addTopics ?? [], 'addTopics');
      checkAddedDeadLetters(request, ask);
    },
    deed: groupDeed,
  },
  DeleteShareGroup: {
    needs: 'delete on the group',
    check: ({ group }, ask) => ask.group('delete', group),
    deed: groupDeed,
  },
  DescribeShareGroups: {
    needs: 'describe on each group; of all, those are told. Its topics are told with it',
    check: ({ groups }, ask) => {
      for (const [at, name] of (groups ?? []).entries())
        ask.group('describe', name, `groups[${at}]`);
    },
    shown: ({ groups }, _, ask) => ({
      groups: groups.filter(({ group }) => ask.mayDescribe('group', group)),
    }),
  },
  Counters: {
    needs: 'describe on the group',
    check: ({ group }, ask) => ask.group('describe', group),
  },
  CountShareGroups: {
    needs: 'describe on each group that is told',
    check: BY_ITEM,
    shown: ({ groups, ...more }, _, ask) => ({
      ...more,
      groups: groups.filter(({ group }) => ask.mayDescribe('group', group)),
    }),
  },
  Receive: {
    needs: 'read on the group and on each topic',
    check: ({ group, topics }, ask) => {
      ask.group('read', group);
      eachTopic(ask, topics, 'topics');
    },
  },
  Acknowledge: {
    needs: 'read on the group, and on the topic of each item',
    check: ({ group }, ask) => ask.group('read', group),
  },
  Peek: {
    needs: 'read on the topic; with a group: describe on that',
    check: ({ topic, group }, ask) => {
      ask.topic('read', topic);
      if (group !== null) ask.group('describe', group);
    },
  },
  ListMessages: {
    needs: 'describe on the group and on the topic',
    check: ({ group, topic }, ask) => {
      ask.group('describe', group);
      ask.topic('describe', topic);
    },
  },
  ChangeMessages: {
    needs: 'alter on the group, and read on the topic of each item',
    check: ({ group }, ask) => ask.group('alter', group),
    deed: ({ group, action }) => ({ resource: 'group', name: group, more: { action } }),
  },
  GetMessage: {
    needs: 'read on the group and on the topic',
    check: ({ group, topicId }, ask) => {
      ask.group('read', group);
      ask.topicId('read', topicId, 'topicId');
    },
  },
  Transact: {
    needs:
      'write on the topic of each batch, and read on each group and on each topic of its items; for changes alter on the group instead; one that is missing refuses all',
    check: checkTransaction,
    deed: ({ changes }) => {
      const [first] = changes ?? [];
      if (first === undefined) return undefined;
      const groups = [...new Set(changes?.map(({ group }) => group))];
      const actions = [...new Set(changes?.map(({ action }) => action))];
      return { resource: 'group', name: first.group, more: { groups, actions } };
    },
  },
  ClaimEffect: {
    needs: 'read on the group',
    check: ({ group }, ask) => ask.group('read', group),
  },
  GetEffect: {
    needs: 'read on the group',
    check: ({ group }, ask) => ask.group('read', group),
  },
  Purge: {
    needs: 'alter on the group; to forget duplicates: alter on its topics, too',
    check: ({ group, topic, forgetDuplicates }, ask) => {
      ask.group('alter', group);
      if (!forgetDuplicates) return;
      const names = topic === null ? topicsOf(ask, group) : [topic];
      for (const name of names) ask.topic('alter', name, 'topic');
    },
    deed: groupDeed,
  },
  UndoPurge: {
    needs: 'alter on the group',
    check: ({ group }, ask) => ask.group('alter', group),
    deed: groupDeed,
  },
  StartRedrive: {
    needs:
      'read on the topic, alter on the group (create, where it has to be made), and write where letters may go: the target, or the topic of filter.sourceTopic, or every topic where neither is given',
    check: checkRedrive,
    deed: ({ topic }) => ({ resource: 'topic', name: topic }),
  },
  ListTasks: {
    needs: 'describe on the topic of each task; others are not there',
    check: ({ taskIds }, ask) => {
      for (const taskId of taskIds ?? []) mustSeeTask(ask, taskId, 'taskIds');
    },
    shown: ({ tasks }, _, ask) => ({
      tasks: tasks.filter(({ topic }) => ask.mayDescribe('topic', topic)),
    }),
  },
  CancelTask: {
    needs: 'describe on the topic of the task, or it is not there; alter on its group',
    check: ({ taskId }, ask) => {
      const task = mustSeeTask(ask, taskId, 'taskId');
      if (task !== undefined) ask.group('alter', task.group);
    },
    deed: ({ taskId }) => ({ resource: 'task', name: String(taskId) }),
  },
  CreateSchedule: {
    needs: 'write on the topic, and on that of a schedule it replaces',
    check: ({ topic, name, replace }, ask) => {
      ask.topic('write', topic);
      if (replace) mustReplaceSchedule(ask, name);
    },
    deed: scheduleDeed,
  },
  AlterSchedule: {
    needs: 'read or write on the topic of the schedule, or it is not there; write on it',
    check: ({ name }, ask) => mustChangeSchedule(ask, name),
    deed: scheduleDeed,
  },
  DeleteSchedule: {
    needs: 'read or write on the topic of the schedule, or it is not there; write on it',
    check: ({ name }, ask) => mustChangeSchedule(ask, name),
    deed: scheduleDeed,
  },
  ListSchedules: {
    needs: 'read or write on the topic of each schedule; others are not there',
    check: ({ names }, ask) => {
      for (const name of names ?? []) topicOfSchedule(ask, name);
    },
    shown: ({ schedules }, _, ask) => ({
      schedules: schedules.filter(({ topic }) => seesSchedules(ask, topic)),
    }),
  },
};

function checkTransaction(request: RequestOf<'Transact'>, ask: Asker): void {
  for (const [at, { topicId }] of request.batches.entries()) {
    ask.topicId('write', topicId, `batches[${at}].topicId`);
  }
  for (const [at, { group, items }] of request.acknowledgements.entries()) {
    ask.group('read', group, `acknowledgements[${at}].group`);
    for (const topicId of new Set(items.map((item) => item.topicId))) {
      ask.topicId('read', topicId, `acknowledgements[${at}].items`);
    }
  }
  for (const [at, { group, offsets }] of request.offsets.entries()) {
    ask.group('read', group, `offsets[${at}].group`);
    for (const topicId of new Set(offsets.map((item) => item.topicId))) {
      ask.topicId('read', topicId, `offsets[${at}].offsets`);
    }
  }
  for (const [at, { group }] of request.effects.entries()) {
    ask.group('read', group, `effects[${at}].group`);
  }
  for (const [at, { group, topicId }] of (request.changes ?? []).entries()) {
    ask.group('alter', group, `changes[${at}].group`);
    ask.topicId('read', topicId, `changes[${at}].topicId`);
  }
}

/** Letters say of themselves where they come from, and whoever writes to their topic can make them say anything. */
function checkRedrive(request: RequestOf<'StartRedrive'>, ask: Asker): void {
  const { topic, group, target, filter } = request;
  ask.topic('read', topic);
  const topicId = ask.state.catalog.topicIds.get(topic) ?? 0;
  const attached = [...(ask.state.catalog.shareGroupsOf.get(topicId) ?? [])];
  const [only] = attached.length === 1 ? attached : [];
  const known =
    group ?? (only === undefined ? undefined : ask.state.catalog.groups.get(only)?.name);
  if (known !== undefined) ask.group('alter', known, 'group');
  else if (attached.length === 0) ask.group('create', topic, 'group');
  if (target !== null) ask.topic('write', target, 'target');
  else if (filter !== null && filter.sourceTopic !== null) {
    ask.topic('write', filter.sourceTopic, 'filter.sourceTopic');
  } else ask.all('write', 'topic', '', 'filter.sourceTopic');
}

function topicsOf({ state: { catalog } }: Asker, group: string): string[] {
  const groupId = catalog.groupByName(group)?.groupId ?? 0;
  const topicIds = [...(catalog.attachments.get(groupId)?.keys() ?? [])];
  return topicIds.flatMap((topicId) => catalog.topics.get(topicId)?.name ?? []);
}

/** Undefined where there is none. Throws UNKNOWN_TASK also where nobody is to know that there is. */
function mustSeeTask(ask: Asker, taskId: number, field: string) {
  const task = ask.state.tasks.all.get(taskId);
  if (task === undefined || ask.mayDescribe('topic', task.topic)) return task;
  throw new MillraceError('UNKNOWN_TASK', `No task has the id ${taskId}.`, { field });
}

function seesSchedules({ access }: Asker, topic: string): boolean {
  return access.may('read', 'topic', topic) || access.may('write', 'topic', topic);
}

/** Undefined where there is none. Throws UNKNOWN_SCHEDULE also where nobody is to know that there is. */
function topicOfSchedule(ask: Asker, name: string): string | undefined {
  const topic = ask.state.schedules.byName(name)?.row.topic;
  if (topic === undefined || seesSchedules(ask, topic)) return topic;
  throw new MillraceError('UNKNOWN_SCHEDULE', `No schedule is named ${name}.`, { field: 'name' });
}

/** To whom it is not there its name is taken, as it is for who would create it. */
function mustReplaceSchedule(ask: Asker, name: string): void {
  const topic = ask.state.schedules.byName(name)?.row.topic;
  if (topic === undefined) return;
  if (!seesSchedules(ask, topic)) {
    const message = `A schedule named ${name} exists.`;
    throw new MillraceError('SCHEDULE_EXISTS', message, { field: 'name' });
  }
  ask.topic('write', topic, 'name');
}

function mustChangeSchedule(ask: Asker, name: string): void {
  const topic = topicOfSchedule(ask, name);
  if (topic !== undefined) ask.topic('write', topic, 'name');
}
