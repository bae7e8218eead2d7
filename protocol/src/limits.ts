// Every limit of Millrace in one place, with the relations between them asserted when the module loads.

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Every limit of Millrace. */
export const LIMITS = {
  /** A frame's length field, bytes: the largest request or response. */
  frameBytesMax: 16 * MIB,
  /** Nesting of arrays and maps inside a frame. */
  frameDepthMax: 16,
  /** Values inside a request and a response, at all levels; unpacking costs memory by the value. A map counts as 16. */
  requestValuesMax: 600_000,
  responseValuesMax: 2_000_000,
  /** Requests of one connection that wait for their reply. */
  inFlightRequestsMax: 1_024,
  /** Bytes of replies a connection may have unsent before its requests are read no further. */
  unsentReplyBytesMax: 32 * MIB,

  topicNameBytesMax: 249,
  groupNameBytesMax: 249,
  memberIdBytesMax: 128,
  clientNameBytesMax: 255,
  errorTextBytesMax: 1 * KIB,
  offsetMetadataBytesMax: 4 * KIB,
  /** Room for the attributes, policies and 50 tags of a queue of the Amazon SQS API. */
  annotationsMax: 128,
  annotationBytesMax: 32 * KIB,
  /** Names and texts of all annotations of a topic, UTF-16 units. */
  annotationsCharactersMax: 64 * KIB,

  topicsMax: 10_000,
  partitionsPerTopicMax: 1_024,
  partitionsMax: 100_000,
  groupsMax: 10_000,
  membersPerGroupMax: 1_000,
  topicsPerGroupMax: 1_000,
  countedGroupsMax: 1_000,
  connectionsMax: 10_000,
  /** So that no address, and no user, can take all of them. */
  connectionsPerAddressMax: 5_000,
  connectionsPerUserMax: 5_000,

  usersMax: 10_000,
  usersListedMax: 500,
  userNameBytesMax: 128,
  /** Tokens of a user, and access keys of a user. */
  credentialsPerUserMax: 64,
  /** A token that a gateway makes for a user who has logged in there lasts so long at most, ms. */
  delegatedTokenMsMax: 24 * 60 * 60 * 1_000,
  /** Tokens of a user that gateways made under one label: the oldest makes room. */
  delegatedTokensPerUserMax: 16,
  /** Tokens, or access keys, of all users. */
  credentialsMax: 50_000,
  credentialIdBytesMax: 128,
  credentialLabelBytesMax: 128,
  /** A message of a mechanism, a password, a token. */
  credentialsBytesMax: 4 * KIB,
  accessKeySecretBytesMax: 128,
  scramIterationsMin: 4_096,
  scramIterationsMax: 1_000_000,
  aclRulesMax: 20_000,
  aclChangesMax: 1_000,
  /** Of a user, a second. */
  quotaMax: 1_000_000_000_000,
  /** Longest pause that one reply imposes on a connection whose user is beyond its quotas. */
  throttleMsMax: 30 * SECOND,

  /** A record as encoded, bytes: a value of 1 MiB, with room for the key and the headers that belong to it. */
  messageBytesMax: 1 * MIB + 64 * KIB,
  /** Room a dead-letter copy may need beyond the original: its provenance headers. */
  deadLetterHeadroomBytes: 16 * KIB,
  /** A batch as sent, bytes. */
  batchBytesMax: 8 * MIB,
  /** A batch's body once decompressed, bytes. */
  batchBodyBytesMax: 32 * MIB,
  batchRecordsMax: 100_000,
  headersPerRecordMax: 128,
  /** Headers a dead-letter copy may have beyond the original's. */
  deadLetterHeadersMax: 16,
  headerNameBytesMax: 255,
  produceBatchesMax: 1_000,

  fetchPartitionsMax: 1_000,
  fetchBytesMax: 12 * MIB,
  /** Batches in one reply: small ones cost their frame more by their number than by their bytes. */
  fetchBatchesMax: 100_000,
  fetchWaitMsMax: 60 * SECOND,
  /** Fetch sessions of a connection, the partitions that they keep together, and those of all connections. */
  fetchSessionsMax: 1_000,
  fetchSessionPartitionsMax: 100_000,
  fetchSessionPartitionsTotalMax: 1_000_000,

  receiveTopicsMax: 32,
  receiveMessagesMax: 1_000,
  receiveBytesMax: 8 * MIB,
  /** Batches of one lease, and of one peek: each has at least one of the messages. */
  receiveBatchesMax: 10_000,
  receiveWaitMsMax: 20 * SECOND,
  acknowledgeItemsMax: 10_000,
  /** Offsets that the items of one request name together: each may need an outcome of its own. */
  acknowledgeOffsetsMax: 100_000,
  visibilityTimeoutMsMax: 12 * HOUR,
  maxDeliveriesMax: 1_000,
  backoffMsMax: 7 * DAY,
  delayMsMax: 365 * DAY,
  peekMessagesMax: 1_000,
  /** Messages that one look for messages may pass over: delayed ones, those of locked keys, of noisy tenants. */
  receiveScanMax: 10_000,
  attemptIdBytesMax: 128,
  /** A receive can be repeated by its attempt id for this long. */
  attemptMs: 5 * MINUTE,
  listRangesMax: 1_000,
  changeItemsMax: 1_000,
  maxInFlightMax: 100_000_000,

  tenantBytesMax: 128,
  dedupIdBytesMax: 128,
  /** What a batch keeps of a dedup id: the first bytes of its SHA-256. */
  dedupHashBytes: 16,
  dedupWindowMsMin: 1 * SECOND,
  dedupWindowMsMax: 365 * DAY,
  messageTtlMsMax: 365 * DAY,
  deadLetterSourcesMax: 64,

  resultBytesMax: 256 * KIB,
  resultTtlMsMax: 365 * DAY,
  effectKeyBytesMax: 200,
  effectValueBytesMax: 64 * KIB,
  /** How long a claim may last, ms, before somebody else may make it. */
  effectClaimMsMax: 12 * HOUR,
  effectTtlMsMax: 365 * DAY,
  transactionIdBytesMax: 128,
  transactionBatchesMax: 100,
  transactionItemsMax: 1_000,
  transactionEffectsMax: 100,
  /** Messages that the changes of a transaction name together: each may have to be looked up, and copied. */
  transactionChangesMax: 1_000,
  /** An outcome is answered again for this long. */
  transactionOutcomeMs: 15 * MINUTE,

  undoMsMax: 7 * DAY,
  tasksRunningMax: 64,
  /** Tasks that have ended and are still listed. */
  tasksEndedMax: 256,
  redriveRateMax: 1_000_000,
  /** Of letters that were picked one by one. */
  redriveRangesMax: 1_000,

  schedulesMax: 1_000,
  /** Ticks to come that a new schedule is answered with. */
  ticksToldMax: 5,
  scheduleNameBytesMax: 128,
  cronBytesMax: 128,
  timeZoneBytesMax: 64,
  /** Of a recurring message: key, value and headers together. */
  scheduleMessageBytesMax: 8 * KIB,
  /** A tick that comes later than this is missed. */
  scheduleLateMs: 10 * SECOND,
  /** Missed ticks in a row that are made up for, or gone through one by one. */
  scheduleMissedMax: 1_000,
  scheduleEveryMsMin: 1 * SECOND,
  scheduleEveryMsMax: 365 * DAY,

  sessionTimeoutMsMin: 1 * SECOND,
  sessionTimeoutMsMax: 30 * MINUTE,
  rebalanceTimeoutMsMin: 1 * SECOND,
  rebalanceTimeoutMsMax: 1 * DAY,
  /** A heartbeat may wait at the broker for news for this long. */
  heartbeatWaitMsMax: 60 * SECOND,
  topicPatternBytesMax: 512,

  producerNameBytesMax: 128,
  /** Batches of a producer in a partition whose place is remembered: so many may be on their way at a time. */
  producerBatchesInFlightMax: 5,
  /** A producer that appended nothing for this long is forgotten. */
  producerExpiryMs: 1 * DAY,

  segmentBytesMin: 64 * KIB,
  segmentBytesMax: 1_024 * MIB,
  segmentMsMin: 1 * SECOND,
  retentionMsMin: 1 * SECOND,
  compactionLagMsMax: 365 * DAY,
  tombstoneRetentionMsMax: 365 * DAY,
} as const;

/** The names of the limits. */
export type LimitName = keyof typeof LIMITS;

function relation(holds: boolean, text: string): void {
  if (!holds) throw new Error(`limits contradict each other: ${text}`);
}

/** As encoded at most: a user without its credentials, a token (ids of these are the broker's, and short), an access key. */
const USER_BYTES = LIMITS.userNameBytesMax + 64;
const TOKEN_BYTES = 32 + LIMITS.credentialLabelBytesMax + 24;
const ACCESS_KEY_BYTES = LIMITS.credentialIdBytesMax + LIMITS.credentialLabelBytesMax + 24;
relation(
  LIMITS.usersListedMax *
    (USER_BYTES + LIMITS.credentialsPerUserMax * (TOKEN_BYTES + ACCESS_KEY_BYTES)) <
    LIMITS.frameBytesMax,
  'users are listed in frames',
);
relation(
  LIMITS.aclRulesMax * (LIMITS.userNameBytesMax + LIMITS.topicNameBytesMax + 16) <
    LIMITS.frameBytesMax,
  'all access rules fit in a frame',
);
relation(5 * LIMITS.partitionsMax < LIMITS.requestValuesMax, 'all offsets fit in one commit');
relation(LIMITS.batchBytesMax < LIMITS.frameBytesMax, 'a batch fits in a frame');
relation(
  3 * LIMITS.annotationsCharactersMax + LIMITS.partitionsPerTopicMax * 64 < LIMITS.frameBytesMax,
  'a topic can be described in a frame',
);

/** As encoded at most: an outcome of a range, a lease or a result without its arrays, the length of a batch. */
const OUTCOME_BYTES = 1 + 9 + 9 + 3;
const RESULT_BYTES = 1 + 5 + 9;
const LEASE_BYTES = 128;
const BATCH_HEAD_BYTES = 5;
/** A partition of a Fetch reply; the text of an error is a sentence. */
const FETCHED_BYTES = 512;

relation(
  LIMITS.fetchBytesMax +
    LIMITS.fetchBatchesMax * BATCH_HEAD_BYTES +
    LIMITS.fetchPartitionsMax * FETCHED_BYTES <
    LIMITS.frameBytesMax,
  'a fetch reply fits in a frame',
);
relation(LIMITS.batchBytesMax <= LIMITS.fetchBytesMax, 'any batch fits in a fetch reply');
relation(
  LIMITS.fetchBatchesMax + 16 * LIMITS.fetchPartitionsMax < LIMITS.responseValuesMax,
  'all batches of a fetch reply may be in it',
);
relation(
  LIMITS.messageBytesMax + LIMITS.deadLetterHeadroomBytes < LIMITS.batchBytesMax,
  'a dead letter fits in a batch',
);
relation(
  LIMITS.receiveBytesMax + LIMITS.receiveMessagesMax * (LEASE_BYTES + BATCH_HEAD_BYTES) <
    LIMITS.frameBytesMax,
  'a receive reply fits in a frame',
);
relation(LIMITS.batchBytesMax <= LIMITS.receiveBytesMax, 'any batch fits in a receive reply');
relation(
  Math.max(LIMITS.receiveMessagesMax, LIMITS.peekMessagesMax) <= LIMITS.receiveBatchesMax,
  'as many batches as messages may be in a lease',
);
relation(
  LIMITS.receiveMessagesMax <= LIMITS.acknowledgeOffsetsMax,
  'what one receive gives can be acknowledged in one request',
);
relation(
  LIMITS.acknowledgeOffsetsMax * OUTCOME_BYTES + LIMITS.acknowledgeItemsMax * RESULT_BYTES <
    LIMITS.frameBytesMax,
  'an outcome for each offset fits in a frame',
);
relation(
  4 * LIMITS.acknowledgeOffsetsMax + 4 * LIMITS.acknowledgeItemsMax < LIMITS.responseValuesMax,
  'an outcome for each offset may be in a reply',
);
relation(
  LIMITS.schedulesMax * (LIMITS.scheduleMessageBytesMax + 2 * 1_024) < LIMITS.frameBytesMax,
  'all schedules fit in a frame',
);
relation(
  LIMITS.listRangesMax * (2 * LIMITS.errorTextBytesMax) < LIMITS.frameBytesMax,
  'a list of messages fits in a frame',
);
