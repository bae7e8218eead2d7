// What everybody has used of their quotas: a meter a user, or an address where nobody was asked who they are. It reads no
// clock, and who is beyond its quotas it does not stop: it says for how long to.

import { LIMITS } from '@millrace/protocol';
import type { UserQuotas } from '../security-rows.ts';
import { TokenBucket } from './token-bucket.ts';

const KINDS = ['produceBytesPerSecond', 'fetchBytesPerSecond', 'requestsPerSecond'] as const;
type Kind = (typeof KINDS)[number];

/** Of what a request used. */
export type Usage = { readonly [K in Kind]: number };

type Meter = { -readonly [K in Kind]?: TokenBucket };

/** Meters that nobody uses are looked for when there are twice as many as the last look left, and more than this. */
const METERS_KEPT = 1_000;

export class QuotaMeters {
  readonly #meters = new Map<string, Meter>();
  #lookAt = METERS_KEPT;

  get size(): number {
    return this.#meters.size;
  }

  /**
   * Counts what `who` used; how long it has to pause, ms, at most `throttleMsMax`: the rest of a larger debt is paid after its next
   * request. Null in the quotas: without bound.
   */
  charge(who: string, quotas: UserQuotas, usage: Usage, nowMs: number): number {
    const meter = this.#meterOf(who, nowMs);
    let pauseMs = 0;
    for (const kind of KINDS) {
      const perSecond = quotas[kind];
      if (perSecond === null) {
        delete meter[kind];
        continue;
      }
      let bucket = meter[kind];
      if (bucket === undefined) {
        bucket = new TokenBucket(perSecond, nowMs);
        meter[kind] = bucket;
      } else if (bucket.perSecond !== perSecond) bucket.setRate(perSecond, nowMs);
      pauseMs = Math.max(pauseMs, bucket.take(usage[kind], nowMs));
    }
    return Math.min(Math.ceil(pauseMs), LIMITS.throttleMsMax);
  }

  #meterOf(who: string, nowMs: number): Meter {
    const found = this.#meters.get(who);
    if (found !== undefined) return found;
    if (this.#meters.size >= this.#lookAt) this.#forgetUnused(nowMs);
    const meter: Meter = {};
    this.#meters.set(who, meter);
    return meter;
  }

  /** A meter whose buckets are full is like a new one. */
  #forgetUnused(nowMs: number): void {
    for (const [who, meter] of this.#meters) {
      if (KINDS.every((kind) => meter[kind]?.isFull(nowMs) ?? true)) this.#meters.delete(who);
    }
    this.#lookAt = Math.max(METERS_KEPT, 2 * this.#meters.size);
  }
}
