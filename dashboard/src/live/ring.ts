// The newest points of several series at the same times, in a fixed space. Forgets the oldest.

export class Ring<Name extends string> {
  private readonly size: number;
  private readonly names: readonly Name[];
  private readonly times: Float64Array;
  private readonly series: ReadonlyMap<Name, Float64Array>;
  private next = 0;
  private held = 0;

  constructor(size: number, names: readonly Name[]) {
    this.size = size;
    this.names = names;
    this.times = new Float64Array(size);
    this.series = new Map(names.map((name) => [name, new Float64Array(size)]));
  }

  get length(): number {
    return this.held;
  }

  clear(): void {
    this.held = 0;
  }

  /** A value that is not known is NaN: a gap. */
  push(atMs: number, values: Readonly<Partial<Record<Name, number>>>): void {
    this.times[this.next] = atMs;
    for (const name of this.names) {
      (this.series.get(name) as Float64Array)[this.next] = values[name] ?? Number.NaN;
    }
    this.next = (this.next + 1) % this.size;
    this.held = Math.min(this.size, this.held + 1);
  }

  /** Times in seconds, oldest first: what the chart takes. */
  seconds(): number[] {
    return this.inOrder(this.times).map((atMs) => atMs / 1_000);
  }

  /** Oldest first; null is a gap. */
  values(name: Name): (number | null)[] {
    const values = this.series.get(name);
    if (values === undefined) return [];
    return this.inOrder(values).map((value) => (Number.isNaN(value) ? null : value));
  }

  private inOrder(from: Float64Array): number[] {
    const start = (this.next - this.held + this.size) % this.size;
    return Array.from({ length: this.held }, (_, index) => from[(start + index) % this.size] ?? 0);
  }
}
