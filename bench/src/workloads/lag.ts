// How far readers are behind what was sent to them: senders wait while the slowest has too much before it, so that what is
// measured is what arrives, not what piles up.

import { Deferred } from '../deferred.ts';

const WAIT_MS_MAX = 30_000;

export class Lag {
  readonly #max: number;
  readonly #read: number[];
  #slowest = 0;
  #sent = 0;
  #moved = new Deferred();

  constructor(readers: number, max: number) {
    this.#max = max;
    this.#read = Array.from({ length: readers }, () => 0);
  }

  /** Of all readers together. */
  get read(): number {
    return this.#read.reduce((sum, count) => sum + count, 0);
  }

  /** So many records are on their way to each reader. */
  send(records: number): void {
    this.#sent += records;
  }

  /** So many of them came to this reader. */
  take(reader: number, records: number): void {
    const before = this.#read[reader] ?? 0;
    this.#read[reader] = before + records;
    // Only the slowest holds the others up: where another one moves there is nothing to find out.
    if (before !== this.#slowest) return;
    const slowest = Math.min(...this.#read);
    if (slowest === this.#slowest) return;
    this.#slowest = slowest;
    this.#moved.resolve();
    this.#moved = new Deferred();
  }

  /** Until the slowest reader has at most as much before it as it may have. */
  async untilRoom(failed: Promise<never>): Promise<void> {
    await this.#until(() => this.#sent - this.#slowest < this.#max, failed);
  }

  /** Until every reader has everything. */
  async untilRead(failed: Promise<never>): Promise<void> {
    await this.#until(() => this.#sent === this.#slowest, failed);
  }

  async #until(isSo: () => boolean, failed: Promise<never>): Promise<void> {
    if (isSo()) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const text = () => `the slowest reader has ${this.#slowest} of ${this.#sent} records`;
      timer = setTimeout(() => reject(new Error(text())), WAIT_MS_MAX);
    });
    late.catch(() => undefined);
    try {
      while (!isSo()) await Promise.race([this.#moved.promise, failed, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
