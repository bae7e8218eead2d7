// What becomes of a fresh message when the cursor of a share group reaches it: it is given, or something in its batch
// or in its topic's settings says that it is to wait, has expired, or is not for this group. It decides and writes
// nothing.

import {
  batchFlags,
  FLAG_DELAY,
  FLAG_GROUP,
  FLAG_TTL,
  recordDelayMs,
  recordGroup,
  recordTtlMs,
} from '@millrace/protocol';
import type { StoredBatch } from './batch-cursor.ts';
import type { ShareScope } from './share-scope.ts';

const FLAGS = FLAG_DELAY | FLAG_TTL | FLAG_GROUP;

export type Fate =
  /** `lane`: where neighbours of other lanes are leased apart. */
  | { readonly to: 'given'; readonly lane?: number }
  /** Not visible yet. */
  | { readonly to: 'scheduled'; readonly untilMs: number }
  | { readonly to: 'expired' }
  /** Its key is held, or its tenant noisy. */
  | { readonly to: 'parked'; readonly lane: number }
  /** Redriven for another group. */
  | { readonly to: 'skipped' };

export const GIVEN: Fate = { to: 'given' };
const EXPIRED: Fate = { to: 'expired' };
const SKIPPED: Fate = { to: 'skipped' };

export function isSameFate(a: Fate, b: Fate): boolean {
  if (a.to !== b.to) return false;
  if (a.to === 'parked' && b.to === 'parked') return a.lane === b.lane;
  if (a.to === 'given' && b.to === 'given') return a.lane === b.lane;
  return a.to !== 'scheduled' || b.to !== 'scheduled' || a.untilMs === b.untilMs;
}

/** From the offset on no record has to be looked at by itself. [L-43] */
export function isPlainFrom(
  { log, topic }: Pick<ShareScope, 'log' | 'topic'>,
  offset: number,
): boolean {
  return offset >= log.flaggedEnd && topic.config.messageTtlMs < 0;
}

/** Some record of the batch may have another fate than to be given. */
export function isSifted({ topic }: ShareScope, batch: StoredBatch): boolean {
  if (!batch.isIndexed) return false;
  return topic.config.messageTtlMs >= 0 || (batchFlags(batch.bytes) & FLAGS) !== 0;
}

/** The record is not for another group alone. */
export function isForGroup({ key }: ShareScope, batch: StoredBatch, index: number): boolean {
  const groupId = batch.isIndexed ? recordGroup(batch.bytes, index) : 0;
  return groupId === 0 || groupId === key.groupId;
}

/** Of one record of such a batch. */
export function fateOf(scope: ShareScope, batch: StoredBatch, index: number, nowMs: number): Fate {
  if (!isForGroup(scope, batch, index)) return SKIPPED;
  const visibleMs = batch.appendTimeMs + recordDelayMs(batch.bytes, index);
  if (visibleMs > nowMs) return { to: 'scheduled', untilMs: visibleMs };
  return hasExpired(scope, batch, index, nowMs) ? EXPIRED : GIVEN;
}

/** Its time to live, or else that of its topic, has passed since it became visible. [L-46] */
export function hasExpired(
  { topic }: ShareScope,
  batch: StoredBatch,
  index: number,
  nowMs: number,
): boolean {
  if (!batch.isIndexed) return false;
  const ttlMs = recordTtlMs(batch.bytes, index) || topic.config.messageTtlMs;
  if (ttlMs < 0) return false;
  return nowMs >= batch.appendTimeMs + recordDelayMs(batch.bytes, index) + ttlMs;
}
