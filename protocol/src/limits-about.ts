// What each limit is about, in a sentence, with its unit: docs/reference/limits.md is made of it. A limit without a row does
// not compile. No code uses it.

import type { LimitName } from './limits.ts';

export type LimitUnit = 'bytes' | 'ms' | 'count';

export interface LimitAbout {
  readonly unit: LimitUnit;
  readonly about: string;
  /** The option of the broker that sets another one. */
  readonly option?: string;
}

const bytes = (about: string, option?: string): LimitAbout => row('bytes', about, option);
const ms = (about: string): LimitAbout => row('ms', about);
const count = (about: string, option?: string): LimitAbout => row('count', about, option);

function row(unit: LimitUnit, about: string, option?: string): LimitAbout {
  return option === undefined ? { unit, about } : { unit, about, option };
}

export const LIMITS_ABOUT: Readonly<Record<LimitName, LimitAbout>> = {
  frameBytesMax: bytes('A request or a response as a frame, without the four bytes of its length.'),
  frameDepthMax: count('Nesting of arrays and maps inside a frame.'),
  requestValuesMax: count('Values inside a request, at all levels; a map counts as 16.'),
  responseValuesMax: count('Values inside a response, at all levels; a map counts as 16.'),
  inFlightRequestsMax: count(
    'Requests of a connection that wait for their reply; further ones are read when one is answered.',
    'in-flight-requests-max',
  ),
  unsentReplyBytesMax: bytes(
    'Replies a connection may leave unread before its requests are read no further.',
    'unsent-reply-bytes',
  ),

  topicNameBytesMax: bytes('Name of a topic.'),
  groupNameBytesMax: bytes('Name of a group.'),
  memberIdBytesMax: bytes('Id of a member of a group, and id of an instance.'),
  clientNameBytesMax: bytes('Name and version of a client.'),
  errorTextBytesMax: bytes('Text of a failure that is kept with a message.'),
  offsetMetadataBytesMax: bytes('What a consumer notes with an offset that it commits.'),
  annotationsMax: count('Annotations of a topic.'),
  annotationBytesMax: bytes('Text of an annotation.'),
  annotationsCharactersMax: count(
    'Characters (UTF-16 units) of all annotations of a topic, names and texts.',
  ),

  topicsMax: count('Topics.'),
  partitionsPerTopicMax: count('Partitions of a topic.'),
  partitionsMax: count('Partitions of all topics.'),
  groupsMax: count('Groups, consumer and share groups together.'),
  membersPerGroupMax: count('Members of a consumer group.'),
  topicsPerGroupMax: count('Topics of a group, over all its members.'),
  countedGroupsMax: count('Share groups that one request counts the messages of.'),
  connectionsMax: count('Connections at a time.', 'connections-max'),
  connectionsPerAddressMax: count(
    'Connections of one address at a time.',
    'connections-per-address',
  ),
  connectionsPerUserMax: count('Connections of one user at a time.', 'connections-per-user'),

  usersMax: count('Users.'),
  usersListedMax: count('Users of one reply to ListUsers.'),
  userNameBytesMax: bytes('Name of a user.'),
  credentialsPerUserMax: count('Tokens of a user; and access keys of a user.'),
  delegatedTokenMsMax: ms(
    'Life of a token that a gateway makes for a user who has logged in there.',
  ),
  delegatedTokensPerUserMax: count(
    'Tokens of a user that gateways made under one label; one more takes the place of the oldest.',
  ),
  credentialsMax: count('Tokens of all users; and access keys of all users.'),
  credentialIdBytesMax: bytes('Id of a token or an access key.'),
  credentialLabelBytesMax: bytes('Label of a token or an access key.'),
  credentialsBytesMax: bytes('A message of a login mechanism, a password, a token.'),
  accessKeySecretBytesMax: bytes('Secret of an access key.'),
  scramIterationsMin: count('Rounds of PBKDF2 of a password, at least.'),
  scramIterationsMax: count('Rounds of PBKDF2 of a password, at most.'),
  aclRulesMax: count('Access rules.'),
  aclChangesMax: count(
    'Rules added, and rules removed, by one request; questions of one CheckAccess.',
  ),
  quotaMax: count('A quota of a user: bytes or requests a second.'),
  throttleMsMax: ms('Pause that one reply imposes on a connection beyond its quotas.'),

  messageBytesMax: bytes('A record as encoded: a value of 1 MiB, with room for key and headers.'),
  deadLetterHeadroomBytes: bytes(
    'What a dead letter may have beyond the largest message, for its provenance.',
  ),
  batchBytesMax: bytes('A batch as sent.'),
  batchBodyBytesMax: bytes('A body of a batch, once decompressed.'),
  batchRecordsMax: count('Records of a batch.'),
  headersPerRecordMax: count('Headers of a record.'),
  deadLetterHeadersMax: count('Headers of a dead letter beyond those of its message.'),
  headerNameBytesMax: bytes('Name of a header.'),
  produceBatchesMax: count('Batches of a Produce request.'),

  fetchPartitionsMax: count('Partitions that one request fetches, or asks offsets of.'),
  fetchBytesMax: bytes('Batches of a Fetch reply.'),
  fetchBatchesMax: count('Batches of a Fetch reply.'),
  fetchWaitMsMax: ms('How long a Fetch may wait for data.'),
  fetchSessionsMax: count('Fetch sessions of a connection.'),
  fetchSessionPartitionsMax: count('Partitions that the fetch sessions of a connection keep.'),
  fetchSessionPartitionsTotalMax: count('Partitions that all fetch sessions keep.'),

  receiveTopicsMax: count('Topics of a Receive request.'),
  receiveMessagesMax: count('Messages of a Receive reply.'),
  receiveBytesMax: bytes('Batches of a Receive reply.'),
  receiveBatchesMax: count('Batches of a lease, and of a Peek reply.'),
  receiveWaitMsMax: ms('How long a Receive may wait for messages.'),
  acknowledgeItemsMax: count('Items of an Acknowledge request.'),
  acknowledgeOffsetsMax: count('Offsets that the items of a request name together.'),
  visibilityTimeoutMsMax: ms('A lease, all its extensions included.'),
  maxDeliveriesMax: count('Deliveries before a message is exhausted; without bound is possible.'),
  backoffMsMax: ms('Pause after a failed delivery.'),
  delayMsMax: ms('Delay of a message.'),
  peekMessagesMax: count('Messages of a Peek reply.'),
  receiveScanMax: count(
    'Messages that one look may pass over to find one that can be given; then it goes on a moment later.',
  ),
  attemptIdBytesMax: bytes('Id of an attempt to receive.'),
  attemptMs: ms('How long a Receive can be repeated by the id of its attempt.'),
  listRangesMax: count('Ranges of a reply to ListMessages.'),
  changeItemsMax: count('Items of a ChangeMessages request.'),
  maxInFlightMax: count('The largest bound that a share group may set to its messages in flight.'),

  tenantBytesMax: bytes('Name of a tenant.'),
  dedupIdBytesMax: bytes('Deduplication id of a message.'),
  dedupHashBytes: bytes('What a batch keeps of a deduplication id: so much of its SHA-256.'),
  dedupWindowMsMin: ms('Time a deduplication id is remembered, at least.'),
  dedupWindowMsMax: ms('Time a deduplication id is remembered, at most.'),
  messageTtlMsMax: ms('Time to live of a message.'),
  deadLetterSourcesMax: count('Topics that a topic lists as sources of its dead letters.'),

  resultBytesMax: bytes('Result of a message.'),
  resultTtlMsMax: ms('How long a result is kept.'),
  effectKeyBytesMax: bytes('Key of an effect.'),
  effectValueBytesMax: bytes('Value of an effect.'),
  effectClaimMsMax: ms('How long a claim of an effect lasts.'),
  effectTtlMsMax: ms('How long an effect is kept.'),
  transactionIdBytesMax: bytes('Id of a transaction.'),
  transactionBatchesMax: count('Batches of a transaction.'),
  transactionItemsMax: count('Acknowledgements and offsets of a transaction.'),
  transactionEffectsMax: count('Effects of a transaction.'),
  transactionChangesMax: count('Messages that the changes of a transaction name together.'),
  transactionOutcomeMs: ms('How long the outcome of a transaction is told again.'),

  undoMsMax: ms('How long a purge can be undone.'),
  tasksRunningMax: count('Tasks that run at a time.'),
  tasksEndedMax: count('Tasks that have ended and are still listed.'),
  redriveRateMax: count('Messages a second of a redrive.'),
  redriveRangesMax: count('Ranges of letters that a redrive is to choose from.'),

  schedulesMax: count('Schedules.'),
  ticksToldMax: count('Ticks to come that a new schedule is answered with.'),
  scheduleNameBytesMax: bytes('Name of a schedule.'),
  cronBytesMax: bytes('A cron expression.'),
  timeZoneBytesMax: bytes('Name of a time zone.'),
  scheduleMessageBytesMax: bytes('Message of a schedule: key, value and headers together.'),
  scheduleLateMs: ms('A tick that comes later than this is a missed one.'),
  scheduleMissedMax: count(
    'Missed ticks in a row that are made up for, or gone through one by one.',
  ),
  scheduleEveryMsMin: ms('Period of a schedule, at least.'),
  scheduleEveryMsMax: ms('Period of a schedule, at most.'),

  sessionTimeoutMsMin: ms('Time after which a silent member is gone, at least.'),
  sessionTimeoutMsMax: ms('Time after which a silent member is gone, at most.'),
  rebalanceTimeoutMsMin: ms('Time a member has to give up partitions, at least.'),
  rebalanceTimeoutMsMax: ms('Time a member has to give up partitions, at most.'),
  heartbeatWaitMsMax: ms('How long a heartbeat may wait at the broker for news.'),
  topicPatternBytesMax: bytes('Pattern that topics are subscribed by.'),

  producerNameBytesMax: bytes('Name of a producer.'),
  producerBatchesInFlightMax: count(
    'Numbered batches of a producer that may be on their way to a partition.',
  ),
  producerExpiryMs: ms('A producer that appended nothing for this long is forgotten.'),

  segmentBytesMin: bytes('Size at which a segment is closed, at least.'),
  segmentBytesMax: bytes('Size at which a segment is closed, at most.'),
  segmentMsMin: ms('Age at which a segment is closed, at least.'),
  retentionMsMin: ms('Retention by time, at least.'),
  compactionLagMsMax: ms('Age that records reach before they are compacted.'),
  tombstoneRetentionMsMax: ms('How long compaction keeps a record without a value.'),
};
