// For commands that have more to end than an exit would: a signal aborts what is on, and the command ends by itself.

import { type Interrupting, interruption } from '@millrace/harness';
import { EXIT } from '../exit.ts';

const CODES: Readonly<Record<Interrupting, number>> = {
  SIGINT: EXIT.interrupted,
  SIGTERM: EXIT.terminated,
  SIGHUP: EXIT.terminated,
};

export interface Ending {
  readonly signal: AbortSignal;
  /** The exit code, once a signal came. */
  readonly code: number | undefined;
}

export function abortOnSignals(): Ending {
  const told = interruption((by) => CODES[by]);
  return {
    signal: told.signal,
    get code() {
      return told.by && CODES[told.by];
    },
  };
}
