// Public face of the core: pure state machines. No I/O, no clock, no randomness, no async.

export { AssertionError, assert } from './assert.ts';
export { Catalog, type Group, type Topic } from './catalog/catalog.ts';
export * from './decision.ts';
export { assertInvariants, loadShardState } from './load-shard-state.ts';
export { LogPartition, type Segment } from './log/log-partition.ts';
export { Logs, partitionKey } from './log/logs.ts';
export { markDurable } from './log/mark-durable.ts';
export * from './rows.ts';
export {
  applyWrite,
  applyWrites,
  createShardState,
  type ShardState,
} from './shard-state.ts';
