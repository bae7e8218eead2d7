// Public face of the core: pure state machines. No I/O, no clock, no randomness, no async.

export { AssertionError, assert } from './assert.ts';
export { Catalog, type Group, type Topic } from './catalog/catalog.ts';
export { checkName } from './catalog/check-name.ts';
export { decideAlterTopic } from './catalog/decide-alter-topic.ts';
export { decideCreateTopic } from './catalog/decide-create-topic.ts';
export { decideDeleteTopic } from './catalog/decide-delete-topic.ts';
export { type PlannedGroup, planGroup, planGroupDeletion } from './catalog/plan-group.ts';
export { type PlannedTopics, planTopics, type TopicSpec } from './catalog/plan-topics.ts';
export type { TopicConfigChange } from './catalog/topic-config.ts';
export { TOPIC_DEFAULTS } from './catalog/topic-defaults.ts';
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
