// The shard's clock: wall time that never goes back, not even over a restart. It must not be read from `core`.

export interface Clock {
  /** Wall time, ms since 1970; may jump. */
  wallMs(): number;
  /** Time since some start, ms; never goes back. */
  monotonicMs(): number;
}

export const SYSTEM_CLOCK: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/**
 * While the wall goes forward the shard follows it. Where the wall is behind what was shown already (the host's clock
 * was set back), the shard's time goes on at the pace of the monotonic clock. [I9]
 */
export class ShardClock {
  readonly #clock: Clock;
  #lastMs: number;
  #lastMonotonicMs: number;

  /** @param startMs the last time that the store remembers: no time before it is ever shown. */
  constructor(clock: Clock, startMs: number) {
    this.#clock = clock;
    this.#lastMs = startMs;
    this.#lastMonotonicMs = clock.monotonicMs();
  }

  nowMs(): number {
    const monotonicMs = this.#clock.monotonicMs();
    const pacedMs = this.#lastMs + Math.floor(monotonicMs - this.#lastMonotonicMs);
    const nowMs = Math.max(this.#clock.wallMs(), pacedMs);
    if (nowMs > this.#lastMs) {
      // What is left of a millisecond counts the next time: whoever asks often would else slow time down.
      const isPaced = nowMs === pacedMs;
      this.#lastMonotonicMs = isPaced ? this.#lastMonotonicMs + nowMs - this.#lastMs : monotonicMs;
      this.#lastMs = nowMs;
    }
    return nowMs;
  }
}
