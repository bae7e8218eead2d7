// Only for show: lets all slots begin and end together, so that who got them can be counted. Real handlers just work.
import type { LeasedMessage } from '@millrace/client';

export class Rounds {
  /** The topics that each round worked on. */
  readonly seen: string[][] = [];
  readonly finished: Promise<void>;
  readonly #slots: number;
  readonly #rounds: number;
  #running: { readonly topic: string; readonly end: () => void }[] = [];
  #finish = (): void => undefined;

  constructor(slots: number, rounds: number) {
    this.#slots = slots;
    this.#rounds = rounds;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  /** Resolves once every slot has a message. */
  take({ topic }: LeasedMessage<unknown>): Promise<void> {
    return new Promise((end) => {
      this.#running.push({ topic, end });
      if (this.#running.length < this.#slots) return;
      const round = this.#running;
      this.#running = [];
      this.seen.push(round.map((slot) => slot.topic));
      for (const slot of round) slot.end();
      if (this.seen.length === this.#rounds) this.#finish();
    });
  }
}
