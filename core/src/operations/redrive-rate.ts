// How fast a redrive may go. Its row remembers until when its allowance is used up.

import type { Task } from './tasks.ts';

/** Slices of a slow task are not made smaller than this, ms: each costs a commit. */
const SLICE_MS_MIN = 20;
/** What was not used is kept for so long. */
const BURST_MS = 1_000;

/** Messages that may be moved now, at most `max`. */
export function allowedNow({ ratePerSecond, sliceAtMs, dryRun }: Task, nowMs: number, max: number) {
  if (ratePerSecond === 0 || dryRun) return max;
  const forMs = Math.min(Math.max(nowMs - sliceAtMs, 0), BURST_MS);
  return Math.min(max, Math.floor((forMs * ratePerSecond) / 1_000));
}

/** `sliceAtMs` after so many messages were moved. */
export function sliceTime({ ratePerSecond, sliceAtMs }: Task, nowMs: number, moved: number) {
  if (ratePerSecond === 0) return nowMs;
  const from = Math.max(sliceAtMs, nowMs - BURST_MS);
  return from + Math.ceil((moved * 1_000) / ratePerSecond);
}

/** When the next slice should run, ms since 1970. */
export function nextSliceMs({ ratePerSecond, sliceAtMs, dryRun }: Task): number {
  if (ratePerSecond === 0 || dryRun) return sliceAtMs;
  return sliceAtMs + Math.max(Math.ceil(1_000 / ratePerSecond), SLICE_MS_MIN);
}
