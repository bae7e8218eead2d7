// Waiting for messages that must come: until enough are there, something fails, or nothing has come for too long.

import { Deferred } from '../../deferred.ts';
import { NotProven } from './work.ts';

const SILENCE_MS_MAX = 15_000;

export class Arrivals {
  /** Rejects with the first failure. */
  readonly failed: Promise<never>;
  readonly #enough = new Deferred();
  #lastAt = performance.now();
  #isOver = false;

  constructor() {
    const { promise } = this.#enough;
    this.failed = promise.then(() => new Promise<never>(() => undefined));
    // Whoever waits hears of it; where nobody waits any more, nobody asks.
    this.failed.catch(() => undefined);
  }

  /** What a callback does with values; nothing once it is over, and a failure in it ends the waiting. */
  readonly on =
    (take: (values: readonly Uint8Array[]) => 'enough' | 'more') =>
    (values: readonly Uint8Array[]): void => {
      if (this.#isOver) return;
      this.#lastAt = performance.now();
      try {
        if (take(values) === 'enough') this.#end(() => this.#enough.resolve());
      } catch (error) {
        this.fail(error as Error);
      }
    };

  readonly fail = (error: Error): void => {
    this.#end(() => this.#enough.reject(error));
  };

  /** `state` says what is there so far, for the failure of silence. */
  async untilEnough(state: () => string): Promise<void> {
    const watch = setInterval(() => {
      if (performance.now() - this.#lastAt < SILENCE_MS_MAX) return;
      this.fail(new NotProven(`nothing came for ${SILENCE_MS_MAX / 1_000} s: ${state()}`));
    }, 500);
    try {
      await this.#enough.promise;
    } finally {
      clearInterval(watch);
    }
  }

  #end(settle: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    settle();
  }
}
