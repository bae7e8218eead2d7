// An open loop: calls come due at a fixed rate from the start, whether or not earlier ones have come back, and each is
// told when it was due. Who is late has that in its latency.

/** Timers are no finer; what comes due in between goes together. */
const TICK_MS = 1;

/**
 * Calls `send(dueAt)` `rate` times a second for `durationMs` (by performance.now()); resolves with the count of calls
 * when the last is made. Stops and rejects when `failed` does or `send` throws.
 */
export async function pace(
  rate: number,
  durationMs: number,
  send: (dueAt: number) => void,
  failed: Promise<never>,
): Promise<number> {
  const total = Math.max(1, Math.round((rate * durationMs) / 1_000));
  const startedAt = performance.now();
  for (let made = 0; made < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) * rate) / 1_000) + 1);
    for (; made < due; made += 1) send(startedAt + (made * 1_000) / rate);
    if (made < total) await Promise.race([tick(), failed]);
  }
  return total;
}

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, TICK_MS));
}
