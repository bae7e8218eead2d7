// A set of objects that come and go quickly, in no order. Not a Set: when V8 makes its table anew, the old table goes on
// pointing to the new one, so that a single old table keeps everything that ever was in a later one until the next full
// collection. Every quick collection copies it: that was half of a worker's time.

/** What can be in one bag at a time. */
export interface Bagged {
  /** The bag's own: where it is. */
  bagIndex: number;
}

export class Bag<T extends Bagged> {
  private items: T[] = [];

  get size(): number {
    return this.items.length;
  }

  add(item: T): void {
    item.bagIndex = this.items.length;
    this.items.push(item);
  }

  /** False where it is not in here. */
  delete(item: T): boolean {
    if (this.items[item.bagIndex] !== item) return false;
    const last = this.items.pop() as T;
    if (last !== item) {
      last.bagIndex = item.bagIndex;
      this.items[item.bagIndex] = last;
    }
    return true;
  }

  clear(): void {
    this.items = [];
  }

  /** All of it as it is now: what comes and goes meanwhile changes nothing. */
  all(): readonly T[] {
    return [...this.items];
  }
}
