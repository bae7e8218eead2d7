// What the process gives a command: its streams, environment and signals. Tests give their own.

import type { Readable, Writable } from 'node:stream';

export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined };
  readonly stdout: Writable & {
    readonly isTTY?: boolean | undefined;
    readonly columns?: number | undefined;
  };
  readonly stderr: Writable & { readonly isTTY?: boolean | undefined };
  readonly env: { readonly [name: string]: string | undefined };
  /** Calls back at every SIGINT and SIGTERM, until the function it returns is called. */
  onSignal(listener: (signal: 'SIGINT' | 'SIGTERM') => void): () => void;
  /** Ends the process at once: the answer to a second signal. */
  exitNow(code: number): void;
}

export function processTerminal(): Terminal {
  // Where nobody reads them there is nobody to tell.
  process.stderr.on('error', () => undefined);
  return {
    // Opened only when a command reads it.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    onSignal(listener) {
      process.on('SIGINT', listener);
      process.on('SIGTERM', listener);
      return () => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
      };
    },
    exitNow: (code) => process.exit(code),
  };
}
