// Where to start in a partition: `earliest`, `latest`, an offset, a time, or a while ago. Types are the client's own.

import { usage } from '../errors/cli-error.ts';
import { parseDuration } from './duration.ts';

export type TimePosition = { readonly timestampMs: number };
export type StartPosition = 'earliest' | 'latest' | TimePosition;
export type Position = StartPosition | { readonly offset: number };

const ISO_TIME =
  /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/i;

/** Milliseconds since 1970 of an ISO 8601 time; a time without a zone is local, a date alone is midnight UTC. */
export function parseTime(text: string): number {
  const trimmed = text.trim();
  const ms = ISO_TIME.test(trimmed) ? Date.parse(trimmed.replace(' ', 'T')) : Number.NaN;
  if (Number.isNaN(ms) || ms < 0) {
    throw usage(
      `'${text}' is not a time: write 2026-01-31, 2026-01-31T12:00:00Z or -15m (15 minutes ago)`,
    );
  }
  return ms;
}

/** `earliest`, `latest`, a time, or `-15m`: where share groups begin, and where offsets of a time are looked up. */
export function parseStart(text: string): StartPosition {
  const trimmed = text.trim();
  if (trimmed === 'earliest' || trimmed === 'latest') return trimmed;
  if (/^-\d+[a-z]/i.test(trimmed)) {
    return { timestampMs: Math.max(0, Date.now() - parseDuration(trimmed.slice(1))) };
  }
  if (/^\d{4}-/.test(trimmed)) return { timestampMs: parseTime(trimmed) };
  throw usage(
    `'${text}' is not a position: write earliest, latest, a time (2026-01-31T12:00:00Z) or -15m`,
  );
}

/** Milliseconds since 1970 of a time, or of a while ago. */
export function parseInstant(text: string): number {
  const start = /^(?:-\d|\d{4}-)/.test(text.trim()) ? parseStart(text) : undefined;
  if (typeof start === 'object') return start.timestampMs;
  throw usage(`'${text}' is not a time: write 2026-01-31, 2026-01-31T12:00:00Z or -15m`);
}

/** As `parseStart`, or an offset. */
export function parsePosition(text: string): Position {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) {
    const offset = Number(trimmed);
    if (!Number.isSafeInteger(offset)) throw usage(`'${text}' is too large an offset`);
    return { offset };
  }
  try {
    return parseStart(trimmed);
  } catch {
    throw usage(
      `'${text}' is not a position: write earliest, latest, an offset, a time (2026-01-31T12:00:00Z) or -15m`,
    );
  }
}
