// By which test each limit is met. A limit without a row does not compile. A row is a field of the wire that has the limit,
// which limits.test.ts fills up and overfills itself, or the title of a test elsewhere that meets it.

import type { LimitName } from '@millrace/protocol';

export type MetBy =
  | { readonly field: string; readonly end?: 'min' }
  | { readonly file: string; readonly title: string };

const field = (place: string): MetBy => ({ field: place });
const least = (place: string): MetBy => ({ field: place, end: 'min' });
const test = (file: string, title: string): MetBy => ({ file, title });

const RIM = 'broker/test/rim/limits.test.ts';
const ADMISSION = 'broker/test/rim/admission.test.ts';
const MANY = 'core/test/security/many.test.ts';
const CREDENTIALS = 'core/test/security/credentials.test.ts';
const BATCH = 'protocol/test/batch/validate-batch.test.ts';
const SESSIONS = 'broker/test/shard/fetch-sessions.test.ts';
const TOPIC_SETTINGS = 'core/test/catalog/topic-settings-limits.test.ts';
const TICKS = 'core/test/schedules/ticks.test.ts';
const SEQUENCES = 'core/test/producers/sequences.property.test.ts';
const GROUP_CONFIG = 'CreateShareGroup.config';
const TOPIC_CONFIG = 'CreateTopic.config';

export const MET_BY: Readonly<Record<LimitName, MetBy>> = {
  frameBytesMax: test(
    'protocol/test/frame.test.ts',
    'accepts the longest frame and refuses one byte more, before it allocates',
  ),
  frameDepthMax: test(
    'protocol/test/message-pack/check-message-pack.test.ts',
    'refuses nesting beyond the limit',
  ),
  requestValuesMax: test(
    'test/limits/limits.test.ts',
    'a request of as many values as there may be, and of one more',
  ),
  responseValuesMax: test(
    'test/limits/limits.test.ts',
    'a response of as many values as there may be, and of one more',
  ),
  inFlightRequestsMax: test(
    RIM,
    'no more requests are started than may be in flight; the rest follow as replies leave',
  ),
  unsentReplyBytesMax: test(
    RIM,
    'a client that takes no replies is read no further, then cut off with a log line; others go on',
  ),
  topicNameBytesMax: field('CreateTopic.name'),
  groupNameBytesMax: field('CreateShareGroup.group'),
  memberIdBytesMax: field('Receive.memberId'),
  clientNameBytesMax: field('Hello.clientName'),
  errorTextBytesMax: field('Acknowledge.items[].errorText'),
  offsetMetadataBytesMax: field('OffsetCommit.offsets[].metadata'),
  annotationsMax: field('CreateTopic.annotations'),
  annotationBytesMax: field('CreateTopic.annotations{}'),
  annotationsCharactersMax: test(
    'core/test/catalog/plan.test.ts',
    'bounds the annotations of a topic all together, to the character',
  ),
  topicsMax: test('core/test/catalog/plan.test.ts', 'is bounded in topics and partitions [G-30]'),
  partitionsPerTopicMax: field('CreateTopic.partitions'),
  partitionsMax: test(
    'core/test/catalog/plan.test.ts',
    'is bounded in topics and partitions [G-30]',
  ),
  groupsMax: test(
    'core/test/consumer/group-limits.test.ts',
    'refuses to create a group past the limit, by a member or from outside',
  ),
  membersPerGroupMax: test(
    'core/test/consumer/group-limits.test.ts',
    'has no more members in a group than the limit; who is one may join anew',
  ),
  countedGroupsMax: field('CountShareGroups.maxGroups'),
  topicsPerGroupMax: test(
    'core/test/consumer/group-limits.test.ts',
    'has no more topics in a group than the limit, over all its members',
  ),
  connectionsMax: test(
    RIM,
    'one connection too many is refused with a typed error; when one leaves there is room again',
  ),
  connectionsPerAddressMax: test(ADMISSION, 'one connection too many of an address is refused'),
  connectionsPerUserMax: test(
    ADMISSION,
    'one connection too many of a user is refused at its login',
  ),
  usersMax: test(MANY, 'holds so many users and rules, and one more is refused'),
  usersListedMax: field('ListUsers.limit'),
  userNameBytesMax: field('CreateUser.user'),
  credentialsPerUserMax: test(MANY, 'holds so many tokens of all users together'),
  delegatedTokenMsMax: test(CREDENTIALS, '[A-66] made by a gateway lasts a day at most'),
  delegatedTokensPerUserMax: test(
    CREDENTIALS,
    '[A-66] made by a gateway takes the place of the oldest that is called the same, where there are many',
  ),
  credentialsMax: test(MANY, 'holds so many tokens of all users together'),
  credentialIdBytesMax: field('RevokeToken.tokenId'),
  credentialLabelBytesMax: field('CreateToken.label'),
  credentialsBytesMax: field('Authenticate.credentials'),
  accessKeySecretBytesMax: field('CreateAccessKey.secret'),
  scramIterationsMin: least('CreateUser.password.iterations'),
  scramIterationsMax: field('CreateUser.password.iterations'),
  aclRulesMax: test(MANY, 'holds so many users and rules, and one more is refused'),
  aclChangesMax: field('AlterAcls.add'),
  quotaMax: field('CreateUser.quotas.requestsPerSecond'),
  throttleMsMax: test(
    'core/test/quotas/quota-meters.test.ts',
    'pause by the one that is furthest beyond, and never longer than the limit',
  ),
  messageBytesMax: field(`${TOPIC_CONFIG}.messageBytesMax`),
  deadLetterHeadroomBytes: test(
    'protocol/test/batch/batch-builder.test.ts',
    'gives dead letters room beyond a message of the largest size',
  ),
  batchBytesMax: test(BATCH, 'knows its limits'),
  batchBodyBytesMax: test(BATCH, 'knows its limits'),
  batchRecordsMax: test(BATCH, 'knows its limits'),
  headersPerRecordMax: test(
    'protocol/test/batch/batch-builder.test.ts',
    'gives dead letters room beyond a message of the largest size',
  ),
  deadLetterHeadersMax: test(
    'protocol/test/dead-letter.test.ts',
    'drops headers beyond what a letter may have',
  ),
  headerNameBytesMax: field('CreateSchedule.headers[].name'),
  produceBatchesMax: field('Produce.batches'),
  fetchPartitionsMax: field('Fetch.partitions'),
  fetchBytesMax: field('Fetch.maxBytes'),
  fetchBatchesMax: test(
    'broker/test/shard/fetch-room.test.ts',
    '[G-7] a reply has no more batches than the limit, however small they are',
  ),
  fetchWaitMsMax: field('Fetch.maxWaitMs'),
  fetchSessionsMax: test(
    SESSIONS,
    '[G-77] limits: sessions of a connection, and the partitions that they keep',
  ),
  fetchSessionPartitionsMax: test(
    SESSIONS,
    '[G-77] limits: sessions of a connection, and the partitions that they keep',
  ),
  fetchSessionPartitionsTotalMax: test(
    SESSIONS,
    '[G-77] limits: sessions of a connection, and the partitions that they keep',
  ),
  receiveTopicsMax: field('Receive.topics'),
  receiveMessagesMax: field('Receive.maxMessages'),
  receiveBytesMax: field('Receive.maxBytes'),
  receiveBatchesMax: field('response:Receive.leases[].batches'),
  receiveWaitMsMax: field('Receive.maxWaitMs'),
  acknowledgeItemsMax: field('Acknowledge.items'),
  acknowledgeOffsetsMax: test(
    'core/test/share/acknowledge-size.test.ts',
    'is bounded in offsets, whatever the number of items [L-37]',
  ),
  visibilityTimeoutMsMax: field('Receive.visibilityTimeoutMs'),
  maxDeliveriesMax: field(`${GROUP_CONFIG}.maxDeliveries`),
  backoffMsMax: field(`${GROUP_CONFIG}.backoffMaxMs`),
  delayMsMax: field('Acknowledge.items[].delayMs'),
  peekMessagesMax: field('Peek.maxMessages'),
  receiveScanMax: test(
    'broker/test/shard/receive-scan.test.ts',
    'passes over no more messages than the limit in one look, and says that there is more',
  ),
  attemptIdBytesMax: field('Receive.attemptId'),
  attemptMs: test(
    'core/test/attempts/attempts.test.ts',
    'is a fresh one for another member or id, or when the deadline or the time to repeat is over',
  ),
  listRangesMax: field('ListMessages.maxRanges'),
  changeItemsMax: field('ChangeMessages.items'),
  maxInFlightMax: field(`${GROUP_CONFIG}.maxInFlight`),
  tenantBytesMax: test(
    'client/test/producer-rules.test.ts',
    "{ tenant: 'x'.repeat(129) }, 'tenant', '128 bytes'",
  ),
  dedupIdBytesMax: test(
    'client/test/producer-rules.test.ts',
    "{ dedupId: 'é'.repeat(65) }, 'dedupId', '128 bytes'",
  ),
  dedupHashBytes: test('protocol/test/batch/columns.test.ts', 'are the first 16 bytes of SHA-256'),
  dedupWindowMsMin: least(`${TOPIC_CONFIG}.dedupWindowMs`),
  dedupWindowMsMax: field(`${TOPIC_CONFIG}.dedupWindowMs`),
  messageTtlMsMax: field(`${TOPIC_CONFIG}.messageTtlMs`),
  deadLetterSourcesMax: field(`${TOPIC_CONFIG}.deadLetterSources`),
  resultBytesMax: field('Acknowledge.items[].result'),
  resultTtlMsMax: field(`${GROUP_CONFIG}.resultTtlMs`),
  effectKeyBytesMax: field('ClaimEffect.key'),
  effectValueBytesMax: field('Transact.effects[].value'),
  effectClaimMsMax: field('ClaimEffect.ttlMs'),
  effectTtlMsMax: field('Transact.effects[].ttlMs'),
  transactionIdBytesMax: field('Transact.transactionId'),
  transactionBatchesMax: field('Transact.batches'),
  transactionItemsMax: test(
    'core/test/transact/refusals.test.ts',
    'is more than one turn and one commit can bear [L-103]',
  ),
  transactionEffectsMax: field('Transact.effects'),
  transactionChangesMax: test(
    'core/test/transact/changes.test.ts',
    'names no more messages than one turn can bear [L-108]',
  ),
  transactionOutcomeMs: test(
    'core/test/transact/transact.test.ts',
    'tells its outcome again, also after a restart, and does nothing then [L-100]',
  ),
  undoMsMax: field('Purge.undoMs'),
  tasksRunningMax: test('core/test/operations/tasks.test.ts', 'lets only so many run [L-124]'),
  tasksEndedMax: test(
    'core/test/operations/tasks.test.ts',
    'forgets those that ended longest ago, and never gives out an id again [L-124]',
  ),
  redriveRateMax: field('StartRedrive.ratePerSecond'),
  redriveRangesMax: field('StartRedrive.filter.among'),
  ticksToldMax: test(
    'core/test/schedules/create-schedule.test.ts',
    '[S-14] tells the next ticks and changes nothing in a dry run',
  ),
  schedulesMax: test('core/test/schedules/create-schedule.test.ts', '[S-1] keeps at most so many'),
  scheduleNameBytesMax: field('CreateSchedule.name'),
  cronBytesMax: field('CreateSchedule.cron'),
  timeZoneBytesMax: field('CreateSchedule.timeZone'),
  scheduleMessageBytesMax: test(
    'core/test/schedules/create-schedule.test.ts',
    '[S-3] refuses what is too large, for the broker or for the topic',
  ),
  scheduleLateMs: test(TICKS, '[S-9] are told from those that are on time to the millisecond'),
  scheduleMissedMax: test(
    TICKS,
    '[S-9] are made up for to the number that is the limit, over restarts too',
  ),
  scheduleEveryMsMin: least('CreateSchedule.everyMs'),
  scheduleEveryMsMax: field('CreateSchedule.everyMs'),
  sessionTimeoutMsMin: least('GroupHeartbeat.sessionTimeoutMs'),
  sessionTimeoutMsMax: field('GroupHeartbeat.sessionTimeoutMs'),
  rebalanceTimeoutMsMin: least('GroupHeartbeat.rebalanceTimeoutMs'),
  rebalanceTimeoutMsMax: field('GroupHeartbeat.rebalanceTimeoutMs'),
  heartbeatWaitMsMax: field('GroupHeartbeat.maxWaitMs'),
  topicPatternBytesMax: field('GroupHeartbeat.topicPattern'),
  producerNameBytesMax: field('InitProducer.name'),
  producerBatchesInFlightMax: test(
    SEQUENCES,
    'are answered as the list of all batches says [G-50][G-52]-[G-57][G-59]',
  ),
  producerExpiryMs: test(
    SEQUENCES,
    'are answered as the list of all batches says [G-50][G-52]-[G-57][G-59]',
  ),
  segmentBytesMin: test(
    TOPIC_SETTINGS,
    'settings of a topic to their least and largest values, and one beyond',
  ),
  segmentBytesMax: field(`${TOPIC_CONFIG}.segmentBytes`),
  segmentMsMin: test(
    TOPIC_SETTINGS,
    'settings of a topic to their least and largest values, and one beyond',
  ),
  retentionMsMin: test(
    TOPIC_SETTINGS,
    'settings of a topic to their least and largest values, and one beyond',
  ),
  compactionLagMsMax: field(`${TOPIC_CONFIG}.compactionLagMs`),
  tombstoneRetentionMsMax: field(`${TOPIC_CONFIG}.tombstoneRetentionMs`),
};
