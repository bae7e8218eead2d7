// Sends at a rate, in batches, as long as not too much is on its way: after an outage it goes on at its rate and does not
// make up for what it missed.

import { setTimeout as sleep } from 'node:timers/promises';

export interface FeederOptions {
  readonly batch: number;
  /** Records sent whose end is not known. */
  readonly onItsWay: () => number;
  readonly onItsWayMax: number;
  /** Takes care of its own failures. */
  readonly send: (count: number) => Promise<void>;
}

const TICK_MS = 5;
/** What a stalled loop may catch up with. */
const CREDIT_SECONDS_MAX = 0.5;

export class Feeder {
  /** Records a second; Infinity: as many as may be on their way. */
  rate = 0;
  readonly #options: FeederOptions;
  readonly #sending = new Set<Promise<void>>();
  #isStopped = false;
  #loop: Promise<void> | undefined;

  constructor(options: FeederOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Resolves when all that was sent has its outcome. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#loop;
    await Promise.all(this.#sending);
  }

  async #run(): Promise<void> {
    const { batch, onItsWay, onItsWayMax } = this.#options;
    let credit = 0;
    for (let last = performance.now(); !this.#isStopped; ) {
      await sleep(TICK_MS);
      const now = performance.now();
      const most = Math.max(batch, this.rate * CREDIT_SECONDS_MAX);
      credit = Math.min(most, credit + (this.rate * (now - last)) / 1_000);
      last = now;
      while (credit >= batch && onItsWay() + batch <= onItsWayMax) {
        credit -= batch;
        this.#send(batch);
      }
    }
  }

  #send(count: number): void {
    const sending = this.#options.send(count);
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
  }
}
