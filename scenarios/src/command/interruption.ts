// SIGINT, SIGTERM and SIGHUP as an abort signal: what is being played ends what it started, and its result says so.

import { EXIT } from './exit.ts';

/** One Ctrl-C may come twice: from the terminal, and from npm, which passes it on. */
const SAME_MS = 1_000;

export function interruption(): AbortSignal {
  const abort = new AbortController();
  let heardAt = Number.POSITIVE_INFINITY;
  const hear = () => {
    // Somebody is impatient. What was started ends with this process, its directory too.
    if (performance.now() - heardAt > SAME_MS) process.exit(EXIT.failed);
    heardAt = Math.min(heardAt, performance.now());
    abort.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, hear);
  return abort.signal;
}
