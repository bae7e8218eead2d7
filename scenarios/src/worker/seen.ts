// Which messages were finished lately: a set of bounded size that forgets what was not seen for longest.

export class Seen {
  readonly #size: number;
  /** A Map gives its keys in the order in which they were put in: the first is the oldest. */
  readonly #keys = new Map<string, true>();

  constructor(size: number) {
    this.#size = size;
  }

  get size(): number {
    return this.#keys.size;
  }

  /** To ask is to see it. */
  has(key: string): boolean {
    if (!this.#keys.delete(key)) return false;
    this.#keys.set(key, true);
    return true;
  }

  add(key: string): void {
    this.#keys.delete(key);
    this.#keys.set(key, true);
    for (const oldest of this.#keys.keys()) {
      if (this.#keys.size <= this.#size) return;
      this.#keys.delete(oldest);
    }
  }
}
