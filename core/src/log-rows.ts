// Shapes of the rows that the log keeps beside its batches: segments, producers, where each of them stands in a
// partition, and how far compaction is. `rows.ts` has the tables.

/**
 * The segment holds offsets from its base to before `nextOffset`. `visibleMs`: when the last of its delayed records
 * becomes visible; `flaggedEnd`: offset after its last batch that speaks of delays, expiry, deliveries or one group; each
 * 0 where there is none. `countedFrom`: its bytes count batches from this offset on, which were deleted below its base
 * and wait to be swept; absent: from its base.
 */
export type SegmentRow =
  | SegmentNumbers
  | readonly [...numbers: SegmentNumbers, countedFrom: number];

type SegmentNumbers = readonly [
  nextOffset: number,
  bytes: number,
  firstAppendMs: number,
  lastAppendMs: number,
  visibleMs: number,
  flaggedEnd: number,
];

export type ProducerRow = {
  /** Null: nobody can take over. */
  readonly name: string | null;
  /** Batches of an older epoch are refused. */
  readonly epoch: number;
  /** The epoch was asked for by whoever had the one before it; not: by name. */
  readonly isOwnEpoch: boolean;
  /** Of its last InitProducer, or of the last time its expiry was put off. */
  readonly updatedMs: number;
  /** Who asked for it, of one without a name: nobody else goes on with it. Absent: nobody was asked who they are. */
  readonly user?: string;
};

/** A batch of a producer and what was answered to it; `duplicates`: as in the reply to Produce. */
export type AppendedBatch = readonly [
  sequence: number,
  count: number,
  baseOffset: number,
  appendTimeMs: number,
  duplicates: readonly (readonly [index: number, partition: number, offset: number])[] | null,
];

/** `nextSequence`: of the first record of the next batch. `recent`: the last batches of the epoch, oldest first. */
export type SequenceRow = readonly [
  epoch: number,
  nextSequence: number,
  updatedMs: number,
  recent: readonly AppendedBatch[],
];

/**
 * How far a partition is compacted: before `compactedTo` no key has two records. Records without a value before
 * `tombstonesTo` have stood for what they deleted since `tombstonesMs`, when a pass had taken that away; 0 where there is
 * none.
 */
export type CompactionRow = readonly [
  compactedTo: number,
  finishedMs: number,
  tombstonesTo: number,
  tombstonesMs: number,
];
