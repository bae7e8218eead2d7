// How long the broker has had this client wait for going beyond its quotas: what replies said. It makes nobody wait.

/** What the broker's quotas have cost a client since it connected first. */
export interface ThrottleStats {
  /** Replies that came with a pause. */
  readonly throttledReplies: number;
  /** All pauses together, ms; where one begins before another one has ended, what they share counts once. */
  readonly throttledMs: number;
}

export class Throttling implements ThrottleStats {
  throttledReplies = 0;
  throttledMs = 0;

  /** Counts a pause that begins now; a session knows until when it was paused already. Returns the new end, by performance.now(). */
  add(pauseMs: number, pausedUntil: number): number {
    const now = performance.now();
    const until = Math.max(pausedUntil, now + pauseMs);
    this.throttledReplies += 1;
    this.throttledMs += until - Math.max(pausedUntil, now);
    return until;
  }
}
