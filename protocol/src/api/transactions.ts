// APIs of transactions and of the ledger of effects: Transact, ClaimEffect, GetEffect.

import { LIMITS } from '../limits.ts';
import { api, array, bool, bytes, choice, int, nullable, string, struct } from '../schema.ts';
import { ackItem } from './queue.ts';
import { groupName, memberId, offset, partition, throttleMs, topicId } from './shared.ts';

const effectKey = string('Key of the effect, unique in its group.', LIMITS.effectKeyBytesMax);
const effectToken = int('Names one claim; it grows with every claim of the group.');
const effectValue = nullable(bytes('What was done.', LIMITS.effectValueBytesMax));

/** What becomes of a claimed effect. */
export const EFFECT_ENDS = ['done', 'abandon'] as const;

/** What becomes of messages that nobody has leased. */
export const TRANSACTION_ACTIONS = ['resolve', 'cancel', 'retry', 'deadLetter'] as const;

export const transact = api({
  key: 50,
  name: 'Transact',
  about:
    'Append batches, acknowledge leases, commit offsets, finish effects and decide about messages in one commit, all or nothing.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    transactionId: string(
      'Chosen by the client, unique: sent again after a lost reply, the first outcome is told again.',
      LIMITS.transactionIdBytesMax,
    ),
    batches: array(
      'Batches.',
      struct('A batch and where it goes.', {
        topicId,
        partition,
        batch: bytes('A record batch.', LIMITS.batchBytesMax),
        expectedOffset: nullable(
          int('Append only if the partition ends here; absent: wherever it ends.'),
        ),
      }),
      LIMITS.transactionBatchesMax,
    ),
    acknowledgements: array(
      'Leases of one share group each; the ranges must not overlap.',
      struct('Leases of a share group.', {
        group: groupName,
        items: array('Items, as of Acknowledge.', ackItem, LIMITS.transactionItemsMax),
      }),
      LIMITS.transactionItemsMax,
    ),
    offsets: array(
      'Offsets of consumer groups.',
      struct('Offsets of a consumer group.', {
        group: groupName,
        memberId: nullable(memberId),
        memberEpoch: int('Epoch of the member; -1 without a member.', { min: -1, fallback: -1 }),
        offsets: array(
          'Offsets.',
          struct('The next offset to read of a partition.', {
            topicId,
            partition,
            offset,
            metadata: nullable(string('Free text.', LIMITS.offsetMetadataBytesMax)),
          }),
          LIMITS.transactionItemsMax,
        ),
      }),
      LIMITS.transactionItemsMax,
    ),
    effects: array(
      'Claimed effects and how they end.',
      struct('An effect.', {
        group: groupName,
        key: effectKey,
        token: effectToken,
        end: choice('done: remembered until its time is over. abandon: free again.', EFFECT_ENDS),
        value: effectValue,
        ttlMs: int('done: how long it is remembered, ms.', {
          max: LIMITS.effectTtlMsMax,
          fallback: 7 * 24 * 3_600_000,
        }),
      }),
      LIMITS.transactionEffectsMax,
    ),
    changes: nullable(
      array(
        `Decisions about messages that nobody has leased, as of ChangeMessages; together they name at most ${LIMITS.transactionChangesMax} offsets.`,
        struct('Neighbouring messages of a share group.', {
          group: groupName,
          action: choice(
            'resolve: finished, as if accepted. cancel: dead without a copy. retry: ready now. deadLetter: dead with a copy.',
            TRANSACTION_ACTIONS,
          ),
          topicId,
          partition,
          firstOffset: offset,
          lastOffset: offset,
        }),
        LIMITS.transactionItemsMax,
      ),
    ),
  },
  response: {
    repeated: bool('This is the outcome of the same transaction, sent before.'),
    batches: array(
      'Where the batches are, in their order.',
      struct('A batch.', {
        baseOffset: int('Offset of its first record; -1 where all are duplicates.', { min: -1 }),
        appendTimeMs: int('When it was appended, ms since 1970; -1 where all are duplicates.', {
          min: -1,
        }),
        duplicates: nullable(
          array(
            'Records that were not appended, as in Produce.',
            struct('A duplicate.', {
              index: int('Its position in the batch, from 0.', { max: LIMITS.batchRecordsMax - 1 }),
              partition,
              offset,
            }),
            LIMITS.batchRecordsMax,
          ),
        ),
      }),
      LIMITS.transactionBatchesMax,
    ),
    throttleMs,
  },
  errors: [
    'TRANSACTION_CONFLICT',
    'UNKNOWN_GROUP',
    'GROUP_KIND_MISMATCH',
    'UNKNOWN_TOPIC',
    'UNKNOWN_PARTITION',
    'CORRUPT_BATCH',
    'BATCH_TOO_LARGE',
    'MESSAGE_TOO_LARGE',
    'UNSUPPORTED_CODEC',
    'KEY_REQUIRED',
    'LIMIT_EXCEEDED',
    'STORAGE_FULL',
    'STORAGE_ERROR',
  ],
});

export const EFFECT_STATES = ['none', 'started', 'done'] as const;

const effectState = {
  key: effectKey,
  token: nullable(effectToken),
  memberId: nullable(memberId),
  atMs: nullable(int('When it was claimed or done, ms since 1970.')),
  untilMs: nullable(
    int('started: when the claim ends; done: when it is forgotten; ms since 1970.'),
  ),
  value: effectValue,
};

export const claimEffect = api({
  key: 51,
  name: 'ClaimEffect',
  about:
    'Claim an effect before carrying it out: the claim is granted to one member at a time, and never once it is done.',
  versions: { min: 1, max: 1 },
  idempotent: false,
  request: {
    group: groupName,
    key: effectKey,
    memberId,
    ttlMs: int('How long the claim lasts, ms.', {
      min: 1,
      max: LIMITS.effectClaimMsMax,
      fallback: 60_000,
    }),
  },
  response: {
    granted: bool('The claim is the caller’s, under the token.'),
    state: choice('started: somebody is at it. done: it was done.', EFFECT_STATES),
    ...effectState,
  },
  errors: ['UNKNOWN_GROUP', 'GROUP_KIND_MISMATCH', 'STORAGE_ERROR'],
});

export const getEffect = api({
  key: 52,
  name: 'GetEffect',
  about: 'Was this effect done, or is somebody at it? Changes nothing.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: { group: groupName, key: effectKey },
  response: {
    state: choice('none: never, or forgotten. started: somebody is at it. done.', EFFECT_STATES),
    ...effectState,
  },
  errors: ['UNKNOWN_GROUP', 'GROUP_KIND_MISMATCH'],
});
