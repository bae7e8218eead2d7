// How the process ends: an orderly shutdown on the first signal, a forced one on the second or at the deadline.
// It decides the exit code and nothing else; who runs it ends the process.

import type { Log } from './log.ts';

export interface ShutdownSources {
  /** Ends everything in order. It may take as long as it likes: the deadline is kept here. */
  readonly close: () => Promise<void>;
  readonly deadlineMs: number;
  readonly log: Log;
  readonly exit: (name: 'clean' | 'forced' | 'internalFault') => void;
}

/** npm passes an interrupt on that the terminal has sent to us already: so soon it is the same one. */
const SAME_SIGNAL_MS = 1_000;

export class Shutdown {
  readonly #sources: ShutdownSources;
  #startedAtMs: number | undefined;

  constructor(sources: ShutdownSources) {
    this.#sources = sources;
  }

  /** A signal came. The first starts the shutdown, the second forces it. */
  signalled(signal: string): void {
    const { log, exit } = this.#sources;
    if (this.#startedAtMs === undefined) {
      this.#startedAtMs = performance.now();
      void this.#run(signal);
    } else if (performance.now() - this.#startedAtMs > SAME_SIGNAL_MS) {
      log.error({ event: 'forced', signal }, 'A second signal came: ending at once.');
      exit('forced');
    }
  }

  async #run(signal: string): Promise<void> {
    const { close, deadlineMs, log, exit } = this.#sources;
    log.info({ event: 'stopping', signal }, 'stopping');
    const timer = setTimeout(() => {
      log.error({ event: 'forced', deadlineMs }, 'The shutdown took too long: ending at once.');
      exit('forced');
    }, deadlineMs);
    try {
      await close();
      log.info({ event: 'stopped' }, 'stopped');
      exit('clean');
    } catch (error) {
      log.fatal({ err: error, event: 'stop_failed' }, 'The shutdown met a fault.');
      exit('internalFault');
    } finally {
      clearTimeout(timer);
    }
  }
}
