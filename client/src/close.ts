// What every close() of the client takes.

/** What every `close()` takes. */
export interface CloseOptions {
  /** Waits this long for what is under way, ms; then lets go of it. Default 10,000. */
  readonly timeoutMs?: number | undefined;
}

export const CLOSE_TIMEOUT_MS = 10_000;
