// How far it is: one bar at a time on a terminal (stderr), nothing in a pipe.

import { Presets, SingleBar } from 'cli-progress';

const REDRAW_MS = 200;
const TITLE_WIDTH = 20;

export interface Step {
  reached(value: number): void;
  done(): void;
}

const SILENT: Step = { reached: () => undefined, done: () => undefined };

export class Progress {
  readonly #isShown: boolean;
  #current: Step = SILENT;

  constructor(isShown: boolean) {
    this.#isShown = isShown;
  }

  /** A step of known size. */
  start(title: string, total: number): Step {
    if (!this.#isShown) return SILENT;
    this.#current.done();
    const bar = new SingleBar(
      {
        format: '{title} {bar} {percentage}%',
        hideCursor: true,
        clearOnComplete: true,
        stream: process.stderr,
      },
      Presets.shades_classic,
    );
    bar.start(total, 0, { title: title.padEnd(TITLE_WIDTH) });
    this.#current = {
      reached: (value) => bar.update(Math.min(value, total)),
      done: () => bar.stop(),
    };
    return this.#current;
  }

  /** A step of known length: the bar moves by itself. */
  startTimed(title: string, durationMs: number): Step {
    const step = this.start(title, durationMs);
    if (step === SILENT) return step;
    const startedAt = performance.now();
    const timer = setInterval(() => step.reached(performance.now() - startedAt), REDRAW_MS);
    const done = () => {
      clearInterval(timer);
      step.done();
    };
    this.#current = { reached: (value) => step.reached(value), done };
    return this.#current;
  }

  /** Leaves the terminal as it was, whatever step is on. */
  end(): void {
    this.#current.done();
    this.#current = SILENT;
  }
}
