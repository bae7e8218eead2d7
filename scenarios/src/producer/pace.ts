// When messages are sent, and how many at a time: each so long after the first as its number and the rate say.

import type { ProducerKnobs } from './knobs.ts';

const MS = 1_000;

export class Pace {
  readonly #rate: number;
  readonly #batchSize: number;
  readonly #now: () => number;
  readonly #begunAt: number;

  constructor(
    { rate, batchSize }: Pick<ProducerKnobs, 'rate' | 'batchSize'>,
    now: () => number = () => performance.now(),
  ) {
    this.#rate = rate;
    this.#batchSize = batchSize;
    this.#now = now;
    this.#begunAt = now();
  }

  /** Until the next one is due, when so many were sent. */
  waitMs(sent: number): number {
    if (this.#rate === 0) return 0;
    return Math.max(0, this.#begunAt + (sent / this.#rate) * MS - this.#now());
  }

  /** How many go now, when so many were sent: those that are due, at most a batch; one, if it was waited for. */
  room(sent: number): number {
    if (this.#rate === 0) return this.#batchSize;
    const due = Math.floor(((this.#now() - this.#begunAt) / MS) * this.#rate) + 1 - sent;
    return Math.max(1, Math.min(due, this.#batchSize));
  }
}
