// A first-in, first-out list that stays fast when it is long.

const COMPACT_FROM = 1_024;

export class Fifo<T> {
  private items: T[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  push(item: T): void {
    this.items.push(item);
  }

  peek(): T | undefined {
    return this.items[this.head];
  }

  shift(): T | undefined {
    if (this.head === this.items.length) return undefined;
    const item = this.items[this.head];
    this.items[this.head] = undefined as T;
    this.head += 1;
    if (this.head === this.items.length) {
      this.items = [];
      this.head = 0;
    } else if (this.head >= COMPACT_FROM && this.head * 2 >= this.items.length) {
      this.items.splice(0, this.head);
      this.head = 0;
    }
    return item;
  }

  /** Puts an item back where `shift` took it from. */
  unshift(item: T): void {
    if (this.head > 0) this.head -= 1;
    else this.items.unshift(item);
    this.items[this.head] = item;
  }

  *[Symbol.iterator](): Generator<T, void> {
    for (let at = this.head; at < this.items.length; at += 1) yield this.items[at] as T;
  }

  /** All items, in order; the list is empty afterwards. */
  drain(): T[] {
    const all = this.items.slice(this.head);
    this.items = [];
    this.head = 0;
    return all;
  }

  /** Keeps the items that `keep` wants, in order; returns the others. */
  filter(keep: (item: T) => boolean): T[] {
    const removed: T[] = [];
    const kept: T[] = [];
    for (const item of this.drain()) (keep(item) ? kept : removed).push(item);
    this.items = kept;
    return removed;
  }
}
