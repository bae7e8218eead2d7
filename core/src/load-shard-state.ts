// Builds a shard's memory from its store: applies the rows of every table but batches, in an order in which each row
// finds what it belongs to. There is no other way to recover.

import { assert } from './assert.ts';
import { assertConsumerGroups } from './consumer/assert-consumer-groups.ts';
import type { View } from './decision.ts';
import type { LogPartition } from './log/log-partition.ts';
import { put, type TableName } from './rows.ts';
import { applyWrite, type ShardState } from './shard-state.ts';
import { SHARE_TABLES_LOADED } from './share/share-partitions.ts';

const TABLES_LOADED = [
  'meta',
  'sweeps',
  'topics',
  'groups',
  'attachments',
  'segments',
  'quarantines',
  ...SHARE_TABLES_LOADED,
  'members',
  'offsets',
  'schedules',
  'tasks',
  'users',
  'tokens',
  'accessKeys',
  'acls',
] as const satisfies readonly TableName[];

/** Fills an empty state. What the store holds is on the disk: each log is durable to its end. */
export function loadShardState(state: ShardState, view: View): void {
  assert(state.catalog.nextTopicId === 1 && state.logs.written.size === 0, 'the state is empty');
  for (const table of TABLES_LOADED) loadTable(state, view, table);
  for (const log of state.logs.written.values()) beginAt(log);
  assertCatalogAndLogs(state);
}

function beginAt(log: LogPartition): void {
  log.durableEnd = log.nextOffset;
  log.loadedEnd = log.nextOffset;
  log.stagedBytes = 0;
}

/** Memory was loaded anew while the broker ran: what counters say goes on from what was durable. */
export function keepCounts(before: ShardState, after: ShardState): void {
  for (const [key, log] of after.logs.written) {
    const old = before.logs.written.get(key);
    // The deletion of its topic was taken back: it begins anew.
    if (old === undefined) continue;
    log.loadedEnd = old.loadedEnd;
    log.stagedBytes = old.durableBytes;
    log.durableBytes = old.durableBytes;
  }
}

function loadTable(state: ShardState, view: View, table: TableName): void {
  for (const [key, value] of view.range(table, {})) applyWrite(state, put(table, key, value));
}

function assertCatalogAndLogs({ catalog, logs }: ShardState): void {
  catalog.assertInvariants();
  logs.assertInvariants();
  for (const key of logs.written.keys()) {
    const topic = catalog.topics.get(Math.floor(key / 1024));
    assert(topic !== undefined && key % 1024 < topic.partitions, 'a log has its topic');
  }
}

/** Everything the state should be at any moment between commands. Slow: for tests. */
export function assertInvariants(state: ShardState): void {
  assertCatalogAndLogs(state);
  state.shares.assertInvariants();
  assertConsumerGroups(state);
  state.schedules.assertInvariants();
  state.tasks.assertInvariants();
  state.security.assertInvariants();
}
