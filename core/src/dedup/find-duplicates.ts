// Which records of a batch the topic took before, within its window. What is remembered is in the store alone, so that
// memory does not grow with it; the view shows what was staged but is not on the disk yet. It changes nothing.

import {
  type BatchHeader,
  BatchRecords,
  contentHash,
  FLAG_DEDUP,
  type LogRecord,
  MillraceError,
  recordDedup,
} from '@millrace/protocol';
import { attempt } from '../attempt.ts';
import type { Refused, View } from '../decision.ts';
import type { DedupRow } from '../queue-rows.ts';
import { put, type TopicConfig, type Write } from '../rows.ts';
import { laneNumber } from '../share/lanes/lane-number.ts';
import { type DedupKey, dedupExpiries, dedupKey, scopeInEpoch } from './dedup-row.ts';

/** A record that is not appended, and where the one is that came first. */
export interface Duplicate {
  /** Position in the batch as it was sent. */
  readonly index: number;
  readonly partition: number;
  readonly offset: number;
}

export interface DedupBatch {
  readonly topicId: number;
  readonly partition: number;
  readonly batch: Uint8Array;
  readonly header: BatchHeader;
}

export interface FoundDuplicates {
  readonly error?: undefined;
  /** In the order of their indexes. */
  readonly duplicates: readonly Duplicate[];
  /** Indexes of all others, in order. They get the offsets from the base offset on. */
  readonly kept: readonly number[];
  /** They remember those. */
  readonly writes: readonly Write[];
}

interface MetId {
  readonly key: DedupKey;
  readonly row: DedupRow;
}

/** What was met in this decision, by the first part of its hash: the view does not show it yet. */
export type MetIds = Map<number, readonly MetId[]>;

interface DedupSearch {
  readonly config: TopicConfig;
  /** Of the topic; 0: it never forgot what it remembered. */
  readonly epoch: number;
  readonly nowMs: number;
  /** Offset of the first record that is kept. */
  readonly baseOffset: number;
  /** Ids of batches that go before this one and are not applied yet; those of this batch are added. */
  readonly met?: MetIds | undefined;
}

/** False: no record can be a duplicate or has to be remembered. So it is of most batches. [L-80] */
export function isDeduped({ dedup }: TopicConfig, { flags }: BatchHeader): boolean {
  return dedup === 'content' || (dedup === 'id' && (flags & FLAG_DEDUP) !== 0);
}

/** Of a batch for which `isDeduped`. Refused with CORRUPT_BATCH where it has to be looked into and cannot be. */
export function findDuplicates(
  view: View,
  command: DedupBatch,
  asked: DedupSearch,
): FoundDuplicates | Refused {
  const { dedup, dedupScope } = asked.config;
  const isOpened = dedup === 'content' || dedupScope === 'key';
  const opened = isOpened ? attempt(() => new BatchRecords(command.batch).read({})) : undefined;
  if (opened instanceof MillraceError) return { error: opened };
  return search(view, command, asked, opened);
}

function search(
  view: View,
  { topicId, partition, batch, header }: DedupBatch,
  { config, epoch, nowMs, baseOffset, met = new Map() }: DedupSearch,
  records: readonly LogRecord[] | undefined,
): FoundDuplicates {
  const duplicates: Duplicate[] = [];
  const kept: number[] = [];
  const writes: Write[] = [];
  const keys: DedupKey[] = [];
  const expiresAtMs = nowMs + config.dedupWindowMs;
  for (let index = 0; index < header.count; index += 1) {
    const record = records?.[index];
    const id = recordDedup(batch, index);
    const hash = id ?? contentOf(config, record);
    if (hash !== null) {
      const kind = id === null ? 'content' : 'id';
      const key = dedupKey(topicId, scopeInEpoch(scopeOf(config, record), epoch), kind, hash);
      const first = metRow(met, key) ?? remembered(view, key, nowMs);
      if (first !== undefined) {
        duplicates.push({ index, partition: first[0], offset: first[1] });
        continue;
      }
      const row = [partition, baseOffset + kept.length, expiresAtMs] as const;
      met.set(key[2], [...(met.get(key[2]) ?? []), { key, row }]);
      writes.push(put('dedups', key, row));
      keys.push(key);
    }
    kept.push(index);
  }
  writes.push(...dedupExpiries(expiresAtMs, [topicId, partition, baseOffset], keys));
  return { duplicates, kept, writes };
}

function metRow(met: MetIds, key: DedupKey): DedupRow | undefined {
  return met.get(key[2])?.find((one) => one.key.every((part, i) => part === key[i]))?.row;
}

/** [L-84] */
function contentOf({ dedup }: TopicConfig, record: LogRecord | undefined): Uint8Array | null {
  return dedup === 'content' && record !== undefined ? contentHash(record.value) : null;
}

/** Number of the record's key where ids are unique among a key; 0 otherwise, and without key. [L-83] */
function scopeOf({ dedupScope }: TopicConfig, record: LogRecord | undefined): number {
  const key = dedupScope === 'key' ? (record?.key ?? null) : null;
  return key === null ? 0 : laneNumber(key, 0, key.length);
}

/** A row stays a while after its time: only its time counts. [L-82] */
function remembered(view: View, key: DedupKey, nowMs: number): DedupRow | undefined {
  const row = view.get('dedups', key);
  return row !== undefined && row[2] > nowMs ? row : undefined;
}
