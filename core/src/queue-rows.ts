// Shapes of the rows that the queue keeps beside its runs: purges, results, what expires, transactions, tasks,
// schedules. `rows.ts` has the tables.

import type { ResponseOf } from '@millrace/protocol';

/**
 * A purge that can still be undone, that is being undone, or whose rows are not swept yet. While the row is there,
 * memory knows nothing of what lies below `toOffset`.
 */
export type PurgeRow = {
  /** An undo puts back what lies next below, and lowers it. */
  readonly toOffset: number;
  /** Of the purge, or of the last slice of its undo. */
  readonly atMs: number;
  readonly undoUntilMs: number;
  /** Unresolved messages that it took away. */
  readonly messages: number;
  /** From here on messages were fresh, but for `ahead` of them. */
  readonly cursor: number;
  readonly ahead: number;
  readonly isUndone: boolean;
  /** Runs and waiting messages below are to be deleted: a purge whose time has passed left them. */
  readonly sweepTo: number;
};

/** `[value, atMs, expiresAtMs]`: what `accept` said. */
export type ResultRow = readonly [value: Uint8Array, atMs: number, expiresAtMs: number];

/** `[partition, offset, expiresAtMs]`: where the record is that came first. */
export type DedupRow = readonly [partition: number, offset: number, expiresAtMs: number];

export type EffectRow = {
  readonly state: 'started' | 'done';
  readonly token: number;
  readonly memberId: string;
  readonly atMs: number;
  /** started: when the claim ends; done: when it is forgotten. */
  readonly untilMs: number;
  readonly value: Uint8Array | null;
};

/** The outcome of a transaction: `batches` of the reply as plain data. */
export type TransactionRow = {
  /** Of the request, so that another request under the same id is not mistaken for it. */
  readonly fingerprint: number;
  readonly expiresAtMs: number;
  readonly batches: readonly (readonly [
    baseOffset: number,
    appendTimeMs: number,
    duplicates: readonly (readonly [index: number, partition: number, offset: number])[],
  ])[];
};

/** What a receive with an attempt id leased. */
export type AttemptRow = {
  readonly expiresAtMs: number;
  readonly leases: readonly (readonly [
    topicId: number,
    partition: number,
    first: number,
    last: number,
    token: number,
  ])[];
};

export type TaskRow = {
  readonly kind: 'redrive';
  readonly state: 'running' | 'completed' | 'cancelled' | 'failed';
  readonly topicId: number;
  readonly topic: string;
  readonly groupId: number;
  readonly group: string;
  /** Null: back to where each letter died. */
  readonly targetTopicId: number | null;
  readonly target: string | null;
  readonly filter: ResponseOf<'ListTasks'>['tasks'][number]['filter'];
  readonly ratePerSecond: number;
  readonly dryRun: boolean;
  /** Where it stands: this partition, from this offset on; partitions before it are done. */
  readonly partition: number;
  readonly offset: number;
  /** For each partition: where it ends; what is appended later is not its concern. */
  readonly ends: readonly number[];
  readonly total: number;
  readonly scanned: number;
  readonly moved: number;
  readonly skipped: number;
  readonly failed: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  /** Of the last slice: what the rate is counted from. */
  readonly sliceAtMs: number;
  readonly error: string | null;
};

export type ScheduleRow = {
  readonly name: string;
  readonly topicId: number;
  /** Its name, also once it is deleted. */
  readonly topic: string;
  readonly cron: string | null;
  readonly everyMs: number | null;
  readonly timeZone: string | null;
  readonly missed: 'one' | 'all' | 'none';
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [name: string, value: Uint8Array])[];
  readonly paused: boolean;
  readonly createdAtMs: number;
  readonly nextAtMs: number | null;
  readonly lastAtMs: number | null;
  readonly sent: number;
  readonly missedTicks: number;
  /** Missed ticks gone through since it fell behind; 0 once it has caught up. */
  readonly behind: number;
  readonly error: string | null;
};

/** Tables whose rows go at a time that they name; `expiries` finds them. */
export const EXPIRING_TABLES = [
  'dedups',
  'results',
  'effects',
  'transactions',
  'attempts',
  'producers',
  'sequences',
] as const;
export type ExpiringTable = (typeof EXPIRING_TABLES)[number];
