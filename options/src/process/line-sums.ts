// Lines that may come in floods: of each kind the first is written at once, and those that follow it together, one line in
// so long. It decides no level and formats nothing.

/** What repeats makes one line at once and one more in so long. */
const SUM_MS = 10_000;
/** Kinds at a time; beyond it all further ones are one. */
const KINDS_MAX = 1_000;

interface Sum<T> {
  /** The first that was not written. */
  first: T | undefined;
  count: number;
  readonly timer: NodeJS.Timeout;
}

export class LineSums<T> {
  readonly #write: (what: T, count: number) => void;
  readonly #join: (first: T, next: T) => T;
  readonly #sums = new Map<string, Sum<T>>();

  /** `join`: what the line of several says, from what it says so far and one more; default: what the first says. */
  constructor(
    write: (what: T, count: number) => void,
    join: (first: T, next: T) => T = (first) => first,
  ) {
    this.#write = write;
    this.#join = join;
  }

  add(kind: string, what: T, count = 1): void {
    const key = this.#sums.has(kind) || this.#sums.size < KINDS_MAX ? kind : '';
    const sum = this.#sums.get(key);
    if (sum !== undefined) {
      sum.first = sum.first === undefined ? what : this.#join(sum.first, what);
      sum.count += count;
      return;
    }
    this.#write(what, count);
    this.#watch(key);
  }

  /** Writes what is summed up and not written. */
  close(): void {
    for (const [key, { timer }] of this.#sums) {
      clearTimeout(timer);
      this.#end(key);
    }
  }

  #watch(key: string): void {
    const timer = setTimeout(() => {
      if (this.#end(key)) this.#watch(key);
    }, SUM_MS).unref();
    this.#sums.set(key, { first: undefined, count: 0, timer });
  }

  /** True where there was something: the flood may go on. */
  #end(key: string): boolean {
    const sum = this.#sums.get(key);
    this.#sums.delete(key);
    if (sum?.first === undefined) return false;
    this.#write(sum.first, sum.count);
    return true;
  }
}
