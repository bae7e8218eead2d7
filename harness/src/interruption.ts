// SIGINT, SIGTERM and SIGHUP as an abort signal: what is at work ends what it started, and says so. Who is impatient ends it at once,
// with what it has open: directories and processes go when the process exits.

/** One Ctrl-C may come twice: from the terminal, and from npm, which passes it on. */
const SAME_MS = 1_000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type Interrupting = (typeof SIGNALS)[number];

export interface Interruption {
  readonly signal: AbortSignal;
  /** The first that came. */
  readonly by: Interrupting | undefined;
}

/** `exitOf`: the exit code of a process that is told again, for each signal. */
export function interruption(exitOf: (by: Interrupting) => number): Interruption {
  const abort = new AbortController();
  let by: Interrupting | undefined;
  let heardAt = 0;
  for (const name of SIGNALS) {
    process.on(name, () => {
      const now = performance.now();
      if (by !== undefined && now - heardAt > SAME_MS) process.exit(exitOf(name));
      if (by !== undefined) return;
      by = name;
      heardAt = now;
      abort.abort();
    });
  }
  return {
    signal: abort.signal,
    get by() {
      return by;
    },
  };
}
