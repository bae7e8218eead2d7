// Progress of one step: a bar on a terminal, one line when the step is done everywhere else.

import { Presets, SingleBar } from 'cli-progress';

export interface StepResult {
  readonly count: number;
  readonly seconds: number;
}

export class Step {
  readonly #bar: SingleBar | undefined;
  readonly #startedMs = performance.now();

  /** @param quiet print nothing at all. */
  constructor(title: string, total: number, quiet: boolean) {
    if (quiet || !process.stderr.isTTY) return;
    const format = `{step} {bar} {percentage}% {value}/{total}`;
    this.#bar = new SingleBar(
      { format, hideCursor: true, stream: process.stderr },
      Presets.shades_classic,
    );
    this.#bar.start(total, 0, { step: title.padEnd(34) });
  }

  advance(count: number): void {
    this.#bar?.update(count);
  }

  done(count: number): StepResult {
    this.#bar?.update(count);
    this.#bar?.stop();
    return { count, seconds: (performance.now() - this.#startedMs) / 1_000 };
  }

  /** Ends the bar where the step failed. */
  abandon(): void {
    this.#bar?.stop();
  }
}
