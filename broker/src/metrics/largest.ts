// Which of many a scrape tells by name, and what it says of the others together: labels stay bounded. It knows no metric.

export interface Measured {
  /** Never used again for something else. */
  readonly id: string | number;
  readonly name: string;
  /** What is larger comes first. */
  readonly size: number;
  /** They only grow. */
  readonly counters: Readonly<Record<string, number>>;
}

/** No group and no topic can have this name: parentheses are not allowed in names. */
export const OTHERS = '(others)';

export interface Picked<T> {
  /** The largest first. */
  readonly named: readonly T[];
  readonly others: readonly T[];
  /** Counters of those that were not named, added up while they were not: this only grows, whoever comes and goes. */
  readonly othersCounters: Readonly<Record<string, number>>;
}

export class Largest<T extends Measured> {
  readonly #max: number;
  #named = new Set<T['id']>();
  #before = new Map<T['id'], T['counters']>();
  #othersCounters: Record<string, number> = {};

  constructor(max: number) {
    this.#max = max;
  }

  /** One that is named stays so while it is among the largest twice as many: names do not come and go for nothing. */
  pick(items: readonly T[]): Picked<T> {
    const sorted = items.toSorted((a, b) => b.size - a.size || compare(a.id, b.id));
    const stay = sorted.slice(0, 2 * this.#max).filter(({ id }) => this.#named.has(id));
    const chosen = new Set(stay.slice(0, this.#max).map(({ id }) => id));
    for (const { id } of sorted) {
      if (chosen.size >= this.#max) break;
      chosen.add(id);
    }
    this.#named = chosen;
    const named = sorted.filter(({ id }) => chosen.has(id));
    const others = sorted.filter(({ id }) => !chosen.has(id));
    this.#count(items, others);
    return { named, others, othersCounters: { ...this.#othersCounters } };
  }

  #count(items: readonly T[], others: readonly T[]): void {
    for (const { id, counters } of others) {
      const before = this.#before.get(id);
      for (const [name, value] of Object.entries(counters)) {
        const added = Math.max(0, value - (before?.[name] ?? 0));
        this.#othersCounters[name] = (this.#othersCounters[name] ?? 0) + added;
      }
    }
    this.#before = new Map(items.map(({ id, counters }) => [id, counters]));
  }
}

function compare(a: string | number, b: string | number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
