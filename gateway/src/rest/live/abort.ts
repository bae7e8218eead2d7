// Signals that follow others, without leaving anything behind at a signal that outlives them.

/** An aborter that follows a signal until `release` is called. */
export interface Follower {
  readonly signal: AbortSignal;
  abort(): void;
  release(): void;
}

export function follow(leader: AbortSignal): Follower {
  const own = new AbortController();
  const abort = () => own.abort();
  if (leader.aborted) abort();
  else leader.addEventListener('abort', abort, { once: true });
  return {
    signal: own.signal,
    abort,
    release: () => leader.removeEventListener('abort', abort),
  };
}
