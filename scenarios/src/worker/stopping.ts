// Whether the worker goes on: told to stop, out of messages for too long, or with as many as it was to take.

import type { WorkerKnobs } from './knobs.ts';

const MS = 1_000;

export class Stopping {
  readonly #limit: number;
  readonly #idleMs: number;
  readonly #abort = new AbortController();
  #taken = 0;
  #lastTakenAt = performance.now();

  constructor(knobs: Pick<WorkerKnobs, 'messageLimit' | 'idleTimeoutSeconds'>) {
    this.#limit = knobs.messageLimit === 0 ? Number.POSITIVE_INFINITY : knobs.messageLimit;
    this.#idleMs =
      knobs.idleTimeoutSeconds === 0 ? Number.POSITIVE_INFINITY : knobs.idleTimeoutSeconds * MS;
  }

  /** Ends what waits for messages. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isTold(): boolean {
    return this.#abort.signal.aborted;
  }

  get isOver(): boolean {
    return this.isTold || this.room === 0 || this.idleSecondsLeft === 0;
  }

  /** How many messages it may still take. */
  get room(): number {
    return Math.max(0, this.#limit - this.#taken);
  }

  get idleSecondsLeft(): number {
    return Math.max(0, this.#idleMs - (performance.now() - this.#lastTakenAt)) / MS;
  }

  tell(): void {
    this.#abort.abort();
  }

  take(messages: number): void {
    this.#taken += messages;
    this.alive();
  }

  /** It was busy until now, not idle. */
  alive(): void {
    this.#lastTakenAt = performance.now();
  }
}
