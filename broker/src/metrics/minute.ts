// The last minute of numbers that only grow: looked at once a second, so that rates cost nothing where things are counted.

import type { Histogram } from '@millrace/options';

/** Totals since the start. */
export interface Totals {
  readonly recordsAppended: number;
  readonly bytesAppended: number;
  readonly recordsFetched: number;
  readonly bytesFetched: number;
  readonly messagesLeased: number;
  readonly messagesAcknowledged: number;
  readonly messagesDeadLettered: number;
  readonly requests: number;
  readonly commits: number;
  /** Of processors, microseconds. */
  readonly cpuMicros: number;
}

export type PerSecond = { readonly [N in keyof Totals]: number };

interface Look {
  readonly atMs: number;
  readonly totals: Totals;
  /** Counts of the commits' histogram. */
  readonly commits: readonly number[];
}

export const LOOK_EVERY_MS = 1_000;
const WINDOW_MS = 60_000;

export class Minute {
  readonly #totals: () => Totals;
  readonly #commitSeconds: Histogram;
  /** The oldest first: at most a minute of them, and one from before. */
  readonly #looks: Look[] = [];

  constructor(totals: () => Totals, commitSeconds: Histogram) {
    this.#totals = totals;
    this.#commitSeconds = commitSeconds;
  }

  /** To be called about every LOOK_EVERY_MS, by a clock that never goes back. */
  look(atMs: number): void {
    this.#looks.push(this.#now(atMs));
    while ((this.#looks[1]?.atMs ?? atMs) <= atMs - WINDOW_MS) this.#looks.shift();
  }

  /** Undefined until there is a second to compare. */
  rates(nowMs: number): { readonly overMs: number; readonly perSecond: PerSecond } | undefined {
    const [first] = this.#looks;
    if (first === undefined || nowMs - first.atMs < LOOK_EVERY_MS) return undefined;
    const overMs = nowMs - first.atMs;
    const now = this.#totals();
    const names = Object.keys(now) as (keyof Totals)[];
    const entries = names.map((name) => {
      return [name, ((now[name] - first.totals[name]) * 1_000) / overMs];
    });
    return { overMs, perSecond: Object.fromEntries(entries) as PerSecond };
  }

  /** How long that part of the commits took at most, ms; null where there was none. */
  commitMs(part: number): number | null {
    const first = this.#looks[0]?.commits;
    const { bounds, counts } = this.#commitSeconds;
    const seconds = quantile(
      bounds,
      counts.map((count, at) => count - (first?.[at] ?? 0)),
      part,
    );
    return seconds === undefined ? null : 1_000 * seconds;
  }

  #now(atMs: number): Look {
    return { atMs, totals: this.#totals(), commits: [...this.#commitSeconds.counts] };
  }
}

/** By a straight line within the bucket, as Prometheus has it; in the last one, which has no end, its beginning. */
export function quantile(
  bounds: readonly number[],
  counts: readonly number[],
  part: number,
): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const wanted = part * total;
  let below = 0;
  for (const [at, count] of counts.entries()) {
    const from = at === 0 ? 0 : (bounds[at - 1] as number);
    const to = bounds[at];
    if (below + count >= wanted && count > 0) {
      return to === undefined ? from : from + ((to - from) * (wanted - below)) / count;
    }
    below += count;
  }
  return bounds.at(-1);
}
