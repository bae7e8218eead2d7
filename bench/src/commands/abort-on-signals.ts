// For commands that have more to end than an exit would: a signal aborts what is on, and the command ends by itself.

import { EXIT } from '../exit.ts';

const SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;

export interface Ending {
  readonly signal: AbortSignal;
  /** The exit code, once a signal came. */
  readonly code: number | undefined;
}

export function abortOnSignals(): Ending {
  const abort = new AbortController();
  let code: number | undefined;
  for (const [name, exitCode] of Object.entries(SIGNALS)) {
    process.once(name, () => {
      code = exitCode;
      abort.abort();
    });
  }
  return {
    signal: abort.signal,
    get code() {
      return code;
    },
  };
}
