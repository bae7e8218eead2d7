// Structs and scalars that several API families share.

import { LIMITS } from '../limits.ts';
import { array, bool, choice, float, int, nullable, string, struct } from '../schema.ts';

export const PARTITION_MAX = LIMITS.partitionsPerTopicMax - 1;

export const topicName = string('Topic name.', LIMITS.topicNameBytesMax);
export const groupName = string('Group name.', LIMITS.groupNameBytesMax);
export const topicId = int('Topic id, never reused.', { max: 0xffff_ffff });
export const partition = int('Partition number.', { max: PARTITION_MAX });
export const offset = int('Offset of a record in its partition.');
export const memberId = string(
  'Id that the member chose, unique in its group.',
  LIMITS.memberIdBytesMax,
);

/** Zero, or the number of an error in the error table. */
export const errorCode = int('0, or an error of the error table.', { max: 0xffff });
export const errorMessage = nullable(
  string('What is wrong, for people.', 4 * LIMITS.errorTextBytesMax),
);

/** Of replies to requests that quotas count. */
export const throttleMs = int(
  'The connection is read no further for so long, ms: its user is beyond its quotas. 0: within them.',
  { max: LIMITS.throttleMsMax, fallback: 0 },
);

/** A position in a partition given by meaning: shared by ListOffsets and share-group starts. */
export const POSITION = { latest: -1, earliest: -2 } as const;

export const position = int(
  '-1: latest, -2: earliest, otherwise the first record appended at or after this time (ms).',
  {
    min: -2,
  },
);

/** How batches may be compressed; the place in the list is the number in the batch. */
export const CODECS = ['none', 'gzip', 'brotli', 'zstd', 'lz4', 'snappy'] as const;
/** How a batch may be compressed. */
export type CodecName = (typeof CODECS)[number];

/** What becomes of old records: removed by retention; replaced by a newer one of their key; both. */
export const CLEANUP_POLICIES = ['delete', 'compact', 'compact-delete'] as const;
export const ASSIGNORS = ['uniform', 'range'] as const;
export const DEDUPS = ['none', 'id', 'content'] as const;
export const DEDUP_SCOPES = ['topic', 'key'] as const;
export const DEAD_LETTER_POLICIES = ['all', 'none', 'listed'] as const;

const messageTtlMs = int('Messages expire this long after they became visible, ms; -1: never.', {
  min: -1,
  max: LIMITS.messageTtlMsMax,
});
const dedup = choice(
  'Drop duplicates: none; by the dedup id that the producer gives; by it or else by the content.',
  DEDUPS,
);
const dedupWindowMs = int('How long a dedup id is remembered, ms.', {
  min: LIMITS.dedupWindowMsMin,
  max: LIMITS.dedupWindowMsMax,
});
const dedupScope = choice(
  'Where a dedup id is unique: in the topic, or among one key.',
  DEDUP_SCOPES,
);
const retentionAcked = bool(
  'Remove segments once every group has passed them, also before their time.',
);
const deadLettersFrom = choice('Whose dead letters the topic takes.', DEAD_LETTER_POLICIES);
const deadLetterSources = array(
  'Names of the topics whose dead letters it takes, where they are listed.',
  topicName,
  LIMITS.deadLetterSourcesMax,
);

const cleanupPolicy = choice(
  'delete: retention removes old records. compact: only the last record of each key is kept. compact-delete: both.',
  CLEANUP_POLICIES,
);
const compactionLagMs = int('Records younger than this are not compacted, ms.', {
  max: LIMITS.compactionLagMsMax,
});
const tombstoneRetentionMs = int('A record without a value is kept this long by compaction, ms.', {
  max: LIMITS.tombstoneRetentionMsMax,
});
const compactionDirtyRatio = float(
  'Compaction begins when this part of the bytes is not compacted yet.',
  { min: 0, max: 1 },
);

/** A topic's settings when created or altered; a field left out keeps its value or gets the broker's default. */
export const topicConfigChange = struct(
  'Settings; absent fields keep their value or get the default.',
  {
    retentionMs: nullable(
      int('Remove segments whose youngest record is older, ms; -1: never.', { min: -1 }),
    ),
    retentionBytes: nullable(
      int('Keep at most about this many bytes a partition; -1: no bound.', { min: -1 }),
    ),
    segmentBytes: nullable(
      int('Start a new segment at this size, bytes.', { max: LIMITS.segmentBytesMax }),
    ),
    segmentMs: nullable(int('Start a new segment at this age, ms.')),
    messageBytesMax: nullable(int('Largest record, bytes.', { max: LIMITS.messageBytesMax })),
    messageTtlMs: nullable(messageTtlMs),
    dedup: nullable(dedup),
    dedupWindowMs: nullable(dedupWindowMs),
    dedupScope: nullable(dedupScope),
    retentionAcked: nullable(retentionAcked),
    deadLettersFrom: nullable(deadLettersFrom),
    deadLetterSources: nullable(deadLetterSources),
    cleanupPolicy: nullable(cleanupPolicy),
    compactionLagMs: nullable(compactionLagMs),
    tombstoneRetentionMs: nullable(tombstoneRetentionMs),
    compactionDirtyRatio: nullable(compactionDirtyRatio),
  },
);

export const topicConfig = struct('Settings in force.', {
  retentionMs: int('Remove segments whose youngest record is older, ms; -1: never.', { min: -1 }),
  retentionBytes: int('Keep at most about this many bytes a partition; -1: no bound.', { min: -1 }),
  segmentBytes: int('Start a new segment at this size, bytes.'),
  segmentMs: int('Start a new segment at this age, ms.'),
  messageBytesMax: int('Largest record, bytes.'),
  messageTtlMs,
  dedup,
  dedupWindowMs,
  dedupScope,
  retentionAcked,
  deadLettersFrom,
  deadLetterSources,
  cleanupPolicy,
  compactionLagMs,
  tombstoneRetentionMs,
  compactionDirtyRatio,
});

export const BACKOFFS = ['none', 'fixed', 'exponential'] as const;
export const JITTERS = ['none', 'equal', 'full'] as const;
/** What happens to a message whose deliveries are exhausted. */
export const EXHAUSTIONS = ['dlq', 'drop', 'block'] as const;
/** When it is asked whether they are: when an attempt ends, or at the next receive, as in Amazon SQS. */
export const EXHAUSTED_AT = ['end', 'receive'] as const;
/** key: messages of a key one after the other. fifo: the same, as the FIFO queues of Amazon SQS have it. */
export const ORDERINGS = ['none', 'key', 'fifo'] as const;
export const FAIRNESSES = ['none', 'tenant'] as const;
export const EXPIRIES = ['drop', 'dlq'] as const;
/** Whether a receipt whose lease has ended still says anything. */
export const LATE_RECEIPTS = ['accept', 'refuse'] as const;

const visibilityTimeoutMs = int('How long a lease lasts, ms.', {
  max: LIMITS.visibilityTimeoutMsMax,
});
const maxDeliveries = int('Deliveries before a message is exhausted; 0: unlimited.', {
  max: LIMITS.maxDeliveriesMax,
});
const backoff = choice('How the pause after a failed delivery grows.', BACKOFFS);
const backoffBaseMs = int('Pause after the first failed delivery, ms.', {
  max: LIMITS.backoffMsMax,
});
const backoffFactor = float('Growth of the pause per delivery.', { min: 1, max: 100 });
const backoffMaxMs = int('Longest pause, ms.', { max: LIMITS.backoffMsMax });
const jitter = choice(
  'What part of the pause is random: none of it, half of it, all of it.',
  JITTERS,
);
const onExhausted = choice('What happens to an exhausted or rejected message.', EXHAUSTIONS);
const exhaustedAt = choice(
  'When exhaustion is found: at the end of an attempt, or at the next receive.',
  EXHAUSTED_AT,
);
const fence = bool(
  'Only the newest receipt of a message is valid; false: older ones are too, and an ended lease can be extended.',
);
const ordering = choice(
  'In what order messages are given: none; by key; by key as the FIFO queues of Amazon SQS do.',
  ORDERINGS,
);
const fairness = choice('Who is served first: nobody, or quiet tenants.', FAIRNESSES);
const maxInFlight = int('Messages that may be leased at a time in a partition; 0: without limit.', {
  max: LIMITS.maxInFlightMax,
});
const onExpired = choice('What happens to a message that expired.', EXPIRIES);
const resultTtlMs = int('How long results are kept, ms.', { max: LIMITS.resultTtlMsMax });
const lateReceipts = choice(
  'A receipt whose lease has ended: accepted as long as nobody leased the message since, or refused.',
  LATE_RECEIPTS,
);
const deadLetterLoops = bool(
  'Dead letters may come back to a topic that they left; with exhaustedAt receive and onExpired drop alone.',
);

export const shareConfigChange = struct(
  'Settings; absent fields keep their value or get the default.',
  {
    visibilityTimeoutMs: nullable(visibilityTimeoutMs),
    maxDeliveries: nullable(maxDeliveries),
    backoff: nullable(backoff),
    backoffBaseMs: nullable(backoffBaseMs),
    backoffFactor: nullable(backoffFactor),
    backoffMaxMs: nullable(backoffMaxMs),
    jitter: nullable(jitter),
    onExhausted: nullable(onExhausted),
    exhaustedAt: nullable(exhaustedAt),
    fence: nullable(fence),
    ordering: nullable(ordering),
    fairness: nullable(fairness),
    maxInFlight: nullable(maxInFlight),
    onExpired: nullable(onExpired),
    resultTtlMs: nullable(resultTtlMs),
    lateReceipts: nullable(lateReceipts),
    deadLetterLoops: nullable(deadLetterLoops),
  },
);

export const shareConfig = struct('Settings in force.', {
  visibilityTimeoutMs,
  maxDeliveries,
  backoff,
  backoffBaseMs,
  backoffFactor,
  backoffMaxMs,
  jitter,
  onExhausted,
  exhaustedAt,
  fence,
  ordering,
  fairness,
  maxInFlight,
  onExpired,
  resultTtlMs,
  lateReceipts,
  deadLetterLoops,
});
