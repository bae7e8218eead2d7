// Messages a second of share groups over the last minute. Only groups that somebody asked about within the last minute
// are looked at, once a second: nobody pays for what nobody reads. Nothing of it is kept over a restart.

import type { GroupTotals } from '@millrace/core';

export interface Rates {
  readonly arrived: number;
  readonly acknowledged: number;
  readonly dead: number;
}

interface Sample {
  readonly atMs: number;
  readonly totals: GroupTotals;
}

interface Watched {
  askedMs: number;
  /** The oldest first, at most a minute of them. */
  readonly samples: Sample[];
}

const WINDOW_MS = 60_000;
/** Beyond, the group that was asked about longest ago is forgotten. */
const GROUPS_MAX = 1_000;

export class GroupRates {
  /** In the order in which they were asked about. */
  readonly #groups = new Map<number, Watched>();

  get isWatching(): boolean {
    return this.#groups.size > 0;
  }

  /** Null until there is something to compare: the group is looked at from now on. */
  ask(groupId: number, nowMs: number): Rates | null {
    const watched = this.#groups.get(groupId) ?? { askedMs: nowMs, samples: [] };
    watched.askedMs = nowMs;
    this.#groups.delete(groupId);
    this.#groups.set(groupId, watched);
    for (const [oldest] of this.#groups) {
      if (this.#groups.size <= GROUPS_MAX) break;
      this.#groups.delete(oldest);
    }
    return ratesOf(watched.samples);
  }

  /** To be called about once a second. */
  sample(nowMs: number, totalsOf: (groupId: number) => GroupTotals | undefined): void {
    for (const [groupId, { askedMs, samples }] of this.#groups) {
      const totals = nowMs - askedMs > WINDOW_MS ? undefined : totalsOf(groupId);
      if (totals === undefined) {
        this.#groups.delete(groupId);
        continue;
      }
      if (!isComparable(samples.at(-1)?.totals, totals)) samples.length = 0;
      samples.push({ atMs: nowMs, totals });
      while ((samples[0]?.atMs ?? nowMs) < nowMs - WINDOW_MS) samples.shift();
    }
  }
}

function isComparable(before: GroupTotals | undefined, after: GroupTotals): boolean {
  return before === undefined || String(before.topicIds) === String(after.topicIds);
}

function ratesOf(samples: readonly Sample[]): Rates | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return null;
  const seconds = (last.atMs - first.atMs) / 1_000;
  // Dead messages that are opened again lower their count.
  const rate = (name: 'arrived' | 'acknowledged' | 'dead') =>
    Math.max(last.totals[name] - first.totals[name], 0) / seconds;
  return { arrived: rate('arrived'), acknowledged: rate('acknowledged'), dead: rate('dead') };
}
