// APIs of members of a share group: Receive and Acknowledge. Those that look on are in `messages.ts`.

import { LIMITS } from '../limits.ts';
import { api, array, bytes, choice, int, nullable, string, struct } from '../schema.ts';
import {
  errorCode,
  groupName,
  memberId,
  offset,
  partition,
  throttleMs,
  topicId,
  topicName,
} from './shared.ts';

const deliveries = int('How often the message was leased, this time included.');
export const token = int('Fencing token: grows with every lease of the share partition.');
const errorText = nullable(string('Why the attempt failed.', LIMITS.errorTextBytesMax));
export const batches = array(
  'Batches that hold the records; records outside the range are not part of it.',
  bytes('A record batch.', LIMITS.batchBytesMax),
  LIMITS.receiveBatchesMax,
);

export const receive = api({
  key: 40,
  name: 'Receive',
  about:
    'Lease messages, waiting for some if there are none. Leases are on the disk before the reply leaves.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: {
    group: groupName,
    topics: array('Topics in strict order of priority.', topicName, LIMITS.receiveTopicsMax),
    memberId,
    maxMessages: int('At most this many messages.', {
      min: 1,
      max: LIMITS.receiveMessagesMax,
      fallback: 1,
    }),
    maxBytes: int('At most about this many bytes; the first message always comes.', {
      min: 1,
      max: LIMITS.receiveBytesMax,
      fallback: LIMITS.receiveBytesMax,
    }),
    maxWaitMs: int('Wait at most this long for a message, ms.', {
      max: LIMITS.receiveWaitMsMax,
      fallback: 0,
    }),
    visibilityTimeoutMs: nullable(
      int('How long the leases last; absent: as the group says.', {
        max: LIMITS.visibilityTimeoutMsMax,
      }),
    ),
    attemptId: nullable(
      string(
        'Names this attempt: sent again after a lost reply, the same leases come as long as they last.',
        LIMITS.attemptIdBytesMax,
      ),
    ),
  },
  response: {
    leases: array(
      'Ranges of messages leased, each under one token.',
      struct('A lease.', {
        topicId,
        partition,
        firstOffset: offset,
        lastOffset: offset,
        token,
        deliveries,
        deadlineMs: int("When the lease ends, by the broker's clock, ms since 1970."),
        firstDeliveredAtMs: int('When the messages were leased for the first time, ms since 1970.'),
        batches,
      }),
      LIMITS.receiveMessagesMax,
    ),
    throttleMs,
  },
  errors: [
    'UNKNOWN_GROUP',
    'GROUP_KIND_MISMATCH',
    'UNKNOWN_TOPIC',
    'TOPIC_NOT_IN_GROUP',
    'TOO_MANY_IN_FLIGHT',
    'STORAGE_ERROR',
  ],
});

/** What a member says of messages it leased. */
export const ACK_KINDS = ['accept', 'release', 'reject', 'extend', 'return'] as const;
/** What can be said of a leased message. */
export type AckKind = (typeof ACK_KINDS)[number];

export const ackItem = struct('A range of one lease.', {
  topicId,
  partition,
  firstOffset: offset,
  lastOffset: offset,
  token,
  kind: choice(
    'accept: done. release: failed, deliver again. reject: dead now. extend: a new deadline. return: as if never delivered.',
    ACK_KINDS,
  ),
  delayMs: nullable(
    int(
      'release: pause before the next delivery, ms; absent: as the group says. extend: the new time from now, ms; absent: as the group says.',
      { max: LIMITS.delayMsMax },
    ),
  ),
  errorText,
  result: nullable(
    bytes(
      'accept of one message: its result, kept for as long as the group says.',
      LIMITS.resultBytesMax,
    ),
  ),
});

export const acknowledge = api({
  key: 41,
  name: 'Acknowledge',
  about:
    'Finish, fail, reject, extend or give back leased messages. Every offset of every item gets its own outcome.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: {
    group: groupName,
    items: array(
      `Items; together they name at most ${LIMITS.acknowledgeOffsetsMax} offsets.`,
      ackItem,
      LIMITS.acknowledgeItemsMax,
    ),
  },
  response: {
    results: array(
      'Outcomes, in the order of the items.',
      struct('Outcome of an item.', {
        outcomes: array(
          'Outcomes of the ranges the item falls into.',
          struct('Outcome of a range.', { firstOffset: offset, lastOffset: offset, errorCode }),
          LIMITS.acknowledgeOffsetsMax,
        ),
        deadlineMs: nullable(int('extend: when the lease ends now, ms since 1970.')),
      }),
      LIMITS.acknowledgeItemsMax,
    ),
    throttleMs,
  },
  errors: [
    'UNKNOWN_GROUP',
    'GROUP_KIND_MISMATCH',
    'UNKNOWN_TOPIC',
    'UNKNOWN_PARTITION',
    'TOPIC_NOT_IN_GROUP',
    'INVALID_REQUEST',
    'STALE_LEASE',
    'ALREADY_RESOLVED',
    'UNKNOWN_RECEIPT',
    'LEASE_TOO_LONG',
    'LIMIT_EXCEEDED',
    'STORAGE_ERROR',
  ],
});
