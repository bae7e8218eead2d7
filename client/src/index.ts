// The public surface of @millrace/client.

export {
  type AckKind,
  type ApiName,
  type BodyCodec,
  type CodecName,
  codecsAvailable,
  ERRORS,
  type ErrorAction,
  type ErrorDetail,
  type ErrorName,
  LIMITS,
  type MessageState,
  MillraceError,
  type OptionalCodecName,
  partitionForKey,
  type RequestInput,
  type ResponseOf,
  registerCodec,
} from '@millrace/protocol';
export type { Admin } from './admin/admin.ts';
export type {
  ChangeOutcome,
  ChangeResult,
  MessageTarget,
  OffsetSpan,
} from './admin/change-messages.ts';
export type { DeletedRecords, DeleteRecordsTarget } from './admin/delete-records.ts';
export type {
  AlterShareGroup,
  BrokerDescription,
  CreateShareGroup,
  GroupDescription,
  GroupSummary,
  Ping,
  ShareGroupDescription,
  TopicDescription,
  TopicSummary,
} from './admin/descriptions.ts';
export type { Effect, EffectOptions } from './admin/effects.ts';
export type { GetMessageOptions, MessageDetails, MessageResult } from './admin/get-message.ts';
export type { GroupReset, ResetOffset, ResetTo } from './admin/group-offsets.ts';
export type { GroupView } from './admin/group-view.ts';
export type { ListedMessages, ListMessagesOptions } from './admin/list-messages.ts';
export type { OffsetAnswer, OffsetQuestion, StartAt } from './admin/offsets.ts';
export type {
  Purge,
  PurgeDone,
  PurgedPartition,
  PurgeResult,
  Redrive,
  RedriveFilter,
  Task,
  UndoPurge,
  WaitForTaskOptions,
} from './admin/operations.ts';
export type { GroupPeekOptions, PeekedMessage, PeekOptions, PeekResult } from './admin/peek.ts';
export type {
  PartitionCounters,
  QueueRates,
  QueueStats,
  QueueTotals,
  ShareGroupCounts,
} from './admin/queue-stats.ts';
export type { ReplacedMessage, Replacement } from './admin/replace-message.ts';
export type {
  ListSchedulesOptions,
  NewSchedule,
  Schedule,
  ScheduleTicks,
} from './admin/schedules.ts';
export type {
  AccessAnswers,
  AccessQuestion,
  AclChanges,
  AclRule,
  ChangedAcls,
  CreatedAccessKey,
  CreatedToken,
  DeletedUser,
  NewAccessKey,
  NewToken,
  NewUser,
  SecurityAdmin,
  User,
  UserChange,
} from './admin/security.ts';
export { type Client, connect } from './client.ts';
export type { CloseOptions } from './close.ts';
export { type Codec, codecs } from './codecs.ts';
export type { ConnectOptions } from './connect-options.ts';
export type { ConsumerBatch, ConsumerMessage } from './consumer/chunk.ts';
export type { TopicPartition, TopicPartitionOffset } from './consumer/claims.ts';
export type { Consumer, ConsumerCloseOptions } from './consumer/consumer.ts';
export type { ConsumerStats, PartitionLag } from './consumer/look.ts';
export type {
  Assignor,
  CommitMode,
  ConsumerOptions,
  SeekPlace,
  StartFrom,
} from './consumer/options.ts';
export type { RebalanceContext, RebalanceListener } from './consumer/rebalance-calls.ts';
export type { Ordering, RunContext, RunHandlers } from './consumer/run.ts';
export type { TopicChoice, TopicPattern } from './consumer/subscription.ts';
export type {
  ClientTraces,
  ConnectTrace,
  CreateTrace,
  DisconnectTrace,
  LeaseTrace,
  Outcome as TraceOutcome,
  ProcessTrace,
  RebalanceTrace,
  RequestTrace,
  SendTrace,
} from './diagnostics.ts';
export type {
  EnqueueOptions,
  Jobs,
  JobsOptions,
  QueuedJob,
  WaitForJobOptions,
} from './jobs/jobs.ts';
export type { Logger } from './logger.ts';
export type { Message } from './message.ts';
export type { RequestOptions } from './net/link.ts';
export type { Auth, Secret } from './net/login.ts';
export type { BrokerInfo } from './net/session.ts';
export type { ThrottleStats } from './net/throttling.ts';
export type { TlsChoice, TlsOptions } from './net/tls.ts';
export type { ProducerOptions } from './producer/options.ts';
export type { BatchMessage, HeadersInput, OutgoingMessage } from './producer/outgoing.ts';
export type { SentMessage } from './producer/places.ts';
export type { Producer, SendOptions } from './producer/producer.ts';
export { SendBatchError, type SentBatch } from './producer/receivers.ts';
export type { MessageRules } from './producer/rules.ts';
export type { AcceptOptions, LeasedMessage, ReleaseOptions } from './queue/lease.ts';
export type {
  Queue,
  QueueOptions,
  ReceiptAck,
  ReceiptOutcome,
  ReceiveOptions,
} from './queue/queue.ts';
export { RequestRejected } from './request/pending.ts';
export type { RequestCall, Requester, RequesterOptions } from './request/requester.ts';
export type { TransformBatch, TransformContext, TransformerOptions } from './transform/options.ts';
export type { ProduceOptions } from './transform/outputs.ts';
export type { TransformerStats } from './transform/stats.ts';
export type { Transformer } from './transform/transformer.ts';
export type { Once, OnceOptions } from './worker/effects.ts';
export type { HandlerContext } from './worker/job.ts';
export type { BatchReport, Sends } from './worker/judge.ts';
export type { WorkerOptions } from './worker/options.ts';
export { REPLY_HEADERS } from './worker/reply.ts';
export type { Outcome, WorkerStats } from './worker/stats.ts';
export { type FailedMessage, PartialFailure, Reject, RetryAfter } from './worker/verdict.ts';
export type { Worker } from './worker/worker.ts';
