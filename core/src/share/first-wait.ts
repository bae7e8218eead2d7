// The earliest time at which a scheduled run becomes ready, remembered so that asking after every commit costs no look
// at the store. What is remembered may be forgotten at any moment: the store knows.

import type { View } from '../decision.ts';

export class FirstWait {
  /** Undefined: nobody waits. Null: not known. */
  #timeMs: number | undefined | null = null;
  /**
   * No row is of an earlier time. Delays end in order, so the rows before it were all deleted lately, and a store that has
   * not let go of them yet steps over each: looked at from the start, that was a quarter of a broker's main thread.
   */
  #fromMs = 0;

  /** A row of `waitTimes` was written or deleted. */
  apply(timeMs: number, isThere: boolean): void {
    if (isThere) this.#fromMs = Math.min(this.#fromMs, timeMs);
    const known = this.#timeMs;
    if (known === null) return;
    if (isThere) this.#timeMs = known === undefined ? timeMs : Math.min(known, timeMs);
    else if (timeMs === known) this.#timeMs = null;
  }

  timeMs(view: View): number | undefined {
    if (this.#timeMs === null) {
      this.#timeMs = read(view, this.#fromMs);
      this.#fromMs = this.#timeMs ?? Number.POSITIVE_INFINITY;
    }
    return this.#timeMs;
  }
}

function read(view: View, fromMs: number): number | undefined {
  const query = { from: [fromMs], limit: 1, keysOnly: true };
  for (const [[timeMs]] of view.range('waitTimes', query)) return timeMs;
  return undefined;
}
