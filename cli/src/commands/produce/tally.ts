// What `produce` has read and stored so far, and how that is told at the end.

import type { SentBatch } from '@millrace/client';
import {
  formatCountOf,
  formatDuration,
  formatRate,
  formatSize,
  formatText,
} from '../../output/format.ts';

/** The rate of fewer records says nothing. */
const RATE_RECORDS_MIN = 1_000;

interface PartitionTally {
  records: number;
  firstOffset: number;
  lastOffset: number;
}

export class Tally {
  readonly startedAt = performance.now();
  /** Bytes of input read. */
  bytesRead = 0;
  /** Records handed to the producer, and those of them that the broker has stored. */
  read = 0;
  stored = 0;
  /** Records that the topic had taken before and did not take again. */
  duplicates = 0;
  /** Records whose value had nothing at the key path. */
  withoutKey = 0;
  /** Every line up to this one is dealt with; of those behind it some may be. */
  storedToLine = 0;
  readonly partitions = new Map<number, PartitionTally>();

  get elapsedMs(): number {
    return performance.now() - this.startedAt;
  }

  /** Offsets of -1 are records that were not stored. */
  add(sent: Pick<SentBatch, 'partitions' | 'offsets' | 'duplicates'>): void {
    const { partitions, offsets } = sent;
    const duplicates = new Set(sent.duplicates);
    this.duplicates += duplicates.size;
    for (const [at, offset] of offsets.entries()) {
      if (offset < 0 || duplicates.has(at)) continue;
      const partition = partitions[at] ?? 0;
      this.stored += 1;
      const tally = this.partitions.get(partition);
      if (tally === undefined) {
        this.partitions.set(partition, { records: 1, firstOffset: offset, lastOffset: offset });
        continue;
      }
      tally.records += 1;
      tally.firstOffset = Math.min(tally.firstOffset, offset);
      tally.lastOffset = Math.max(tally.lastOffset, offset);
    }
  }

  /** Said when something went wrong later. */
  storedText(topic: string): string {
    return `${formatCountOf(this.stored, 'record')} had been stored in topic ${formatText(topic)} before.`;
  }
}

export function summaryDocument(topic: string, tally: Tally) {
  const partitions = [...tally.partitions]
    .toSorted(([one], [other]) => one - other)
    .map(([partition, counts]) => ({ partition, ...counts }));
  return {
    topic,
    records: tally.stored,
    duplicates: tally.duplicates,
    withoutKey: tally.withoutKey,
    bytesRead: tally.bytesRead,
    durationMs: Math.round(tally.elapsedMs),
    partitions,
  };
}

export function summaryText(topic: string, tally: Tally): string {
  const { stored, duplicates, bytesRead, elapsedMs, withoutKey } = tally;
  const where = `topic ${formatText(topic)} (${formatCountOf(tally.partitions.size, 'partition')})`;
  const rate = stored < RATE_RECORDS_MIN ? '' : `, ${formatRate(stored, elapsedMs, 'records')}`;
  const speed = `${formatSize(bytesRead)} in ${formatDuration(elapsedMs)}${rate}`;
  const unkeyed =
    withoutKey === 0
      ? ''
      : `\n${formatCountOf(withoutKey, 'record')} had nothing at the key path and got no key.`;
  const dropped =
    duplicates === 0
      ? ''
      : `\n${formatCountOf(duplicates, 'duplicate')} had come before: not stored again.`;
  if (stored + duplicates === 0) return 'No records: the input was empty.';
  return `Stored ${formatCountOf(stored, 'record')} in ${where}: ${speed}.${dropped}${unkeyed}`;
}
