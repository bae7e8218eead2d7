// The time, once a second while somebody looks: for countdowns and ages. By the broker's clock, as far as it is known: the
// reader's may be far off, and deadlines are the broker's.
import { signal } from '@preact/signals';

/** Closer than this the reader's own clock is right: what is seen of a difference is the way of the message. */
const TOLERANCE_MS = 1_500;

let aheadMs = 0;

/** What the broker's clock says now, ms since 1970. */
export function brokerNowMs(): number {
  return Date.now() + aheadMs;
}

/** The same as a signal: a view that reads it is shown anew every second. */
export const nowMs = signal(brokerNowMs());

/** Notes what the broker's clock said a moment ago. */
export function hearClock(atMs: number): void {
  const seenMs = atMs - Date.now();
  const before = aheadMs;
  if (Math.abs(seenMs) <= TOLERANCE_MS) aheadMs = 0;
  else if (Math.abs(seenMs - before) > TOLERANCE_MS) aheadMs = seenMs;
  if (aheadMs !== before) nowMs.value = brokerNowMs();
}

setInterval(() => {
  if (!document.hidden) nowMs.value = brokerNowMs();
}, 1_000);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) nowMs.value = brokerNowMs();
});
