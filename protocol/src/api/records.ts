// APIs of the log: Produce, Fetch, ListOffsets, InitProducer, DeleteRecords.

import { LIMITS } from '../limits.ts';
import { api, array, bool, bytes, int, nullable, string, struct } from '../schema.ts';
import {
  errorCode,
  errorMessage,
  offset,
  partition,
  position,
  throttleMs,
  topicId,
} from './shared.ts';

const batch = bytes('A record batch.', LIMITS.batchBytesMax);

export const produce = api({
  key: 10,
  name: 'Produce',
  about: 'Append record batches. Each batch has its own outcome; each stands whole or not at all.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: {
    batches: array(
      'Batches.',
      struct('A batch and where it goes.', {
        topicId,
        partition,
        batch,
        expectedOffset: nullable(
          int('Append only if the partition ends here; absent: wherever it ends.'),
        ),
      }),
      LIMITS.produceBatchesMax,
    ),
  },
  response: {
    results: array(
      'Outcomes, in the order of the batches.',
      struct('Outcome of a batch.', {
        errorCode,
        errorMessage,
        baseOffset: int('Offset of its first record; -1 on error, or where all are duplicates.', {
          min: -1,
        }),
        appendTimeMs: int('When it was appended, ms since 1970; -1 on error.', { min: -1 }),
        duplicates: nullable(
          array(
            'Records that were not appended: the topic took them before. The others have the offsets from baseOffset on, in order.',
            struct('A duplicate.', {
              index: int('Its position in the batch, from 0.', { max: LIMITS.batchRecordsMax - 1 }),
              partition,
              offset: int('Where the record is that came first.'),
            }),
            LIMITS.batchRecordsMax,
          ),
        ),
        repeated: bool('The producer sent the batch before: this is where it was appended then.', {
          fallback: false,
        }),
        endOffset: int('OFFSET_MISMATCH: where the partition ends; otherwise -1.', {
          min: -1,
          fallback: -1,
        }),
      }),
      LIMITS.produceBatchesMax,
    ),
    throttleMs,
  },
  errors: [
    'UNKNOWN_TOPIC',
    'UNKNOWN_PARTITION',
    'CORRUPT_BATCH',
    'BATCH_TOO_LARGE',
    'MESSAGE_TOO_LARGE',
    'UNSUPPORTED_CODEC',
    'KEY_REQUIRED',
    'OFFSET_MISMATCH',
    'PRODUCER_FENCED',
    'UNKNOWN_PRODUCER',
    'OUT_OF_ORDER_SEQUENCE',
    'DUPLICATE_SEQUENCE',
    'STORAGE_FULL',
    'STORAGE_ERROR',
  ],
});

export const fetch = api({
  key: 11,
  name: 'Fetch',
  about: 'Read durable batches from offsets on, waiting for new ones if there are too few.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    maxWaitMs: int('Wait at most this long for `minBytes`, ms.', {
      max: LIMITS.fetchWaitMsMax,
      fallback: 500,
    }),
    minBytes: int('Answer as soon as there are this many bytes.', {
      max: LIMITS.fetchBytesMax,
      fallback: 1,
    }),
    maxBytes: int(
      'Answer with at most about this many bytes; the first batch always comes whole.',
      {
        max: LIMITS.fetchBytesMax,
        fallback: LIMITS.fetchBytesMax,
      },
    ),
    partitions: array(
      'Partitions, those earlier in the list first.',
      struct('A partition.', {
        topicId,
        partition,
        offset,
        maxBytes: int('At most about this many bytes of this partition.', {
          max: LIMITS.fetchBytesMax,
          fallback: LIMITS.fetchBytesMax,
        }),
      }),
      LIMITS.fetchPartitionsMax,
    ),
    sessionId: int(
      'Chosen by the client: partitions asked for under it are asked for again by every later request of this connection that names it, each from after what was answered last; 0: this request stands alone.',
      { max: 0xffff_ffff, fallback: 0 },
    ),
    isNewSession: bool('Begins the session, in place of an earlier one of this id.', {
      fallback: false,
    }),
    forgotten: nullable(
      array(
        'Partitions that the session no longer asks for.',
        struct('A partition.', { topicId, partition }),
        LIMITS.fetchSessionPartitionsMax,
      ),
    ),
  },
  response: {
    partitions: array(
      'The partitions asked for, in the same order. Of a session, in any order: those this request names, and others with batches or an error; one with an error has left the session.',
      struct('A partition.', {
        topicId,
        partition,
        errorCode,
        errorMessage,
        startOffset: offset,
        endOffset: int('Offset after the last durable record.'),
        batches: array(
          'Batches in offset order; the first may begin before the offset asked for.',
          batch,
          LIMITS.fetchBatchesMax,
        ),
      }),
      LIMITS.fetchPartitionsMax,
    ),
    throttleMs,
  },
  errors: [
    'UNKNOWN_TOPIC',
    'UNKNOWN_PARTITION',
    'OFFSET_OUT_OF_RANGE',
    'UNKNOWN_FETCH_SESSION',
    'INVALID_REQUEST',
    'LIMIT_EXCEEDED',
  ],
});

export const listOffsets = api({
  key: 12,
  name: 'ListOffsets',
  about: 'Offsets by meaning: the earliest, the latest, or the first at or after an append time.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    partitions: array(
      'Questions.',
      struct('A question.', { topicId, partition, at: position }),
      LIMITS.fetchPartitionsMax,
    ),
  },
  response: {
    partitions: array(
      'Answers, in the order of the questions.',
      struct('An answer.', {
        topicId,
        partition,
        errorCode,
        errorMessage,
        offset: int('The offset; the end where no record is that young; -1 on error.', { min: -1 }),
        timestampMs: int('Append time of that record; -1 where there is none.', { min: -1 }),
      }),
      LIMITS.fetchPartitionsMax,
    ),
    throttleMs,
  },
  errors: ['UNKNOWN_TOPIC', 'UNKNOWN_PARTITION'],
});

const producerId = int('Id of a producer, never reused.');
const producerEpoch = int('Epoch of the producer; batches of an older one are refused.', {
  max: 0x7fff_ffff,
});

export const initProducer = api({
  key: 13,
  name: 'InitProducer',
  about:
    'Get an id under which batches are appended once and in order, or a newer epoch of it, which fences off older ones.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    name: nullable(
      string(
        'Of the producer: whoever asks for it last may write, earlier instances no more. Absent: nobody takes over.',
        LIMITS.producerNameBytesMax,
      ),
    ),
    producerId: nullable(producerId),
    producerEpoch: nullable(producerEpoch),
  },
  response: { producerId, producerEpoch },
  errors: [
    'PRODUCER_FENCED',
    'UNKNOWN_PRODUCER',
    'INVALID_REQUEST',
    'STORAGE_FULL',
    'STORAGE_ERROR',
  ],
});

export const deleteRecords = api({
  key: 14,
  name: 'DeleteRecords',
  about: 'Remove all records before an offset; the log then starts there.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    partitions: array(
      'Partitions.',
      struct('A partition.', {
        topicId,
        partition,
        beforeOffset: int('The new start; -1: the durable end.', { min: -1 }),
      }),
      LIMITS.fetchPartitionsMax,
    ),
  },
  response: {
    results: array(
      'Outcomes, in order.',
      struct('Outcome.', {
        errorCode,
        errorMessage,
        startOffset: int('Where the log starts; -1 on error.', { min: -1 }),
      }),
      LIMITS.fetchPartitionsMax,
    ),
  },
  errors: [
    'UNKNOWN_TOPIC',
    'UNKNOWN_PARTITION',
    'OFFSET_OUT_OF_RANGE',
    'CORRUPT_BATCH',
    'UNSUPPORTED_CODEC',
    'STORAGE_ERROR',
  ],
});
