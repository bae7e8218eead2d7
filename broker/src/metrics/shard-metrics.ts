// What the shard and its handlers tell: recorders called as they work, and a sample taken when somebody scrapes.
// They know no metric's name.

import { Histogram } from '@millrace/options';
import { type AckKind, LIMITS } from '@millrace/protocol';
import { METRICS } from './table.ts';

/** What no row of a share group says: since the process began. */
interface QueueTally {
  received: number;
  deadLettered: number;
}

const NOTHING: QueueTally = { received: 0, deadLettered: 0 };
/** As many again as there can be groups, where nobody scrapes: of those beyond, the first are deleted, or their counts begin anew. */
const TALLIES_MAX = 2 * LIMITS.groupsMax;

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
  fetchedRecords = 0;
  fetchedBytes = 0;
  leasedMessages = 0;
  readonly acknowledged = new Map<AckKind, number>();
  deadLetters = 0;
  damagedBatches = 0;
  compactionPasses = 0;
  compactedRecords = 0;
  readonly #tallies = new Map<number, QueueTally>();

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

  fetched(records: number, bytes: number): void {
    this.fetchedRecords += records;
    this.fetchedBytes += bytes;
  }

  leased(groupId: number, messages: number): void {
    if (messages === 0) return;
    this.leasedMessages += messages;
    this.#tallyOf(groupId).received += messages;
  }

  acknowledgedAs(kind: AckKind, messages: number): void {
    this.acknowledged.set(kind, (this.acknowledged.get(kind) ?? 0) + messages);
  }

  deadLettered(groupId: number, messages: number): void {
    if (messages === 0) return;
    this.deadLetters += messages;
    this.#tallyOf(groupId).deadLettered += messages;
  }

  tallyOf(groupId: number): Readonly<QueueTally> {
    return this.#tallies.get(groupId) ?? NOTHING;
  }

  /** Groups that are deleted are forgotten. */
  keepOnly(groupIds: ReadonlySet<number>): void {
    for (const groupId of this.#tallies.keys()) {
      if (!groupIds.has(groupId)) this.#tallies.delete(groupId);
    }
  }

  #tallyOf(groupId: number): QueueTally {
    let tally = this.#tallies.get(groupId);
    if (tally !== undefined) return tally;
    tally = { received: 0, deadLettered: 0 };
    this.#tallies.set(groupId, tally);
    if (this.#tallies.size > TALLIES_MAX) this.#forgetOldest();
    return tally;
  }

  #forgetOldest(): void {
    for (const groupId of this.#tallies.keys()) {
      this.#tallies.delete(groupId);
      return;
    }
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

/** What a scrape asks of the shard. It is read synchronously: nothing in it may scan the store. */
export interface ShardSample {
  readonly topics: number;
  readonly partitions: number;
  readonly consumerGroups: number;
  readonly shareGroups: number;
  readonly quarantinedBatches: number;
  readonly schedulesFailing: number;
  readonly isCommitQueueFull: boolean;
  readonly storeFileBytes: number;
  readonly storeJournalBytes: number;
  readonly storeFreeBytes: number;
  readonly storeReusableBytes: number;
  readonly storeReserveBytes: number;
  readonly isStoreFull: boolean;
}
