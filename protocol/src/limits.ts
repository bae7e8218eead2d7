// Every limit of Millrace in one place, with the relations between them asserted when the module loads.

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

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
  annotationsMax: 64,
  annotationBytesMax: 16 * KIB,

  topicsMax: 10_000,
  partitionsPerTopicMax: 1_024,
  partitionsMax: 100_000,
  groupsMax: 10_000,
  membersPerGroupMax: 1_000,
  topicsPerGroupMax: 1_000,
  connectionsMax: 10_000,

  /** A record as encoded (key, value, headers), bytes. */
  messageBytesMax: 1 * MIB,
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
  fetchWaitMsMax: 60 * SECOND,

  receiveTopicsMax: 32,
  receiveMessagesMax: 1_000,
  receiveBytesMax: 8 * MIB,
  receiveWaitMsMax: 20 * SECOND,
  acknowledgeItemsMax: 10_000,
  visibilityTimeoutMsMax: 12 * HOUR,
  maxDeliveriesMax: 1_000,
  backoffMsMax: 7 * DAY,
  delayMsMax: 365 * DAY,
  peekMessagesMax: 1_000,

  sessionTimeoutMsMin: 1 * SECOND,
  sessionTimeoutMsMax: 30 * MINUTE,

  segmentBytesMin: 64 * KIB,
  segmentBytesMax: 1_024 * MIB,
  segmentMsMin: 1 * SECOND,
  retentionMsMin: 1 * SECOND,
} as const;

export type LimitName = keyof typeof LIMITS;

function relation(holds: boolean, text: string): void {
  if (!holds) throw new Error(`limits contradict each other: ${text}`);
}

relation(5 * LIMITS.partitionsMax < LIMITS.requestValuesMax, 'all offsets fit in one commit');
relation(LIMITS.batchBytesMax < LIMITS.frameBytesMax, 'a batch fits in a frame');
relation(LIMITS.fetchBytesMax < LIMITS.frameBytesMax, 'a fetch reply fits in a frame');
relation(
  LIMITS.messageBytesMax + LIMITS.deadLetterHeadroomBytes < LIMITS.batchBytesMax,
  'a dead letter fits in a batch',
);
relation(LIMITS.receiveBytesMax < LIMITS.frameBytesMax, 'a receive reply fits in a frame');
relation(LIMITS.batchBytesMax <= LIMITS.receiveBytesMax, 'any batch fits in a receive reply');
