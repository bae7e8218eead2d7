// The earliest time at which a scheduled run becomes ready, remembered so that asking after every commit costs no look
// at the store. What is remembered may be forgotten at any moment: the store knows.

import type { View } from '../decision.ts';

export class FirstWait {
  /** Undefined: nobody waits. Null: not known. */
  #timeMs: number | undefined | null = null;

  /** A row of `waitTimes` was written or deleted. */
  apply(timeMs: number, isThere: boolean): void {
    const known = this.#timeMs;
    if (known === null) return;
    if (isThere) this.#timeMs = known === undefined ? timeMs : Math.min(known, timeMs);
    else if (timeMs === known) this.#timeMs = null;
  }

  timeMs(view: View): number | undefined {
    if (this.#timeMs === null) this.#timeMs = read(view);
    return this.#timeMs;
  }
}

function read(view: View): number | undefined {
  for (const [[timeMs]] of view.range('waitTimes', { limit: 1, keysOnly: true })) return timeMs;
  return undefined;
}
