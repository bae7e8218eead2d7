// What the shard and its handlers tell: recorders called as they work, and a sample taken when somebody scrapes.
// They know no metric's name.

import { Histogram } from '@millrace/options';
import type { AckKind, MessageState } from '@millrace/protocol';
import { METRICS } from './table.ts';

/** Recorders of one shard. Each call costs a few additions. */
export class ShardMetrics {
  readonly commitSeconds = new Histogram(METRICS.millrace_commit_duration_seconds.buckets);
  readonly commitRows = new Histogram(METRICS.millrace_commit_rows.buckets);
  readonly commitBytes = new Histogram(METRICS.millrace_commit_bytes.buckets);
  commitsAborted = 0;
  /** When the last commit was aborted, by performance.now(); undefined once another one stands. */
  abortedAtMs: number | undefined;
  appendedRecords = 0;
  appendedBytes = 0;
  leasedMessages = 0;
  readonly acknowledged = new Map<AckKind, number>();
  deadLetters = 0;
  damagedBatches = 0;
  compactionPasses = 0;
  compactedRecords = 0;

  /** A commit is flushed. */
  committed(rows: number, bytes: number, durationMs: number): void {
    this.abortedAtMs = undefined;
    this.commitSeconds.record(durationMs / 1_000);
    this.commitRows.record(rows);
    this.commitBytes.record(bytes);
  }

  commitAborted(): void {
    this.commitsAborted += 1;
    this.abortedAtMs = performance.now();
  }

  appended(records: number, bytes: number): void {
    this.appendedRecords += records;
    this.appendedBytes += bytes;
  }

  leased(messages: number): void {
    this.leasedMessages += messages;
  }

  acknowledgedAs(kind: AckKind, messages: number): void {
    this.acknowledged.set(kind, (this.acknowledged.get(kind) ?? 0) + messages);
  }

  deadLettered(messages: number): void {
    this.deadLetters += messages;
  }

  quarantined(): void {
    this.damagedBatches += 1;
  }

  /** A slice of compaction is staged. */
  compacted(recordsRemoved: number, isDone: boolean): void {
    this.compactedRecords += recordsRemoved;
    if (isDone) this.compactionPasses += 1;
  }
}

/** Messages of one share group by state, all topics together. States left out count as 0. */
export interface ShareGroupSample {
  readonly group: string;
  readonly messages: { readonly [S in MessageState]?: number };
}

/** What a scrape asks of the shard. It is read synchronously: nothing in it may scan the store. */
export interface ShardSample {
  readonly topics: number;
  readonly partitions: number;
  readonly consumerGroups: number;
  readonly shareGroups: readonly ShareGroupSample[];
  readonly quarantinedBatches: number;
  readonly isCommitQueueFull: boolean;
  readonly storeFileBytes: number;
  readonly storeFreeBytes: number;
}
