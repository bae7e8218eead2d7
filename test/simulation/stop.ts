// Simulated clients that are told to stop together, and which of them have not ended. Each is told as the process it is, as
// by a signal: who was killed hears nothing any more, and who is frozen hears it afterwards.

import { pause } from '../history/clients/pause.mjs';
import type { Process, Scheduler } from './scheduler.ts';

/** What one client knows of it. */
export interface Told {
  readonly running: { stopped: boolean };
  readonly stopping: Promise<void>;
}

export class Stop {
  readonly #scheduler: Scheduler;
  readonly #working = new Map<Process, () => void>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** The process that `start` makes is one of them, until it ends or is killed. */
  join(start: (told: Told, ended: () => void) => Process): Process {
    const running = { stopped: false };
    let tell: () => void = () => undefined;
    const stopping = new Promise<void>((resolve) => {
      tell = () => {
        running.stopped = true;
        resolve();
      };
    });
    const process = start({ running, stopping }, () => this.forget(process));
    this.#working.set(process, tell);
    return process;
  }

  /** It ended, or will never end. */
  forget(process: Process): void {
    this.#working.delete(process);
  }

  /** Tells all of them, and waits until they have ended. */
  async all(): Promise<void> {
    for (const [process, tell] of this.#working) this.#scheduler.schedule(process, 0, tell);
    while (this.#working.size > 0) await pause(20);
  }
}
