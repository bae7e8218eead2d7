// APIs about messages of a share group for who is no member: look, list, find, and decide about what nobody has leased.

import { LIMITS } from '../limits.ts';
import { api, array, bytes, choice, int, nullable, string, struct } from '../schema.ts';
import { batches, token } from './queue.ts';
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

/** What a message of a share group can be. */
export const MESSAGE_STATES = [
  'fresh',
  'ready',
  'scheduled',
  'leased',
  'parked',
  'blocked',
  'acknowledged',
  'dead',
] as const;
/** What a message of a share group can be. */
export type MessageState = (typeof MESSAGE_STATES)[number];

const stateRange = struct('Consecutive messages in one state.', {
  firstOffset: offset,
  lastOffset: offset,
  state: choice('State in the group.', MESSAGE_STATES),
  deliveries: int('How often they were leased.'),
  token: nullable(token),
  memberId: nullable(memberId),
  untilMs: nullable(int('leased: deadline; scheduled: when they become ready; ms since 1970.')),
  firstDeliveredAtMs: nullable(int('When they were leased for the first time, ms since 1970.')),
  lastError: nullable(string('Why the last attempt failed.', LIMITS.errorTextBytesMax)),
  deadReason: nullable(string('Why they are dead.', 64)),
});

export const peek = api({
  key: 42,
  name: 'Peek',
  about: "Look at messages and at a group's view of them; changes nothing.",
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    group: nullable(groupName),
    topic: topicName,
    partition,
    fromOffset: offset,
    maxMessages: int('At most this many messages.', {
      min: 1,
      max: LIMITS.peekMessagesMax,
      fallback: 10,
    }),
    maxBytes: int('At most about this many bytes; the first batch always comes.', {
      min: 1,
      max: LIMITS.receiveBytesMax,
      fallback: 1_048_576,
    }),
  },
  response: {
    topicId,
    startOffset: offset,
    endOffset: offset,
    ranges: array(
      'States, in offset order; empty without a group.',
      stateRange,
      LIMITS.peekMessagesMax,
    ),
    batches,
    throttleMs,
  },
  errors: [
    'UNKNOWN_GROUP',
    'GROUP_KIND_MISMATCH',
    'UNKNOWN_TOPIC',
    'UNKNOWN_PARTITION',
    'TOPIC_NOT_IN_GROUP',
    'OFFSET_OUT_OF_RANGE',
  ],
});

export const listMessages = api({
  key: 43,
  name: 'ListMessages',
  about:
    "Messages of a partition that are in a state, from the group's own index; changes nothing.",
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    group: groupName,
    topic: topicName,
    partition,
    state: choice('The state.', MESSAGE_STATES),
    fromOffset: int('From this offset on.', { fallback: 0 }),
    maxRanges: int('At most this many ranges.', {
      min: 1,
      max: LIMITS.listRangesMax,
      fallback: 100,
    }),
  },
  response: {
    topicId,
    ranges: array('Ranges in offset order.', stateRange, LIMITS.listRangesMax),
    nextOffset: nullable(int('Go on from here; absent: there are no more.')),
    throttleMs,
  },
  errors: [
    'UNKNOWN_GROUP',
    'GROUP_KIND_MISMATCH',
    'UNKNOWN_TOPIC',
    'UNKNOWN_PARTITION',
    'TOPIC_NOT_IN_GROUP',
  ],
});

/** What an operator does to messages that nobody has leased. */
export const CHANGE_ACTIONS = ['retry', 'reschedule', 'cancel', 'deadLetter'] as const;

export const changeMessages = api({
  key: 44,
  name: 'ChangeMessages',
  about:
    'Decide about messages that nobody has leased: scheduled, ready, parked, blocked or fresh ones. Every offset gets its own outcome.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: {
    group: groupName,
    action: choice(
      'retry: ready now, a blocked one with its deliveries counted anew. reschedule: ready after the delay. cancel: dead without a copy. deadLetter: dead with one.',
      CHANGE_ACTIONS,
    ),
    delayMs: nullable(int('reschedule: from now, ms.', { max: LIMITS.delayMsMax })),
    items: array(
      `Ranges; together they name at most ${LIMITS.acknowledgeOffsetsMax} offsets.`,
      struct('A range.', { topicId, partition, firstOffset: offset, lastOffset: offset }),
      LIMITS.changeItemsMax,
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
      }),
      LIMITS.changeItemsMax,
    ),
  },
  errors: [
    'UNKNOWN_GROUP',
    'GROUP_KIND_MISMATCH',
    'MESSAGE_LEASED',
    'MESSAGE_FRESH',
    'ALREADY_RESOLVED',
    'OFFSET_OUT_OF_RANGE',
    'LIMIT_EXCEEDED',
    'STORAGE_ERROR',
  ],
});

export const getMessage = api({
  key: 45,
  name: 'GetMessage',
  about: 'One message by its id: its state in a group, its result if it has one, and the record.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: { group: groupName, topicId, partition, offset },
  response: {
    topic: topicName,
    state: stateRange,
    result: nullable(
      struct('What `accept` said.', {
        value: bytes('The result.', LIMITS.resultBytesMax),
        atMs: int('When the message was accepted, ms since 1970.'),
        expiresAtMs: int('When the result goes, ms since 1970.'),
      }),
    ),
    appendTimeMs: nullable(
      int('When it was appended, ms since 1970; absent: no longer in the log.'),
    ),
    batches: array(
      'The record, if the log still holds it.',
      bytes('A record batch.', LIMITS.batchBytesMax),
      1,
    ),
    throttleMs,
  },
  errors: [
    'UNKNOWN_GROUP',
    'GROUP_KIND_MISMATCH',
    'UNKNOWN_TOPIC',
    'UNKNOWN_PARTITION',
    'TOPIC_NOT_IN_GROUP',
    'OFFSET_OUT_OF_RANGE',
  ],
});
