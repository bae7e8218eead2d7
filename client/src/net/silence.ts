// Notices connections that have died without a word: the cable is cut, the machine is gone, nothing ever comes. Where replies
// are awaited and nothing was heard for a while it has somebody ask; an answer that does not come ends the connection.

export interface Watched {
  /** Replies are awaited. */
  readonly isWaiting: boolean;
  /** Since when something should have been heard, by performance.now(). */
  readonly silentSince: number;
}

export class SilenceWatch {
  private readonly idleMs: number;
  private timer: NodeJS.Timeout | undefined;
  private askedAt = Number.NEGATIVE_INFINITY;

  constructor(idleMs: number) {
    this.idleMs = idleMs;
  }

  start(watched: Watched, ask: () => void): void {
    this.stop();
    this.timer = setInterval(() => this.look(watched, ask), Math.ceil(this.idleMs / 2));
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private look(watched: Watched, ask: () => void): void {
    const now = performance.now();
    const since = Math.max(watched.silentSince, this.askedAt);
    if (!watched.isWaiting || now - since < this.idleMs) return;
    this.askedAt = now;
    ask();
  }
}
