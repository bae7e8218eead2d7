// Public face of the core: pure state machines. No I/O, no clock, no randomness, no async.

export { AssertionError, assert } from './assert.ts';
export { decideKeepAttempt, type KeepAttemptCommand } from './attempts/decide-keep-attempt.ts';
export { type PlacedLease, repeatReceive } from './attempts/repeat-receive.ts';
export { Catalog, type Group, type Topic } from './catalog/catalog.ts';
export { checkName } from './catalog/check-name.ts';
export { isCompacted } from './catalog/compacted.ts';
export { type AlterTopicCommand, decideAlterTopic } from './catalog/decide-alter-topic.ts';
export { decideCreateTopic } from './catalog/decide-create-topic.ts';
export { decideDeleteTopic } from './catalog/decide-delete-topic.ts';
export {
  decideSweep,
  type SweepCommand,
  type SweepReply,
  type SweptRow,
} from './catalog/decide-sweep.ts';
export { type PlannedGroup, planGroup, planGroupDeletion } from './catalog/plan-group.ts';
export { type PlannedTopics, planTopics, type TopicSpec } from './catalog/plan-topics.ts';
export type { TopicConfigChange } from './catalog/topic-config.ts';
export { TOPIC_DEFAULTS } from './catalog/topic-defaults.ts';
export type { WalkBudget } from './compaction/batch-walk.ts';
export {
  type CompactionPlace,
  compactionDue,
  compactionRow,
  type DueCompaction,
} from './compaction/compaction-due.ts';
export { type CompactionFound, CompactionPass } from './compaction/compaction-pass.ts';
export {
  type CompactCommand,
  type CompactReply,
  decideCompact,
} from './compaction/decide-compact.ts';
export { decideRollSegment } from './compaction/decide-roll-segment.ts';
export { KEY_MAP_LIMITS, KeyMap } from './compaction/key-map.ts';
export { assignRange } from './consumer/assign-range.ts';
export { assignUniform } from './consumer/assign-uniform.ts';
export { ConsumerGroups, createConsumerGroups } from './consumer/consumer-groups.ts';
export { decideBeginEpochs } from './consumer/decide-begin-epochs.ts';
export { decideDeleteGroup } from './consumer/decide-delete-group.ts';
export {
  decideExpireGroups,
  type ExpireGroupsCommand,
} from './consumer/decide-expire-groups.ts';
export { decideExpireMembers, type ExpiredMember } from './consumer/decide-expire-members.ts';
export { decideFollowTopics, type FollowTopicsCommand } from './consumer/decide-follow-topics.ts';
export { decideHeartbeat, type HeartbeatReply } from './consumer/decide-heartbeat.ts';
export { decideLeave } from './consumer/decide-leave.ts';
export { decideOffsetCommit } from './consumer/decide-offset-commit.ts';
export { describeGroup } from './consumer/describe-group.ts';
export { nextEpochDueMs } from './consumer/epoch-pace.ts';
export { fetchOffsets } from './consumer/fetch-offsets.ts';
export { groupLags } from './consumer/group-lags.ts';
export { listGroups } from './consumer/list-groups.ts';
export type { Subscriber, Target } from './consumer/subscriber.ts';
export {
  nextSessionDueMs,
  resumeSessions,
  touchAway,
  touchSession,
} from './consumer/touch-session.ts';
export * from './decision.ts';
export { decideClaimEffect } from './effects/decide-claim-effect.ts';
export { getEffect } from './effects/get-effect.ts';
export {
  decideExpireRows,
  type ExpireRowsCommand,
  type ExpireRowsReply,
} from './expiries/decide-expire-rows.ts';
export { expiryEntry } from './expiries/expiry-entry.ts';
export { assertInvariants, keepCounts, loadShardState } from './load-shard-state.ts';
export { type AppendTime, appendTimeAt, guessAppendMs } from './log/append-time.ts';
export { type AppendCommand, type AppendReply, decideAppend } from './log/decide-append.ts';
export {
  type DeleteRecordsCommand,
  type DeleteRecordsReply,
  decideDeleteRecords,
} from './log/decide-delete-records.ts';
export {
  decideQuarantine,
  type QuarantineCommand,
  type QuarantineReply,
} from './log/decide-quarantine.ts';
export {
  decideRetention,
  type RetentionCommand,
  type RetentionReply,
} from './log/decide-retention.ts';
export { type ListOffsetCommand, type ListOffsetReply, listOffset } from './log/list-offset.ts';
export { LogPartition, type Segment } from './log/log-partition.ts';
export { Logs, partitionKey } from './log/logs.ts';
export { markDurable, type StagedEnd } from './log/mark-durable.ts';
export { missingPartition } from './log/missing-partition.ts';
export { type PlannedAppend, planAppend } from './log/plan-append.ts';
export { type ReadCommand, type ReadReply, readBatches } from './log/read-batches.ts';
export type { SegmentRow } from './log-rows.ts';
export { decideCancelTask } from './operations/decide-cancel-task.ts';
export { decidePurge, openMessages } from './operations/decide-purge.ts';
export {
  decideRedriveSlice,
  type RedriveSliceCommand,
  type RedriveSliceReply,
} from './operations/decide-redrive-slice.ts';
export {
  decideRestorePurged,
  type RestorePurgedCommand,
  type RestorePurgedReply,
} from './operations/decide-restore-purged.ts';
export { decideStartRedrive } from './operations/decide-start-redrive.ts';
export {
  decideSweepPurged,
  type SweepPurgedCommand,
  type SweepPurgedReply,
} from './operations/decide-sweep-purged.ts';
export { decideUndoPurge, type UndoPurgeReply } from './operations/decide-undo-purge.ts';
export { type GroupTotals, groupTotals } from './operations/group-totals.ts';
export { listTasks } from './operations/list-tasks.ts';
export { nextSliceMs } from './operations/redrive-rate.ts';
export { type Task, Tasks } from './operations/tasks.ts';
export { decideInitProducer } from './producers/decide-init-producer.ts';
export { findProducer } from './producers/find-producer.ts';
export * from './queue-rows.ts';
export { QuotaMeters, type Usage } from './quotas/quota-meters.ts';
export { TokenBucket } from './quotas/token-bucket.ts';
export * from './rows.ts';
export {
  type AlterScheduleCommand,
  decideAlterSchedule,
} from './schedules/decide-alter-schedule.ts';
export {
  type CreateScheduleCommand,
  decideCreateSchedule,
} from './schedules/decide-create-schedule.ts';
export { decideDeleteSchedule } from './schedules/decide-delete-schedule.ts';
export { decideTick, type TickCommand, type TickReply } from './schedules/decide-tick.ts';
export { listSchedules } from './schedules/list-schedules.ts';
export type { Schedule, Schedules } from './schedules/schedules.ts';
export type { CronTicks, Ticks } from './schedules/ticks.ts';
export { type CheckAccessCommand, checkAccess } from './security/check-access.ts';
export { hasExpired } from './security/credentials.ts';
export { decideAlterAcls } from './security/decide-alter-acls.ts';
export { decideAlterUser } from './security/decide-alter-user.ts';
export {
  type CreateAccessKeyCommand,
  decideCreateAccessKey,
} from './security/decide-create-access-key.ts';
export { type CreateTokenCommand, decideCreateToken } from './security/decide-create-token.ts';
export { decideCreateUser } from './security/decide-create-user.ts';
export { decideDeleteUser } from './security/decide-delete-user.ts';
export {
  decideResealSecrets,
  type ResealSecretsCommand,
} from './security/decide-reseal-secrets.ts';
export { decideRevokeAccessKey } from './security/decide-revoke-access-key.ts';
export { decideRevokeToken } from './security/decide-revoke-token.ts';
export { listAcls } from './security/list-acls.ts';
export { listUsers } from './security/list-users.ts';
export { BUILT_IN_USERS, type Security } from './security/security.ts';
export type {
  AccessKeyRow,
  AclRow,
  ScramVerifier,
  TokenRow,
  UserQuotas,
  UserRow,
} from './security-rows.ts';
export {
  applyWrite,
  applyWrites,
  createShardState,
  type ShardState,
} from './shard-state.ts';
export { backoffMs } from './share/backoff.ts';
export { checkAcknowledgeSize } from './share/check-acknowledge-size.ts';
export { countNow } from './share/count-now.ts';
export { countShareGroups } from './share/count-share-groups.ts';
export {
  counters,
  countMessages,
  firstUnresolved,
  type MessageCounts,
  NO_MESSAGES,
} from './share/counters.ts';
export {
  type AcknowledgeCommand,
  type AcknowledgeReply,
  decideAcknowledge,
} from './share/decide-acknowledge.ts';
export { decideAlterShareGroup } from './share/decide-alter-share-group.ts';
export {
  type ChangeCommand,
  type ChangeReply,
  checkChangeSize,
  decideChangeMessages,
} from './share/decide-change-messages.ts';
export { decideCreateShareGroup } from './share/decide-create-share-group.ts';
export { decideDeleteShareGroup } from './share/decide-delete-share-group.ts';
export {
  type DueCommand,
  type DueReply,
  decideDue,
  expiryError,
  nextDueMs,
} from './share/decide-due.ts';
export {
  decideReceive,
  type Lease,
  type ReceiveCommand,
  type ReceiveReply,
} from './share/decide-receive.ts';
export {
  decideRemoved,
  type RemovedCommand,
  type RemovedReply,
  sharesBehindLog,
} from './share/decide-removed.ts';
export { decideSift, type SiftReply, siftableShares } from './share/decide-sift.ts';
export { describeShareGroups } from './share/describe-share-groups.ts';
export { getMessage } from './share/get-message.ts';
export { listMessages } from './share/list-messages.ts';
export { peek } from './share/peek.ts';
export {
  isReceivable,
  type PartitionRef,
  receivablePartitions,
} from './share/receivable-partitions.ts';
export { RecordSources } from './share/record-source.ts';
export { SHARE_DEFAULTS } from './share/share-defaults.ts';
export { leaseHolders, SharePartitions } from './share/share-partitions.ts';
export type { ShareGroup, ShareKey } from './share/share-scope.ts';
export {
  type CarriedOut,
  type PlannedTransaction,
  planTransaction,
  type StageDecision,
  type TransactCommand,
} from './transact/plan-transaction.ts';
