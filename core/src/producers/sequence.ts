// Whether a batch of an idempotent producer is the next of its partition, one that came before, or neither; and what is
// remembered of it. It runs once a batch: two small rows are read, one is written.

import { type BatchHeader, LIMITS } from '@millrace/protocol';
import { assert } from '../assert.ts';
import { type Refused, refuse, type View } from '../decision.ts';
import { expiryEntry } from '../expiries/expiry-entry.ts';
import type { AppendedBatch, ProducerRow, SequenceRow } from '../log-rows.ts';
import { put, type Write } from '../rows.ts';
import { findProducer } from './find-producer.ts';
import { isNotedLongAgo, sequenceExpiresAtMs } from './producer-expiry.ts';

/** Sequences count records from 0 to before this, and then from 0 again. [G-53] */
const SEQUENCES = 0x8000_0000;
/** Of the remembered batches but the last: the row is written with every batch. */
const DUPLICATES_KEPT_MAX = 10_000;

export interface SequencedBatch {
  readonly topicId: number;
  readonly partition: number;
  readonly header: BatchHeader;
  /** Who sends it; absent: nobody was asked who they are. */
  readonly user?: string | undefined;
}

/** The batch is the next one. */
export interface NextInSequence {
  readonly error?: undefined;
  readonly first?: undefined;
  readonly producer: ProducerRow;
  /** Undefined: the first of the producer in the partition, as far as anybody remembers. */
  readonly before: SequenceRow | undefined;
  /** There is no row yet, not even one whose time has come. */
  readonly isNew: boolean;
}

/** The batch came before; this is what became of it then. */
export interface Repeated {
  readonly error?: undefined;
  readonly first: AppendedBatch;
}

/** Of a batch that names a producer. [G-53]-[G-57] */
export function findInSequence(
  view: View,
  { topicId, partition, header, user }: SequencedBatch,
  nowMs: number,
): NextInSequence | Repeated | Refused {
  const { producerId, producerEpoch, sequence, count } = header;
  assert(producerId >= 0, 'the batch names a producer');
  if (producerEpoch < 0 || sequence < 0) return halfNamed();
  const producer = findProducer(view, producerId, nowMs);
  if (producer === undefined || producerEpoch > producer.epoch) return refuse('UNKNOWN_PRODUCER');
  // In somebody else's sequence a batch would stand for one that is then taken for its repetition.
  if (user !== undefined && (producer.user ?? user) !== user) return refuse('UNKNOWN_PRODUCER');
  if (producerEpoch < producer.epoch) return refuse('PRODUCER_FENCED');
  const row = view.get('sequences', [topicId, partition, producerId]);
  const before = row !== undefined && sequenceExpiresAtMs(row) > nowMs ? row : undefined;
  // A new epoch begins at 0, and so does what was never heard of here, or too long ago.
  const isSame = before !== undefined && before[0] === producerEpoch;
  const expected = isSame ? before[1] : 0;
  if (sequence === expected) return { producer, before, isNew: row === undefined };
  if (!isSame) return outOfOrder(sequence, expected);
  const first = before[3].find((one) => one[0] === sequence && one[1] === count);
  if (first !== undefined) return { first };
  const isBehind = (expected - sequence + SEQUENCES) % SEQUENCES < SEQUENCES / 2;
  return isBehind ? refuse('DUPLICATE_SEQUENCE') : outOfOrder(sequence, expected);
}

function halfNamed(): Refused {
  const message = 'Corrupt batch: it names a producer, and no epoch or sequence.';
  return refuse('CORRUPT_BATCH', message, { field: 'batch' });
}

function outOfOrder(sequence: number, expected: number): Refused {
  const message = `The batch begins at sequence ${sequence}; the next one begins at ${expected}.`;
  return refuse('OUT_OF_ORDER_SEQUENCE', message, { field: 'batch' });
}

/** What is told of a batch that was taken. */
export interface BatchAnswer {
  readonly baseOffset: number;
  readonly appendTimeMs: number;
  readonly duplicates:
    | readonly { readonly index: number; readonly partition: number; readonly offset: number }[]
    | null;
}

/** The writes that remember the batch and its answer, in the decision that appends it. [G-54] */
export function rememberBatch(
  { topicId, partition, header }: SequencedBatch,
  { producer, before, isNew }: NextInSequence,
  { baseOffset, appendTimeMs, duplicates }: BatchAnswer,
  nowMs: number,
): Write[] {
  const { producerId, producerEpoch: epoch, sequence, count } = header;
  const told = duplicates?.map((one) => [one.index, one.partition, one.offset] as const) ?? null;
  const batch: AppendedBatch = [sequence, count, baseOffset, appendTimeMs, told];
  const recent = before !== undefined && before[0] === epoch ? keptOf(before[3]) : [];
  const next = (sequence + count) % SEQUENCES;
  const row: SequenceRow = [epoch, next, nowMs, [...recent, batch]];
  const key = [topicId, partition, producerId] as const;
  const writes: Write[] = [put('sequences', key, row)];
  // What is there has an entry, which is put off when it is due.
  if (isNew) writes.push(expiryEntry(sequenceExpiresAtMs(row), 'sequences', key));
  if (isNotedLongAgo(producer, nowMs)) {
    writes.push(put('producers', [producerId], { ...producer, updatedMs: nowMs }));
  }
  return writes;
}

/** Those that stay remembered beside a further one. */
function keptOf(recent: readonly AppendedBatch[]): readonly AppendedBatch[] {
  const most = LIMITS.producerBatchesInFlightMax - 1;
  let from = recent.length;
  let duplicates = 0;
  while (from > 0 && recent.length - from < most) {
    duplicates += recent[from - 1]?.[4]?.length ?? 0;
    if (duplicates > DUPLICATES_KEPT_MAX) break;
    from -= 1;
  }
  return recent.slice(from);
}
