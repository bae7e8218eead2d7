// Until when those have to pause who are beyond their quotas, so that connecting anew does not end a pause. It reads no
// clock.

import { payerOf } from '../quotas/payer-of.ts';

type Who = Parameters<typeof payerOf>[0];

export class UserPauses {
  readonly #untilMs = new Map<string, number>();

  get size(): number {
    return this.#untilMs.size;
  }

  begin(who: Who, ms: number, nowMs: number): void {
    const name = payerOf(who);
    this.#untilMs.set(name, Math.max(this.#untilMs.get(name) ?? 0, nowMs + ms));
  }

  /** What is left of it, ms; 0: nothing. */
  leftMs(who: Who, nowMs: number): number {
    if (this.#untilMs.size === 0) return 0;
    return Math.max(0, (this.#untilMs.get(payerOf(who)) ?? 0) - nowMs);
  }

  forgetOver(nowMs: number): void {
    for (const [name, untilMs] of this.#untilMs) {
      if (untilMs <= nowMs) this.#untilMs.delete(name);
    }
  }
}
