// A token bucket that lets everything through and says how long to wait afterwards: it goes into debt, and the debt is
// paid by time. It reads no clock.

import { assert } from '../assert.ts';

/** How much may come at once after a pause: what a second allows. */
const BURST_SECONDS = 1;

export class TokenBucket {
  #perSecond: number;
  /** Below zero: a debt. */
  #tokens: number;
  #atMs: number;

  constructor(perSecond: number, nowMs: number) {
    assert(perSecond > 0, 'a rate is above zero');
    this.#perSecond = perSecond;
    this.#tokens = perSecond * BURST_SECONDS;
    this.#atMs = nowMs;
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  /** Another rate from now on. A debt stays what it is, and is paid at the new rate. */
  setRate(perSecond: number, nowMs: number): void {
    assert(perSecond > 0, 'a rate is above zero');
    this.#fill(nowMs);
    this.#perSecond = perSecond;
    this.#tokens = Math.min(this.#tokens, perSecond * BURST_SECONDS);
  }

  /** Takes so many, whether they are there or not. How long until the debt is paid, ms; 0: there is none. */
  take(amount: number, nowMs: number): number {
    assert(amount >= 0, 'nothing is given back');
    this.#fill(nowMs);
    this.#tokens -= amount;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#perSecond) * 1_000;
  }

  /** As good as a new one. */
  isFull(nowMs: number): boolean {
    this.#fill(nowMs);
    return this.#tokens >= this.#perSecond * BURST_SECONDS;
  }

  /** A clock that goes back gives nothing and takes nothing. */
  #fill(nowMs: number): void {
    const passedMs = nowMs - this.#atMs;
    this.#atMs = nowMs;
    if (passedMs <= 0) return;
    const most = this.#perSecond * BURST_SECONDS;
    this.#tokens = Math.min(most, this.#tokens + (this.#perSecond * passedMs) / 1_000);
  }
}
