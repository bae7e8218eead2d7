// Structs and scalars that several API families share.

import { LIMITS } from '../limits.ts';
import { choice, float, int, nullable, string, struct } from '../schema.ts';

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

/** A position in a partition given by meaning: shared by ListOffsets and share-group starts. */
export const POSITION = { latest: -1, earliest: -2 } as const;

export const position = int(
  '-1: latest, -2: earliest, otherwise the first record appended at or after this time (ms).',
  {
    min: -2,
  },
);

export const CODECS = ['none', 'gzip', 'brotli', 'zstd', 'lz4', 'snappy'] as const;
export type CodecName = (typeof CODECS)[number];

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
  },
);

export const topicConfig = struct('Settings in force.', {
  retentionMs: int('Remove segments whose youngest record is older, ms; -1: never.', { min: -1 }),
  retentionBytes: int('Keep at most about this many bytes a partition; -1: no bound.', { min: -1 }),
  segmentBytes: int('Start a new segment at this size, bytes.'),
  segmentMs: int('Start a new segment at this age, ms.'),
  messageBytesMax: int('Largest record, bytes.'),
});

export const BACKOFFS = ['none', 'fixed', 'exponential'] as const;
export const JITTERS = ['none', 'equal', 'full'] as const;
/** What happens to a message whose deliveries are exhausted. */
export const EXHAUSTIONS = ['dlq', 'drop'] as const;

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
});
