// Counts of values in buckets, cheap enough for every request: a short search and three additions.

export class Histogram {
  readonly bounds: readonly number[];
  /** One count a bound, and one for what is above them all. Not cumulative. */
  readonly counts: number[];
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  record(value: number): void {
    const { bounds, counts } = this;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] as number)) at += 1;
    counts[at] = (counts[at] as number) + 1;
    this.sum += value;
    this.count += 1;
  }
}
