// All that a shard holds in memory, and the one function that changes it. `applyWrite` routes a row to its machine;
// loading is applying what the store holds. It decides nothing and does no I/O.

import { applyCatalogWrite } from './catalog/apply-catalog-write.ts';
import { Catalog, type CatalogWrite } from './catalog/catalog.ts';
import { applyConsumerWrite, ConsumerGroups } from './consumer/consumer-groups.ts';
import { Logs } from './log/logs.ts';
import { Quarantined } from './log/quarantined.ts';
import { applyTaskWrite, Tasks } from './operations/tasks.ts';
import type { GroupRow, Write } from './rows.ts';
import { Schedules } from './schedules/schedules.ts';
import { Security } from './security/security.ts';
import { laneKindOf } from './share/lanes/lane-scope.ts';
import { applyShareWrite, SharePartitions } from './share/share-partitions.ts';

export interface ShardState {
  readonly catalog: Catalog;
  readonly logs: Logs;
  readonly quarantined: Quarantined;
  readonly shares: SharePartitions;
  readonly consumers: ConsumerGroups;
  readonly schedules: Schedules;
  readonly tasks: Tasks;
  readonly security: Security;
}

export function createShardState(): ShardState {
  return {
    catalog: new Catalog(),
    logs: new Logs(),
    quarantined: new Quarantined(),
    shares: new SharePartitions(),
    consumers: new ConsumerGroups(),
    schedules: new Schedules(),
    tasks: new Tasks(),
    security: new Security(),
  };
}

export function applyWrites(state: ShardState, writes: readonly Write[]): void {
  for (const write of writes) applyWrite(state, write);
}

/** Rows of deleted topics and groups stay in the store until swept; memory lets them go with the topic or group. */
export function applyWrite(state: ShardState, write: Write): void {
  const { catalog } = state;
  switch (write.table) {
    // Read from the store where they are needed.
    case 'batches':
    case 'waitLanes':
    case 'compactions':
    case 'results':
    case 'dedups':
    case 'effects':
    case 'transactions':
    case 'attempts':
    case 'expiries':
    case 'producers':
    case 'producerNames':
    case 'sequences':
      return;
    case 'segments': {
      const [topicId, partition, baseOffset] = write.key;
      if (catalog.sweptTopics.has(topicId)) return;
      state.logs.apply(topicId, partition, baseOffset, write.value);
      return;
    }
    case 'quarantines':
      state.quarantined.apply(write.key, write.value);
      return;
    case 'sharePartitions':
    case 'runs':
    case 'purges':
    case 'waiting':
    case 'laneParked':
    case 'dead':
    case 'lastErrors':
      if (isSwept(catalog, write.key[0], write.key[1])) return;
      applyShareWrite(state.shares, write);
      return;
    case 'waitTimes':
      applyShareWrite(state.shares, write);
      return;
    case 'members':
      if (catalog.sweptGroups.has(write.key[0])) return;
      applyConsumerWrite(state.consumers, write);
      return;
    case 'offsets':
      if (isSwept(catalog, write.key[0], write.key[1])) return;
      applyConsumerWrite(state.consumers, write);
      return;
    case 'attachments':
    case 'topics':
    case 'groups':
    case 'meta':
    case 'sweeps':
      applyToCatalog(state, write);
      return;
    case 'tasks':
      applyTaskWrite(state.tasks, write);
      return;
    case 'schedules':
      state.schedules.apply(write.key[0], write.value);
      return;
    case 'users':
    case 'tokens':
    case 'accessKeys':
    case 'acls':
      state.security.apply(write);
  }
}

/** What the catalog holds, and what hangs on it. */
function applyToCatalog(state: ShardState, write: CatalogWrite): void {
  const { catalog } = state;
  switch (write.table) {
    case 'attachments':
      if (isSwept(catalog, write.key[0], write.key[1])) return;
      break;
    case 'topics':
      if (write.value === undefined) dropTopic(state, write.key[0]);
      break;
    case 'groups':
      applyGroup(state, write.key[0], write.value);
      break;
    case 'meta':
      if (write.key[0] === 'nextScheduleId') state.schedules.applyNextId(write.value);
      state.security.applyMeta(write.key[0], write.value);
      break;
    case 'sweeps':
      break;
  }
  applyCatalogWrite(catalog, write);
}

function isSwept(catalog: Catalog, groupId: number, topicId: number): boolean {
  return catalog.sweptGroups.has(groupId) || catalog.sweptTopics.has(topicId);
}

function dropTopic(state: ShardState, topicId: number): void {
  const topic = state.catalog.topics.get(topicId);
  if (topic === undefined) return;
  state.logs.dropTopic(topicId, topic.partitions);
  state.shares.dropTopic(topicId);
  state.consumers.dropTopic(topicId);
}

function applyGroup(state: ShardState, groupId: number, row: GroupRow | undefined): void {
  if (row === undefined) dropGroup(state, groupId);
  else if (row.kind === 'share') state.shares.setLanes(groupId, laneKindOf(row.config));
  const isBehind = row?.kind === 'consumer' && row.isBehind === true;
  if (isBehind) state.consumers.behind.add(groupId);
  else state.consumers.behind.delete(groupId);
}

function dropGroup(state: ShardState, groupId: number): void {
  state.shares.dropGroup(groupId);
  state.consumers.dropGroup(groupId);
}
