// Where a consumer group is to go on: the request from what is in the form, and what it means for each partition. Pure.
import type { ResetPlace, ResetRow } from '../../api/work-shapes.ts';

export const RESET_KINDS = [
  ['earliest', 'The beginning'],
  ['latest', 'The end'],
  ['timestampMs', 'A point in time'],
  ['durationMs', 'So many minutes ago'],
  ['shiftBy', 'So many records on (or back: negative)'],
  ['offset', 'An offset'],
] as const;

/** Undefined: the text is none of what the kind takes. */
export function resetPlaceOf(kind: string, text: string): ResetPlace | undefined {
  if (kind === 'earliest' || kind === 'latest') return kind;
  if (kind === 'timestampMs') {
    const timestampMs = Date.parse(text);
    return Number.isNaN(timestampMs) || timestampMs < 0 ? undefined : { timestampMs };
  }
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (kind === 'durationMs') {
    return value >= 0 && value < 1e9 ? { durationMs: Math.round(value * 60_000) } : undefined;
  }
  if (!Number.isSafeInteger(value)) return undefined;
  if (kind === 'shiftBy') return { shiftBy: value };
  return kind === 'offset' && value >= 0 ? { offset: value } : undefined;
}

export interface ResetEffect {
  /** Records that are read again. */
  readonly again: number;
  /** Records that are never read. */
  readonly skipped: number;
}

/** Of a partition without a committed offset nobody knows what was read. */
export function effectOf({ before, offset }: ResetRow): ResetEffect {
  if (before === null) return { again: 0, skipped: 0 };
  return { again: Math.max(0, before - offset), skipped: Math.max(0, offset - before) };
}

export interface ResetTotals extends ResetEffect {
  /** Partitions that move. */
  readonly moved: number;
  readonly lag: number;
}

export function resetTotals(rows: readonly ResetRow[]): ResetTotals {
  let totals: ResetTotals = { again: 0, skipped: 0, moved: 0, lag: 0 };
  for (const row of rows) {
    const { again, skipped } = effectOf(row);
    totals = {
      again: totals.again + again,
      skipped: totals.skipped + skipped,
      moved: totals.moved + (row.before === row.offset ? 0 : 1),
      lag: totals.lag + row.lag,
    };
  }
  return totals;
}
