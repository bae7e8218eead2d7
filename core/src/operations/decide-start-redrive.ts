// StartRedrive: checks what is asked for and writes the task's row, with the group that resolves the letters where there
// is none. The task itself moves on in slices: `decideRedriveSlice`.

import { LIMITS, type RequestOf, type ResponseOf } from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { Topic } from '../catalog/catalog.ts';
import { refuseTable } from '../catalog/compacted.ts';
import {
  accept,
  type Context,
  type Decision,
  type Refused,
  refuse,
  type View,
} from '../decision.ts';
import type { TaskRow } from '../queue-rows.ts';
import type { Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { decideCreateShareGroup } from '../share/decide-create-share-group.ts';
import { findShareGroup } from '../share/share-scope.ts';
import { putTask } from './plan-task.ts';
import { redriveEnds, unresolvedIn } from './redrive-range.ts';

type Request = RequestOf<'StartRedrive'>;

const NO_FILTER: TaskRow['filter'] = {
  partition: null,
  fromOffset: null,
  toOffset: null,
  fromMs: null,
  toMs: null,
  reason: null,
  failedGroup: null,
  sourceTopic: null,
  error: null,
  among: null,
};

/** [L-116] */
export function decideStartRedrive(
  state: ShardState,
  view: View,
  request: Request,
  ctx: Context,
): Decision<ResponseOf<'StartRedrive'>> {
  const { catalog, tasks } = state;
  const topic = catalog.topicByName(request.topic);
  if (topic === undefined) return unknownTopic(request.topic, 'topic');
  const target = request.target === null ? null : catalog.topicByName(request.target);
  if (target === undefined) return unknownTopic(request.target ?? '', 'target');
  if (target?.topicId === topic.topicId) {
    return refuse('INVALID_REQUEST', 'Letters cannot be moved to the topic they are in.', {
      field: 'target',
    });
  }
  const table = refuseTable(topic, 'topic') ?? (target && refuseTable(target, 'target'));
  if (table) return table;
  const filter = request.filter ?? NO_FILTER;
  const refused = checkFilter(filter, topic);
  if (refused !== undefined) return refused;
  const group = groupFor(state, view, topic, request.group, ctx);
  if (group.error !== undefined) return group;
  const tooMany = checkRoom(state, topic, group, request);
  if (tooMany !== undefined) return tooMany;
  const ends = redriveEnds(state, topic, filter);
  const { groupId } = group;
  const taskId = tasks.nextTaskId;
  const { ratePerSecond, dryRun } = request;
  const places = { topicId: topic.topicId, topic: topic.name, groupId, group: group.name };
  const counts = { scanned: 0, moved: 0, skipped: 0, failed: 0 };
  const times = { startedAtMs: ctx.nowMs, endedAtMs: null, sliceAtMs: ctx.nowMs };
  const task = putTask({
    taskId,
    kind: 'redrive',
    state: 'running',
    ...places,
    targetTopicId: target?.topicId ?? null,
    target: target?.name ?? null,
    filter,
    ratePerSecond,
    dryRun,
    partition: 0,
    offset: 0,
    ends,
    total: unresolvedIn(state, view, { ...places, filter, ends }),
    ...counts,
    ...times,
    error: null,
  });
  return accept({ taskId }, [...group.writes, task]);
}

function unknownTopic(name: string, field: string): Refused {
  return refuse('UNKNOWN_TOPIC', `No topic is named ${name}.`, { field });
}

function checkFilter(filter: TaskRow['filter'], topic: Topic): Refused | undefined {
  const { partition, fromOffset, toOffset, fromMs, toMs, among } = filter;
  if (partition !== null && partition >= topic.partitions) {
    const limit = `0 to ${topic.partitions - 1}`;
    const message = `${topic.name} has no partition ${partition}, only ${limit}.`;
    return refuse('INVALID_REQUEST', message, { field: 'filter.partition', limit });
  }
  if (fromOffset !== null && toOffset !== null && fromOffset > toOffset) {
    const message = `The range from offset ${fromOffset} to ${toOffset} is inverted.`;
    return refuse('INVALID_REQUEST', message, { field: 'filter.toOffset' });
  }
  if (fromMs !== null && toMs !== null && fromMs >= toMs) {
    const message = `No time is at or after ${fromMs} and before ${toMs}.`;
    return refuse('INVALID_REQUEST', message, { field: 'filter.toMs' });
  }
  const inverted =
    among?.findIndex(({ firstOffset, lastOffset }) => firstOffset > lastOffset) ?? -1;
  if (inverted >= 0) {
    const message = 'A range ends before it begins.';
    return refuse('INVALID_REQUEST', message, { field: `filter.among[${inverted}].lastOffset` });
  }
  const beyond = among?.findIndex((range) => range.partition >= topic.partitions) ?? -1;
  if (beyond >= 0) {
    const limit = `0 to ${topic.partitions - 1}`;
    const message = `${topic.name} has partitions ${limit}.`;
    return refuse('INVALID_REQUEST', message, {
      field: `filter.among[${beyond}].partition`,
      limit,
    });
  }
  return undefined;
}

interface FoundGroup {
  readonly error?: undefined;
  readonly groupId: number;
  readonly name: string;
  /** They create it. */
  readonly writes: readonly Write[];
}

/** The one that is named, or the only one, or a new one that keeps letters until somebody decides about them. [L-28] */
function groupFor(
  state: ShardState,
  view: View,
  topic: Topic,
  name: string | null,
  ctx: Context,
): FoundGroup | Refused {
  const { catalog } = state;
  const groupIds = [...(catalog.shareGroupsOf.get(topic.topicId) ?? [])];
  if (name === null && groupIds.length > 1) {
    const message = `${groupIds.length} share groups take from ${topic.name}: name the one in which letters are resolved.`;
    return refuse('INVALID_REQUEST', message, { field: 'group' });
  }
  if (name === null && groupIds.length === 0) return newGroup(state, view, topic, ctx);
  const known = name ?? catalog.groups.get(groupIds[0] ?? 0)?.name ?? '';
  const group = findShareGroup(state, known);
  if ('error' in group) return group;
  if (!groupIds.includes(group.groupId)) {
    const message = `Share group ${known} does not take messages from ${topic.name}.`;
    return refuse('TOPIC_NOT_IN_GROUP', message, { field: 'group' });
  }
  return { groupId: group.groupId, name: known, writes: [] };
}

function newGroup(
  state: ShardState,
  view: View,
  { name }: Topic,
  ctx: Context,
): FoundGroup | Refused {
  if (state.catalog.groupByName(name) !== undefined) {
    const message = `No share group takes from ${name}, and another group has its name: name a share group.`;
    return refuse('INVALID_REQUEST', message, { field: 'group' });
  }
  const config = { maxDeliveries: 0, onExhausted: 'drop' } as const;
  const command = { group: name, topics: [name], startAt: -2, deadLetterTopic: null, config };
  const created = decideCreateShareGroup(state, view, command, ctx);
  if (created.error !== undefined) return created;
  return { groupId: state.catalog.nextGroupId, name, writes: created.writes };
}

/** Refused with LIMIT_EXCEEDED: one at a time moves letters of a group and topic, and not too many run in all. */
function checkRoom(
  { tasks }: ShardState,
  topic: Topic,
  group: FoundGroup,
  { dryRun }: Request,
): Refused | undefined {
  for (const taskId of tasks.running) {
    const task = tasks.all.get(taskId);
    assert(task !== undefined, 'a running task is known');
    if (dryRun || task.dryRun) continue;
    if (task.topicId !== topic.topicId || task.groupId !== group.groupId) continue;
    const message = `Task ${taskId} redrives ${topic.name} in share group ${group.name} already.`;
    return refuse('LIMIT_EXCEEDED', message, { field: 'topic', limit: '1 redrive at a time' });
  }
  if (tasks.running.size < LIMITS.tasksRunningMax) return undefined;
  const limit = `${LIMITS.tasksRunningMax} tasks`;
  return refuse('LIMIT_EXCEEDED', `At most ${limit} run at a time.`, { limit });
}
