// A schedule as anybody would write it who has time: it goes through every tick that is due, one by one, and knows no
// slices. What the machine does is compared with it.
import { LIMITS } from '@millrace/protocol';

export interface NaiveTiming {
  readonly name: string;
  readonly missed: 'one' | 'all' | 'none';
  readonly everyMs: number;
  /** Ticks at `from + n * everyMs`. */
  readonly fromMs: number;
  /** The ticks are those of a cron expression: nobody counts them beyond the limit. */
  readonly isCron: boolean;
}

export class NaiveSchedule {
  readonly timing: NaiveTiming;
  readonly sent: number[] = [];
  missedTicks = 0;
  paused = false;
  /** Ticks up to here are dealt with. */
  #doneMs: number;

  constructor(timing: NaiveTiming, nowMs: number) {
    this.timing = timing;
    this.#doneMs = nowMs;
  }

  setPaused(paused: boolean, nowMs: number): void {
    if (this.paused && !paused) this.#doneMs = nowMs;
    this.paused = paused;
  }

  nextAtMs(): number | null {
    return this.paused ? null : this.#after(this.#doneMs);
  }

  /** [S-8], [S-9] */
  run(nowMs: number): void {
    if (this.paused) return;
    const missed: number[] = [];
    const onTime: number[] = [];
    for (let at = this.#after(this.#doneMs); at <= nowMs; at = this.#after(at)) {
      (at < nowMs - LIMITS.scheduleLateMs ? missed : onTime).push(at);
    }
    const max = LIMITS.scheduleMissedMax;
    const made = { one: missed.slice(-1), all: missed.slice(0, max), none: [] }[this.timing.missed];
    this.sent.push(...made, ...onTime);
    const counted = this.timing.isCron ? Math.min(missed.length, max + 1) : missed.length;
    this.missedTicks += counted - made.length;
    this.#doneMs = nowMs;
  }

  #after(timeMs: number): number {
    const { fromMs, everyMs } = this.timing;
    return fromMs + (Math.floor((timeMs - fromMs) / everyMs) + 1) * everyMs;
  }
}
